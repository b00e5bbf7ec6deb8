"""What can go wrong, and what to do about it: every error text of the project lives here.

An :class:`AssistantError` is something the person at the keyboard can mend. The command line prints its one line and
exits with status 1; a traceback would only hide it.
"""

from __future__ import annotations

import os
import traceback
from pathlib import Path
from typing import NamedTuple, Optional


class AssistantError(Exception):
    """Base of all errors that a person can mend; ``str()`` is one line that says what to do."""


def where(error: Optional[BaseException]) -> str:
    """An error for the log: its type and the lines it came through. Not its text, which may hold a visitor's words."""
    if error is None:
        return ""
    lines = traceback.format_tb(error.__traceback__)
    shown = "\n".join([type(error).__name__, *(line.rstrip() for line in lines)])
    return f"{shown}\nbecause of {where(error.__cause__)}" if error.__cause__ else shown


class Problem(NamedTuple):
    """One fault in a content file, as an editor needs to see it.

    Attributes:
        path: The file at fault.
        line: Line in that file, counted from 1; 0 if the fault concerns the whole file.
        message: What is wrong and what to write instead.
    """

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        path = os.path.relpath(self.path)
        place = f"{path}:{self.line}" if self.line else path
        return f"{place}: {self.message}"


class ContentError(AssistantError):
    """The content does not pass the check; ``problems`` lists every fault found."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        count = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}"
        super().__init__(f"The content has {count}: " + "; ".join(str(problem) for problem in problems))


class ModelError(AssistantError):
    """The trained model is missing, damaged, or does not belong to this version."""


class EncoderError(AssistantError):
    """The sentence encoder's files are missing or are not the expected ones."""


class StartError(AssistantError):
    """The assistant cannot start with the given settings on this machine."""


class StorageError(AssistantError):
    """The conversation store failed; nothing of the turn was applied."""


class ConflictError(StorageError):
    """Another turn of the same conversation was stored first; run this one again from the new state."""


class ReviewError(AssistantError):
    """What is to be reviewed does not exist."""


class MailError(AssistantError):
    """A mail was not taken; ``permanent`` if it would not be the next time either."""

    def __init__(self, reason: str, permanent: bool = False) -> None:
        self.permanent = permanent
        super().__init__(reason)


