"""What the web channel takes and gives, as models; ``/openapi.json`` is made from them."""

from __future__ import annotations

from typing import Literal, Optional
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, StrictStr, validator

from bot.channels.inbound import MAX_STORED, clean_message
from bot.dialogue.reply import Reply

VERSION = 1
"""Version of the API. A field may be added within a version; a changed or dropped one makes a new version."""

MAX_TOKEN = 1024
MAX_PAGE = 2048
MAX_REASON = 500
MESSAGE_ID = r"^[A-Za-z0-9_.:-]{1,64}(?![\s\S])"
"""Ends with "nothing follows", because Python's ``$`` lets a line break pass; JSON Schema knows no ``\\Z``."""

ErrorCode = Literal["rate_limited", "bad_request", "session", "origin", "too_large", "unavailable"]


class MessageRequest(BaseModel):
    """A visitor's message. Other keys, ``metadata`` and ``input_channel`` among them, are ignored.

    Attributes:
        token: The token of the last response; null begins a conversation.
        message_id: Chosen anew by the client for each message: the same id again gets the same replies.
        message: What the visitor typed or picked.
        page: Address of the page that it was typed on; what stands after ``?`` or ``#`` is dropped.
        lang: Language of the client's own texts. The answers are English.
    """

    token: Optional[StrictStr] = Field(default=None, max_length=MAX_TOKEN)
    message_id: StrictStr = Field(regex=MESSAGE_ID)
    message: StrictStr = Field(max_length=MAX_STORED)
    page: Optional[StrictStr] = Field(default=None, max_length=MAX_PAGE)
    lang: Literal["en", "es"] = "en"

    @validator("page")
    def _without_query(cls, value: Optional[str]) -> Optional[str]:
        """Keeps scheme, host and path: a query may hold who the visitor is."""
        try:
            parts = urlsplit(clean_message(value))
        except ValueError:
            return None
        # The host without the user name and password that may stand before it.
        host = parts.netloc.rpartition("@")[2]
        return f"{parts.scheme}://{host}{parts.path}" if parts.scheme in ("http", "https") and host else None


class MessageResponse(BaseModel):
    """The replies to a message.

    Attributes:
        version: Version of the API.
        token: Opens the same conversation, for seven more days.
        message_id: The one of the request.
        replies: At least one.
    """

    version: Literal[1] = 1
    token: str
    message_id: str
    replies: list[Reply] = Field(min_items=1)


class GreetingResponse(BaseModel):
    """What a visitor sees before the first message.

    Attributes:
        version: Version of the API.
        replies: At least one, with questions to begin with as choices.
    """

    version: Literal[1] = 1
    replies: list[Reply] = Field(min_items=1)


class TopicResponse(BaseModel):
    """The question of a topic, for a link that opens the chat with it.

    Attributes:
        version: Version of the API.
        title: The question.
    """

    version: Literal[1] = 1
    title: str


class FeedbackRequest(BaseModel):
    """A visitor's vote on the replies to a message; a later vote replaces an earlier one.

    Attributes:
        token: The session's token.
        message_id: The message whose replies are meant.
        value: ``up`` or ``down``.
        reason: In the visitor's words; cut at 500 characters.
    """

    token: StrictStr = Field(max_length=MAX_TOKEN)
    message_id: StrictStr = Field(regex=MESSAGE_ID)
    value: Literal["up", "down"]
    reason: Optional[StrictStr] = Field(default=None, max_length=MAX_STORED)

    @validator("reason")
    def _clean(cls, value: Optional[str]) -> Optional[str]:
        return clean_message(value)[:MAX_REASON] or None


class FeedbackResponse(BaseModel):
    """The vote is kept.

    Attributes:
        version: Version of the API.
    """

    version: Literal[1] = 1


class ErrorBody(BaseModel):
    """What went wrong.

    Attributes:
        code: For programs.
        text: For people: what to do.
    """

    code: ErrorCode
    text: str


class ErrorResponse(BaseModel):
    """The body of every response that is not 200.

    Attributes:
        version: Version of the API.
        error: What went wrong.
    """

    version: Literal[1] = 1
    error: ErrorBody
