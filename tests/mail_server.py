"""A real mail server on loopback, which keeps what it takes and can be told to refuse, to be slow, or to be down."""

import asyncio
import datetime
import email
import ipaddress
import ssl
import time
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from types import TracebackType
from typing import Any, Optional

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from conftest import free_port
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "assistant@example.org", "a password of the tests"


class MailServer:
    """Use it in a ``with`` block, or start and stop it.

    Attributes:
        mails: What was taken.
        logins: How many sessions had logged in when their mail came, and were encrypted.
        answers: What it says to the next mails instead of taking them, such as ``451 later``.
        delay: Seconds that it takes for each mail.
        held: Takes no mail while this is true.
        sessions: How many mails were handed over, taken or not.
    """

    def __init__(self, certificate: Optional[Path] = None, implicit_tls: bool = False, login: bool = False) -> None:
        self.port = free_port()
        self.mails: list[EmailMessage] = []
        self.logins: list[tuple[bool, bool]] = []
        self.answers: list[str] = []
        self.delay, self.held = 0.0, False
        self.sessions = 0
        self._certificate, self._implicit_tls, self._login = certificate, implicit_tls, login
        self._controller: Optional[Controller] = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.sessions += 1
        await asyncio.sleep(self.delay)
        while self.held:
            await asyncio.sleep(0.02)
        if self.answers:
            return self.answers.pop(0)
        mail = email.message_from_bytes(envelope.content or b"", policy=default)
        assert isinstance(mail, EmailMessage)
        mail["X-Envelope"] = f"{envelope.mail_from} {envelope.rcpt_tos}"
        self.mails.append(mail)
        encrypted = server.transport is not None and server.transport.get_extra_info("sslcontext") is not None
        self.logins.append((session.authenticated, encrypted))
        return "250 taken"

    def start(self) -> None:
        context = None
        if self._certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(self._certificate)
        options: dict[str, Any] = {"ssl_context": context} if self._implicit_tls else {"tls_context": context}
        if self._login:
            # aiosmtpd takes STARTTLS alone for encryption.
            options |= {"authenticator": self._authenticate, "auth_require_tls": not self._implicit_tls}
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)
        self._controller.start()

    @staticmethod
    def _authenticate(_: SMTP, __: Session, ___: Envelope, ____: str, given: object) -> AuthResult:
        right = LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=given == right, handled=False)

    def stop(self) -> None:
        if self._controller:
            self._controller.stop()
            self._controller = None

    def __enter__(self) -> "MailServer":
        self.start()
        return self

    def __exit__(self, _: Optional[type], __: Optional[BaseException], ___: Optional[TracebackType]) -> None:
        self.stop()

    @property
    def settings(self) -> dict[str, object]:
        """Settings that lead here, as environment variables."""
        return {
            "BOT_NOTICE_ADDRESS": "staff@example.org",
            "BOT_SMTP_HOST": "127.0.0.1",
            "BOT_SMTP_PORT": self.port,
            "BOT_SMTP_SECURITY": "none",
        }


def make_certificate(path: Path) -> Path:
    """Writes a key and a certificate that the server signs itself, for loopback; who trusts the file trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    now = datetime.datetime.fromtimestamp(time.time(), datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
