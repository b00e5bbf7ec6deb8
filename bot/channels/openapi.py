"""The description of the web API for programs, made from the models: OpenAPI 3.1."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from typing import Any, Optional

from pydantic import BaseModel
from pydantic.schema import get_flat_models_from_models, schema

from bot.channels.http import API
from bot.channels.web_schema import (
    VERSION,
    ErrorResponse,
    FeedbackRequest,
    FeedbackResponse,
    GreetingResponse,
    MessageRequest,
    MessageResponse,
    TopicResponse,
)

MODELS: list[type[BaseModel]] = [
    MessageRequest,
    MessageResponse,
    FeedbackRequest,
    FeedbackResponse,
    GreetingResponse,
    TopicResponse,
    ErrorResponse,
]
_REFERENCE = "#/components/schemas/"
_VOTE = {
    "vote": {
        "operationId": "feedback",
        "description": "A vote on these replies.",
        "requestBody": {"token": "$response.body#/token", "message_id": "$response.body#/message_id", "value": "up"},
    }
}
"""How the operations hang together, as an OpenAPI link."""
_ERRORS = {
    "400": "It cannot be used.",
    "401": "The token opens no conversation (any more).",
    "403": "The page's origin is not allowed.",
    "404": "There is no such thing.",
    "413": "It is too large.",
    "429": "It came too soon after others.",
    "503": "A part is down.",
}


def schemas() -> dict[str, Any]:
    """JSON schemas of all models by name.

    pydantic 1 leaves out that an optional field may be null, and keeps a docstring whole; both are mended.
    """
    found: dict[str, Any] = schema(MODELS, ref_prefix=_REFERENCE)["definitions"]
    for model in get_flat_models_from_models(MODELS):
        if not issubclass(model, BaseModel):
            continue
        described = found[model.__name__]
        summary, attributes = _docstring(model)
        described["description"] = summary
        for name, field in model.__fields__.items():
            shape = {key: value for key, value in described["properties"][name].items() if key != "title"}
            if field.allow_none:
                shape = {"anyOf": [shape, {"type": "null"}]}
            described["properties"][name] = {**shape, "description": attributes.get(name, "")}
    return found


def _docstring(model: type[BaseModel]) -> tuple[str, dict[str, str]]:
    """The first paragraph of a model's docstring, and what it says of each attribute."""
    text = inspect.cleandoc(model.__doc__ or "").replace("``", "")
    summary, _, attributes = text.partition("Attributes:")
    found = re.findall(r"^    (\w+): (.*(?:\n     +.*)*)", attributes, flags=re.MULTILINE)
    return " ".join(summary.split()), {name: " ".join(said.split()) for name, said in found}


def _body(model: type[BaseModel], kind: str = "application/json") -> dict[str, Any]:
    return {"content": {kind: {"schema": {"$ref": _REFERENCE + model.__name__}}}}


def _operation(
    name: str,
    summary: str,
    answer: type[BaseModel],
    errors: str,
    body: Optional[type[BaseModel]] = None,
    links: Optional[dict[str, Any]] = None,
    parameters: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    operation: dict[str, Any] = {"operationId": name, "summary": summary, "parameters": list(parameters)}
    if body:
        operation["requestBody"] = {"required": True, **_body(body), "description": "May be sent as text/plain too."}
    operation["responses"] = {
        "200": {"description": "Done.", **_body(answer), "links": links or {}},
        **{status: {"description": _ERRORS[status], **_body(ErrorResponse)} for status in errors.split()},
    }
    return operation


def openapi() -> dict[str, Any]:
    """The description."""
    language = {"name": "lang", "in": "query", "schema": {"type": "string", "enum": ["en", "es"]}}
    topic = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}, "example": "icc"}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "AMICC assistant",
            "version": str(VERSION),
            "description": "Questions and answers about the International Criminal Court and the United States.",
        },
        "paths": {
            f"{API}/message": {
                "post": _operation(
                    "message", "Send a message.", MessageResponse, "400 401 403 413 429 503", MessageRequest, _VOTE
                )
            },
            f"{API}/feedback": {
                "post": _operation(
                    "feedback", "Vote on replies.", FeedbackResponse, "400 401 403 404 413 429 503", FeedbackRequest
                )
            },
            f"{API}/greeting": {
                "get": _operation("greeting", "The first reply.", GreetingResponse, "400", parameters=[language])
            },
            f"{API}/topic/{{id}}": {
                "get": _operation("topic", "The question of a topic.", TopicResponse, "404", parameters=[topic])
            },
        },
        "components": {"schemas": schemas()},
    }
