"""The deployed nginx as a process, in front of replicas that are dead, dumb or real."""

import http.client
import json
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple, Optional
from urllib.parse import urlsplit

import pytest
from conftest import free_port, wait_for
from deployed import needed, replica_environment, run
from served import Server

from benchmarks.proxy import CHANGES
from bot.channels.web_schema import ErrorCode, ErrorResponse
from bot.errors import WEB_ERRORS
from bot.runtime.replicas.nginx import DEPLOYED, Adapt, Nginx, substituted

MESSAGE = "/chat/v1/message"
OWN_REFUSAL = json.dumps({"version": 1, "error": {"code": "unavailable", "text": "Said by a replica."}})


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: str


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Front:
    """A running nginx."""

    def __init__(self, port: int, nginx: Nginx) -> None:
        self.port, self.nginx = port, nginx

    def ask(self, method: str, path: str, body: bytes = b"", client: str = "127.0.0.1", **headers: str) -> Answer:
        """Asks from an address of this machine, as a page of another site does unless told otherwise."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20, source_address=(client, 0))
        try:
            connection.request(method, path, body, {"Origin": "https://other.example.org", **headers})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())
        finally:
            connection.close()


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Callable[..., Front]]:
    """Starts nginx, with the deployed files, in front of replicas on these ports."""
    with ExitStack() as stack:

        def start(*replicas: int, adapt: Adapt = lambda _, text: text) -> Front:
            port = free_port()
            nginx = Nginx(tmp_path / "nginx", f"127.0.0.1:{port}", adapt)
            nginx.start(replicas)
            stack.callback(nginx.stop)
            wait_for(lambda: listens(port), "nginx")
            return Front(port, nginx)

        yield start


@contextmanager
def dumb_replica(status: int = 200, body: str = "{}") -> Iterator[int]:
    """Answers everything alike, and says in a header which port it has; gives that port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Replica", str(self.server.server_address[1]))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def frozen_replica() -> Iterator[int]:
    """Takes connections and says nothing."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(100)
        yield listening.getsockname()[1]


# --- what nginx reads


def nginx_configuration(folder: Path, replicas: str) -> Path:
    """The site file in a folder, as it will be included in an nginx of Debian's."""
    site = (DEPLOYED / "amicc.conf").read_text(encoding="utf-8")
    (folder / "site.conf").write_text(site.replace("/etc/nginx", str(folder)), encoding="utf-8")
    (folder / "amicc-replicas.conf").write_text(replicas, encoding="utf-8")
    main = folder / "nginx.conf"
    main.write_text(
        f"pid {folder}/pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n"
        f"fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n"
        f"include {folder}/site.conf; }}\n",
        encoding="utf-8",
    )
    return main


@pytest.mark.parametrize("name", ["replicas.conf", "replicas.compose.conf"])
def test_nginx_accepts_its_configuration(name: str, tmp_path: Path) -> None:
    replicas = (DEPLOYED / name).read_text(encoding="utf-8")
    # nginx looks names up when it reads its configuration; the compose network has them, this machine does not.
    main = nginx_configuration(tmp_path, re.sub(r"replica-\d:", "127.0.0.1:", replicas))
    assert "syntax is ok" in run(needed("nginx"), "-t", "-c", str(main), "-p", str(tmp_path))


def test_the_check_of_nginx_can_fail(tmp_path: Path) -> None:
    main = nginx_configuration(tmp_path, "upstream amicc_assistant { server 127.0.0.1:5005 }")
    with pytest.raises(AssertionError, match="unexpected"):
        run(needed("nginx"), "-t", "-c", str(main), "-p", str(tmp_path))


def test_nginx_tells_the_replicas_who_the_client_is_and_believes_no_client() -> None:
    site = (DEPLOYED / "amicc.conf").read_text(encoding="utf-8")
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in site
    assert "$proxy_add_x_forwarded_for" not in site


# --- what nginx itself refuses


