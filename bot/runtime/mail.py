"""Hands one e-mail after another to the operator's mail server."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import formatdate
from typing import Optional

import aiosmtplib

from bot.errors import Errors, MailError, StartError
from bot.runtime.settings import Settings

PATIENCE = 60.0
"""Seconds that one mail may take from the connection to the server's word that it has it."""
STEP_PATIENCE = 20.0
"""Seconds that the server may take for one step of it."""
_GOODBYE_PATIENCE = 2.0
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
"""RFC 6409 and RFC 8314: submission with STARTTLS, and with TLS from the start; SMTP itself."""
_REASON_LENGTH = 160


class Mailer:
    """Sends mails from one address to another, each over a connection of its own."""

    def __init__(self, settings: Settings, recipient: str, host: str, password: Optional[str]) -> None:
        """Opens nothing yet; :func:`load_mailer` makes one from settings.

        Args:
            settings: Port, security, user and sender.
            recipient: Where the mails go.
            host: Mail server.
            password: To log in with.
        """
        self.host = host
        self.port = settings.smtp_port or _PORTS[settings.smtp_security]
        self.recipient = recipient
        self.sender = settings.smtp_sender or recipient
        self._user, self._password = settings.smtp_user, password
        self._security = settings.smtp_security
        # Once: it reads the certificates of all authorities. SSL_CERT_FILE names others, as for all of OpenSSL.
        self._tls = ssl.create_default_context() if self._security != "none" else None

    async def send(self, subject: str, text: str, identity: str) -> None:
        """Sends one mail; returns when the server has taken it.

        Args:
            subject: One line.
            text: Plain text.
            identity: The same for the same mail, so that who gets it twice can tell.

        Raises:
            MailError: It was not taken; ``permanent`` if it will never be.
        """
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self._user,
            password=self._password,
            use_tls=self._security == "tls",
            start_tls=self._security == "starttls",
            tls_context=self._tls,
            timeout=STEP_PATIENCE,
        )
        try:
            with _failures():
                await asyncio.wait_for(self._hand_over(client, self._mail(subject, text, identity)), PATIENCE)
            with suppress(aiosmtplib.SMTPException):
                # The mail is taken, whatever the server says to a goodbye.
                await client.quit(timeout=_GOODBYE_PATIENCE)
        finally:
            client.close()

    @staticmethod
    async def _hand_over(client: aiosmtplib.SMTP, mail: EmailMessage) -> None:
        await client.connect()
        await client.send_message(mail)

    def _mail(self, subject: str, text: str, identity: str) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.sender, self.recipient, subject
        mail["Date"] = formatdate()
        mail["Message-ID"] = f"<{identity}@{self.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies
        mail.set_content(text)
        return mail


@contextmanager
def _failures() -> Iterator[None]:
    """Turns what can go wrong with a mail server into one line that names it."""
    try:
        yield
    except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as error:
        raise _refused(error) from error
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise _refused(error.recipients[0]) from error
    except aiosmtplib.SMTPAuthenticationError as error:
        raise MailError(f"login refused: {_answer(error)}") from error
    except aiosmtplib.SMTPResponseException as error:
        raise MailError(f"refused: {_answer(error)}") from error
    except (asyncio.TimeoutError, aiosmtplib.SMTPTimeoutError) as error:
        raise MailError("no answer in time") from error
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        # An OSError may be a certificate that is not trusted; ValueError is what a name can make of a bad host.
        raise MailError(_one_line(str(error) or type(error).__name__)) from error


def _refused(error: aiosmtplib.SMTPResponseException) -> MailError:
    """Of a mail that the server would not have: a code of 500 and more will be the same each time."""
    return MailError(f"refused: {_answer(error)}", permanent=error.code >= 500)


def _answer(error: aiosmtplib.SMTPResponseException) -> str:
    return _one_line(f"{error.code} {error.message}")


def _one_line(text: str) -> str:
    """What a server said, fit for a log and a terminal."""
    return re.sub(r"[^\x20-\x7e]+", " ", text)[:_REASON_LENGTH].strip()


def load_mailer(settings: Settings) -> Optional[Mailer]:
    """The mailer that the settings describe; None if they describe none.

    Raises:
        StartError: A setting lacks another, or the password cannot be read.
    """
    address, host = settings.notice_address, settings.smtp_host
    if address is None and host is None:
        return None
    if host is None:
        raise _wrong("BOT_SMTP_HOST", "it is not set, and BOT_NOTICE_ADDRESS is; set both or neither")
    if address is None:
        raise _wrong("BOT_NOTICE_ADDRESS", "it is not set, and BOT_SMTP_HOST is; set both or neither")
    password = _password(settings)
    if (settings.smtp_user is None) != (password is None):
        raise _wrong("BOT_SMTP_USER", "a login needs it, and BOT_SMTP_PASSWORD or BOT_SMTP_PASSWORD_FILE")
    if password is not None and settings.smtp_security == "none" and not _is_this_machine(host):
        raise _wrong("BOT_SMTP_SECURITY", "with none, anyone on the way could read the password; use starttls or tls")
    return Mailer(settings, address, host, password)


def _password(settings: Settings) -> Optional[str]:
    path = settings.smtp_password_file
    if path is None:
        return settings.smtp_password.get_secret_value() if settings.smtp_password else None
    if settings.smtp_password is not None:
        raise _wrong("BOT_SMTP_PASSWORD_FILE", "BOT_SMTP_PASSWORD is set too; set one of them")
    try:
        # Of a file that an editor wrote, the end of the line is no part of the password.
        password = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong("BOT_SMTP_PASSWORD_FILE", getattr(error, "strerror", None) or "it is not text") from error
    if not password:
        raise _wrong("BOT_SMTP_PASSWORD_FILE", "the file is empty")
    return password


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _wrong(name: str, reason: str) -> StartError:
    return StartError(Errors.E023.format(name=name, reason=reason))
