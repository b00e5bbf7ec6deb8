"""Mails reach a real server: in the clear, encrypted, with a login; what goes wrong is one line, permanent or not."""

import asyncio
import time
from pathlib import Path

import pytest
from mail_server import PASSWORD, USER, MailServer, make_certificate

from bot.errors import MailError, StartError
from bot.runtime import mail
from bot.runtime.mail import Mailer, load_mailer
from bot.runtime.settings import Settings


def settings(server: MailServer, **changes: object) -> Settings:
    values = {name.removeprefix("BOT_").lower(): value for name, value in server.settings.items()}
    return Settings(**{**values, **changes})


def mailer(server: MailServer, **changes: object) -> Mailer:
    found = load_mailer(settings(server, **changes))
    assert found is not None
    return found


def send(sender: Mailer) -> None:
    async def whole() -> None:
        try:
            await sender.send("A subject", "A text.\n", "identity")
        finally:
            await asyncio.sleep(0.1)  # TLS says goodbye in the background

    asyncio.run(whole())


def refused(sender: Mailer) -> MailError:
    with pytest.raises(MailError) as caught:
        send(sender)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate that this process trusts, as an operator makes OpenSSL trust one."""
    path = make_certificate(tmp_path / "certificate.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return path


def test_a_mail_says_from_whom_to_whom_and_that_a_program_wrote_it() -> None:
    with MailServer() as server:
        send(mailer(server, smtp_sender="assistant@example.org"))
    (taken,) = server.mails
    assert (taken["From"], taken["To"], taken["Subject"]) == ("assistant@example.org", "staff@example.org", "A subject")
    assert taken["X-Envelope"] == "assistant@example.org ['staff@example.org']"
    assert taken["Message-ID"] == "<identity@example.org>"
    assert taken["Auto-Submitted"] == "auto-generated"
    assert taken["Date"]
    assert taken.get_content().splitlines() == ["A text."]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_is_encrypted_and_the_sender_logs_in(certificate: Path, security: str, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD + "\n")
    login = {"smtp_security": security, "smtp_user": USER}
    with MailServer(certificate, implicit_tls=security == "tls", login=True) as server:
        send(mailer(server, smtp_password=PASSWORD, **login))
        send(mailer(server, smtp_password_file=tmp_path / "password", **login))
        wrong = refused(mailer(server, smtp_password="another", **login))
    assert server.logins == [(True, True)] * 2
    assert str(wrong).startswith("login refused: 535")
    assert not wrong.permanent
    assert "another" not in str(wrong)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_that_nobody_vouches_for_gets_nothing(tmp_path: Path, security: str) -> None:
    certificate = make_certificate(tmp_path / "unknown.pem")
    with MailServer(certificate, implicit_tls=security == "tls") as server:
        assert "certificate verify failed" in str(refused(mailer(server, smtp_security=security)))
    assert server.mails == []


def test_a_server_without_encryption_gets_nothing_when_it_is_wanted() -> None:
    with MailServer() as server:
        assert "STARTTLS" in str(refused(mailer(server, smtp_security="starttls")))
    assert server.mails == []


@pytest.mark.parametrize(("answer", "permanent"), [("451 later", False), ("554 spam\x1b[2J\r\n", True)])
def test_what_the_server_says_decides_whether_to_try_again(answer: str, permanent: bool) -> None:
    with MailServer() as server:
        server.answers = [answer]
        error = refused(mailer(server))
    assert str(error).startswith(f"refused: {answer[:3]}")
    assert str(error).isprintable()
    assert error.permanent is permanent


def test_a_server_that_is_down_or_does_not_exist_is_tried_again() -> None:
    down = refused(mailer(MailServer()))
    nowhere = refused(mailer(MailServer(), smtp_host="mail.invalid"))
    assert not down.permanent
    assert not nowhere.permanent


def test_a_server_that_does_not_answer_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "PATIENCE", 0.3)
    with MailServer() as server:
        server.delay = 2
        start = time.monotonic()
        error = refused(mailer(server))
        assert time.monotonic() - start < 1.5
    assert (str(error), error.permanent) == ("no answer in time", False)


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_each_kind_of_security_has_its_usual_port(security: str, port: int) -> None:
    assert mailer(MailServer(), smtp_port=None, smtp_security=security).port == port


def test_without_settings_there_is_no_mailer() -> None:
    assert load_mailer(Settings()) is None


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"smtp_host": None}, "BOT_SMTP_HOST"),
        ({"notice_address": None}, "BOT_NOTICE_ADDRESS"),
        ({"smtp_user": USER}, "BOT_SMTP_USER"),
        ({"smtp_password": PASSWORD}, "BOT_SMTP_USER"),
        ({"smtp_host": "mail.example.org", "smtp_user": USER, "smtp_password": PASSWORD}, "BOT_SMTP_SECURITY"),
        ({"smtp_user": USER, "smtp_password_file": "/no/such/file"}, "BOT_SMTP_PASSWORD_FILE"),
        ({"smtp_user": USER, "smtp_password_file": "/dev/null"}, "BOT_SMTP_PASSWORD_FILE"),
        ({"smtp_user": USER, "smtp_password_file": "/dev/null", "smtp_password": PASSWORD}, "BOT_SMTP_PASSWORD_FILE"),
    ],
    ids=str,
)
def test_settings_that_do_not_fit_together_are_one_line_that_names_one(changes: dict, named: str) -> None:
    with pytest.raises(StartError) as caught:
        load_mailer(settings(MailServer(), **changes))
    assert f"The setting {named} is wrong" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert PASSWORD not in str(caught.value)