class Errors:
    """Texts of single-line errors, by code; fill them with :meth:`str.format`."""

    E001 = "No trained model in {folder}. Run: make train"
    E002 = "The model file {path} does not match its checksum in {manifest}. It was changed or damaged. Run: make train"
    E003 = "The model was trained with other phrasings or rules than are here now. Run: make train"
    E004 = "Training failed: {reason}"
    E005 = "There is no model file {path}. Check the name, or leave it out to serve what `make train` has made"
    E006 = (
        "The model file {path} is not one that was trained here: its checksum is not in {manifest}. A model names code "
        "that is run. If you know where it comes from, add --trust"
    )
    E007 = "The model {path} cannot be loaded by this version of the assistant ({reason}). Run: make train"
    E008 = "The model was trained by other code or another encoder than are here now. Run: make train"
    E010 = (
        "The encoder file {path} is missing. Run: make clean, then make run; "
        "or set BOT_ENCODER to a folder with model.onnx and tokenizer.json"
    )
    E011 = "The encoder file {path} has the SHA-256 sum {found}, not {expected}. Run: make clean, then make run"
    E012 = "The encoder in {folder} cannot be loaded: model.onnx or tokenizer.json there is not what its name says"
    E020 = "Port {port} on {interface} is in use. Stop the other program, or set BOT_PORT to a free port"
    E021 = (
        "The data folder {folder} cannot be written ({reason}). "
        "Make it writable, or set BOT_DATA_FOLDER to another folder"
    )
    E022 = (
        "BOT_INTERFACE is {interface!r}, which is no address of this machine ({reason}). "
        "Unset it to serve this machine alone, or set it to 0.0.0.0 to serve others too"
    )
    E023 = "The setting {name} is wrong: {reason}. See docs/settings.md"
    E024 = "{path} cannot be read as YAML: {reason}"
    E030 = (
        "The conversation store at {url} cannot be used ({reason}). "
        "Check BOT_DATABASE_URL and that the database is running"
    )
    E031 = "Turn not stored: conversation {conversation} was changed by another turn (expected version {version})"
    E032 = "The conversation store failed ({reason}); the turn was not applied"
    E035 = (
        "The database is of another version ({revision}), and its table {table} lacks what this version needs. Nothing "
        "was changed. Point BOT_DATABASE_URL to a database of this program, or run the version that made it"
    )
    E036 = (
        "BOT_DATABASE_URL is not the address of a database. Write postgresql://user:password@host:5432/name, with %40 "
        "for an @ in the password, or unset it for a file in the data folder"
    )
    E034 = "There is no record {reference}. All are shown by: python -m bot records list"
    E033 = "An action handed over a {fields} that cannot be stored; the turn was not applied. Mend the action"
    E040 = (
        "BOT_SECRET is not set. Where others reach the server or its database, it must be given: it signs visitors' "
        "sessions. Set it to {length} or more random characters, the same for all replicas, such as those of: "
        "openssl rand -hex 32"
    )
    E041 = "A key in BOT_SECRET has fewer than {length} characters. Make one with: openssl rand -hex 32"
    E042 = (
        "The key that signs visitors' sessions cannot be read from or written to {path}. Make the file readable, or "
        "delete it: a new one is made, and running conversations end; or set BOT_SECRET"
    )
    E043 = "The website's file {path} is missing or cannot be read. Restore the folder widget/ from the repository"
    E044 = "The pages cannot be written to {folder} ({reason}). Choose another folder with --output"
    E045 = (
        "Redis cannot be used ({reason}): until it can, each replica counts rates alone. Start it, or check "
        "BOT_REDIS_URL"
    )
    E050 = "{platform} did not take a call ({reason})"
    E051 = (
        "The Twilio account has no number {number}. Set BOT_TWILIO_NUMBER to one of the account's, such as +15005550001"
    )
    E052 = "not working: {reason}. Check {names}"
    E053 = "Not set: {names}. The pages in docs/channels/ say where to get them"
    E054 = "There is no channel {name!r}; there are {names}"
    E060 = "There is no topic {topic!r}. A topic's name is that of its file in data/nlu/faq/, without .yml"
    E070 = (
        "Several replicas share one database and one key: set BOT_DATABASE_URL to a PostgreSQL and BOT_SECRET to what "
        "`openssl rand -hex 32` prints"
    )
    E071 = "nginx is missing. As root: apt-get install nginx"
    E072 = "The replicas of {release} do not start: {reason}. Nothing was changed"
    E073 = "No replicas run with the data folder of {folder}. Start them with: make replicas"
    E074 = "There is no earlier release: nothing was handed over since the start"
    E075 = "The hand-over is not finished after {seconds} s; the log of the replicas says how it goes on"
    E080 = "Notices cannot be read from the database ({reason}); they are sent when it is back"
    E081 = "Notice {notice} was not sent ({reason}); attempt {attempts}, the next in {minutes} minutes"
    E082 = (
        "Notice {notice} is given up after {attempts} attempts ({reason}). Its record is shown by: python -m bot "
        "records list. When the mail server works again, run: python -m bot notices retry"
    )
    E083 = "The mail server {host} did not take a test mail on port {port} ({reason}). Check the settings BOT_SMTP_..."
    E084 = "No notices are sent: set BOT_NOTICE_ADDRESS and BOT_SMTP_HOST. See docs/settings.md"


WEB_ERRORS = {
    "rate_limited": "Too many messages came at once. Wait as long as Retry-After says, then send the message again.",
    "bad_request": "The request cannot be used. The API is described in /openapi.json.",
    "session": "The session has ended or is not valid. Send the message without a token to begin a new conversation.",
    "origin": "This page may not use the assistant. Its operator can add the page's origin to BOT_ORIGINS.",
    "too_large": "The message is too long. Send at most 4,000 characters.",
    "unavailable": "The assistant cannot answer just now. Send the same message again in a moment.",
}
"""What the web channel tells a client, by error code."""