def assert_refused(answer: Answer, code: ErrorCode, status: int) -> None:
    """It has the shape of the API's errors, and a script of any site can read it."""
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/json"
    body = ErrorResponse.parse_raw(answer.body)
    assert (body.error.code, body.error.text) == (code, WEB_ERRORS[code])
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    if code == "too_large":
        assert "Retry-After" not in answer.headers
    else:
        assert int(answer.headers["Retry-After"]) >= 1
        assert answer.headers["Access-Control-Expose-Headers"] == "Retry-After"


@pytest.mark.parametrize(("method", "path"), [("POST", MESSAGE), ("GET", "/chat/v1/greeting"), ("GET", "/faq")])
def test_dead_replicas_are_told_as_the_api_tells_it(front: Callable[..., Front], method: str, path: str) -> None:
    assert_refused(front(free_port(), free_port()).ask(method, path), "unavailable", 503)


def test_a_frozen_replica_is_told_as_the_api_tells_it(front: Callable[..., Front]) -> None:
    def soon(name: str, text: str) -> str:
        return text.replace("proxy_read_timeout 8s", "proxy_read_timeout 1s") if name == "amicc.conf" else text

    with frozen_replica() as port:
        assert_refused(front(port, adapt=soon).ask("POST", MESSAGE), "unavailable", 503)


def test_too_many_messages_are_told_as_the_api_tells_it(front: Callable[..., Front]) -> None:
    with dumb_replica() as port:
        nginx = front(port)
        answers = [nginx.ask("POST", MESSAGE) for _ in range(40)]
        other = nginx.ask("POST", MESSAGE, client="127.0.0.2")
    refused = [answer for answer in answers if answer.status != 200]
    # The burst of 20 and one more come through at once; five a second after that.
    assert 5 <= len(refused) <= 19
    for answer in refused:
        assert_refused(answer, "rate_limited", 429)
    assert other.status == 200, "somebody else has to wait as well"


def test_too_many_connections_are_told_as_the_api_tells_it(front: Callable[..., Front]) -> None:
    with frozen_replica() as port, ExitStack() as stack:
        nginx = front(port)
        for _ in range(50):
            waiting = stack.enter_context(socket.create_connection(("127.0.0.1", nginx.port)))
            waiting.sendall(b"GET /faq HTTP/1.1\r\nHost: localhost\r\n\r\n")
        # nginx may not have read all of them yet: one that is let in waits for the replica, so ask until one is not.
        answer = wait_for(lambda: refused_at_once(nginx.port), "the limit of connections")
    assert_refused(answer, "rate_limited", 429)


def refused_at_once(port: int) -> Optional[Answer]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/faq")
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read().decode())
    except TimeoutError:
        return None
    finally:
        connection.close()


def test_a_large_body_is_told_as_the_api_tells_it(front: Callable[..., Front]) -> None:
    with dumb_replica() as port:
        nginx = front(port)
        assert nginx.ask("POST", MESSAGE, bytes(200_000)).status == 200
        assert_refused(nginx.ask("POST", MESSAGE, bytes(300_000)), "too_large", 413)


@pytest.mark.parametrize("status", [413, 429, 500, 503])
def test_what_a_replica_refuses_is_passed_on_as_it_is(front: Callable[..., Front], status: int) -> None:
    with dumb_replica(status, OWN_REFUSAL) as port:
        answer = front(port).ask("POST", MESSAGE)
    assert (answer.status, answer.body) == (status, OWN_REFUSAL)
    assert "Access-Control-Allow-Origin" not in answer.headers


# --- which replica a visitor reaches


def test_a_visitor_stays_with_a_replica_and_moves_only_when_it_goes(front: Callable[..., Front]) -> None:
    visitors = [f"127.0.0.{number}" for number in range(1, 31)]
    with dumb_replica() as first, dumb_replica() as second, dumb_replica() as third:
        nginx = front(first, second, third)

        def reached(visitor: str) -> int:
            return int(nginx.ask("POST", MESSAGE, client=visitor).headers["Replica"])

        before = {visitor: reached(visitor) for visitor in visitors}
        assert set(before.values()) == {first, second, third}
        assert {visitor: reached(visitor) for visitor in visitors} == before
        nginx.nginx.point_to([first, second])
        moved = [visitor for visitor in visitors if before[visitor] == third]
        wait_for(lambda: third not in map(reached, moved), "nginx to leave a replica")
        stayed = {visitor: before[visitor] for visitor in visitors if visitor not in moved}
        assert {visitor: reached(visitor) for visitor in stayed} == stayed


