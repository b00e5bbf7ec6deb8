"""``python -m bot notices``: whether staff can be told by e-mail, and what was not sent."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import typer

from bot.errors import Errors, MailError, StartError
from bot.runtime.mail import load_mailer
from bot.runtime.settings import load_settings, prepare_data_folder
from bot.storage.database import open_database
from bot.storage.notices import Outbox

notices = typer.Typer(help="E-mail notices to AMICC's staff.", no_args_is_help=True)


@notices.command()
def check() -> None:
    """Sends a test mail to BOT_NOTICE_ADDRESS; status 1 if the mail server does not take it."""
    mailer = load_mailer(load_settings())
    if mailer is None:
        raise StartError(Errors.E084)
    text = "The assistant can send notices to this address.\n"
    try:
        asyncio.run(mailer.send("Assistant: test of the notices", text, f"test.{uuid4().hex}"))
    except MailError as error:
        raise MailError(Errors.E083.format(host=mailer.host, port=mailer.port, reason=error)) from error
    typer.echo(f"{mailer.host} has taken a test mail to {mailer.recipient}.")


@notices.command()
def retry() -> None:
    """Lets the server try again, at once, what it could not send."""
    settings = load_settings()
    prepare_data_folder(settings.data_folder)
    number = Outbox(open_database(settings.store_url)).try_failed_again()
    typer.echo(f"{number} notice{'s' if number != 1 else ''} will be sent by the running server.")
