"""``python -m bot channels``: which messaging channels are on, whether they work, and their set-up."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Optional

import typer
from rich.console import Console
from rich.table import Table

from bot.errors import AssistantError, Errors
from bot.runtime.settings import Settings, load_settings

if TYPE_CHECKING:
    from bot.runtime.channels import Platform

channels = typer.Typer(no_args_is_help=True, help="Messaging channels: which are on, whether they work, set-up.")
_ONE = typer.Argument(help="A channel: slack, telegram, twilio or facebook.")
_ONE_OR_ALL = typer.Argument(default=None, help="A channel; all if none is named.")
WIDTH = 140
"""Columns of the table where the output is no terminal."""


@channels.command("list")
def list_channels() -> None:
    """Lists the channels: which are on, and what the others lack."""
    settings = _settings()
    from bot.runtime.channels import PLATFORMS, begun, missing

    table = Table("Channel", "Platform", "State", "Not set", "Address of its webhook")
    for platform in PLATFORMS:
        lacking = missing(settings, platform)
        state = "on" if not lacking else "incomplete" if begun(settings, platform) else "off"
        address = f"{settings.public_url or ''}{platform.path}"
        table.add_row(platform.name, platform.title, state, "\n".join(lacking), address)
    Console(width=None if sys.stdout.isatty() else WIDTH).print(table)


@channels.command()
def check(name: Optional[str] = _ONE_OR_ALL) -> None:
    """Asks each platform that is set up whether the settings are right; status 1 if one is not."""
    settings = _settings()
    from bot.runtime.channels import PLATFORMS

    results = [_checked(settings, platform, name is not None) for platform in ([_find(name)] if name else PLATFORMS)]
    if not all(results):
        raise typer.Exit(1)


def _checked(settings: Settings, platform: Platform, wanted: bool) -> bool:
    """Prints what is to be said of one platform; returns whether all is well."""
    from bot.runtime.channels import begun, missing
    from bot.runtime.channels import check as check_platform

    lacking = missing(settings, platform)
    if lacking:
        incomplete = wanted or begun(settings, platform)
        state = "incomplete" if incomplete else "off"
        typer.echo(f"{platform.title}: {state}. Not set: {', '.join(lacking)}")
        return not incomplete
    try:
        lines = asyncio.run(check_platform(settings, platform))
    except AssistantError as error:
        names = ", ".join(f"BOT_{field.upper()}" for field in platform.needed)
        typer.echo(f"{platform.title}: " + Errors.E052.format(reason=error, names=names))
        return False
    typer.echo(f"{platform.title}: " + " ".join(lines))
    return True


@channels.command()
def register(name: str = _ONE) -> None:
    """Tells a platform where the assistant is; for Slack, prints the manifest to paste there."""
    settings = _settings()
    from bot.runtime.channels import register as register_platform

    for line in asyncio.run(register_platform(settings, _find(name))):
        typer.echo(line)


def _settings() -> Settings:
    settings = load_settings()
    from bot.runtime import logs, tensorflow_free

    logs.configure("WARNING")
    tensorflow_free.install()
    return settings


def _find(name: str) -> Platform:
    from bot.runtime.channels import PLATFORMS

    for platform in PLATFORMS:
        if platform.name == name:
            return platform
    raise AssistantError(Errors.E054.format(name=name, names=", ".join(each.name for each in PLATFORMS)))