@pytest.mark.parametrize("name", ["replicas.conf", "replicas.compose.conf"])
def test_each_list_of_replicas_is_hashed_consistently_by_address(name: str) -> None:
    # The process above is started with the first; the second differs from it in the names of the replicas alone.
    assert "    hash $binary_remote_addr consistent;\n" in (DEPLOYED / name).read_text(encoding="utf-8")


def test_a_replica_counts_the_visitors_behind_nginx_apart(front: Callable[..., Front], tmp_path: Path) -> None:
    proxies = replica_environment()["BOT_PROXIES"]
    server = Server(tmp_path / "server", BOT_RATE_ADDRESS=3, BOT_PROXIES=proxies)
    try:
        nginx = front(urlsplit(server.address).port)
        body = json.dumps({"message_id": "1", "message": "Is the US a member?"}).encode()

        def status(client: str, **headers: str) -> int:
            # From a page of the assistant's own, whatever the port that nginx listens on.
            own = {"Origin": f"http://127.0.0.1:{nginx.port}"}
            return nginx.ask("POST", MESSAGE, body, client, **own, **headers).status

        assert [status("127.0.0.1") for _ in range(4)] == [200, 200, 200, 429]
        assert [status("127.0.0.2") for _ in range(4)] == [200, 200, 200, 429]
        claimed = {"X-Forwarded-For": "203.0.113.9"}
        assert status("127.0.0.2", **claimed) == 429, "who claims to be somebody else is not counted"
    finally:
        server.stop()


# --- TLS


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for this machine, signed by itself, in one file with its key."""
    path = tmp_path / "certificate.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(path)]
    run(needed("openssl"), "req", "-x509", *key, *subject, "-out", str(path))
    return path


def test_tls_is_ready(front: Callable[..., Front], certificate: Path, tmp_path: Path) -> None:
    secure = free_port()
    changes = {"listen 443": f"listen 127.0.0.1:{secure}", r"/etc/letsencrypt/\S+\.pem": str(certificate)}
    deployed = (DEPLOYED / "tls.conf").read_text(encoding="utf-8")
    (tmp_path / "nginx").mkdir()
    (tmp_path / "nginx" / "amicc-tls.conf").write_text(substituted(deployed, changes), encoding="utf-8")
    with dumb_replica() as port:
        plain = front(port)
        run(needed("nginx"), "-t", "-c", str(tmp_path / "nginx" / "nginx.conf"), "-p", str(tmp_path / "nginx"))
        redirect = plain.ask("POST", f"{MESSAGE}?a=b")
        assert (redirect.status, redirect.headers["Location"]) == (308, f"https://127.0.0.1{MESSAGE}?a=b")
        assert https_status(secure, ssl.create_default_context(cafile=str(certificate))) == 200
        old = ssl.create_default_context(cafile=str(certificate))
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("DEFAULT:@SECLEVEL=0")
        with pytest.raises(ssl.SSLError):
            https_status(secure, old)


def https_status(port: int, context: ssl.SSLContext) -> int:
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=context)
    try:
        connection.request("POST", MESSAGE)
        return connection.getresponse().status
    finally:
        connection.close()


# --- adapting the deployed files


def test_a_change_of_the_deployed_files_that_changes_nothing_is_an_error() -> None:
    assert substituted("hash $a; hash $b;", {r"hash \$a": "random"}) == "random; hash $b;"
    with pytest.raises(ValueError, match="nothing like 'burst"):
        substituted("rate=5r/s", {"rate=": "rate=1", r"burst=\d+": "burst=1000"})


@pytest.mark.parametrize("name", CHANGES)
def test_what_the_benchmarks_change_is_there(name: str) -> None:
    deployed = (DEPLOYED / name).read_text(encoding="utf-8")
    assert substituted(deployed, CHANGES[name]) != deployed
