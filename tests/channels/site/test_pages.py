"""The site over HTTP: what a browser gets, and what it is told about it."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from served import Server, project_copy

from bot.channels.site.faq import index_page
from bot.channels.site.pages import PAGE_POLICY, Site
from bot.channels.site.script import widget_script
from bot.content.store import ContentStore
from bot.errors import StartError

FILES = {
    "demo.html": "<!doctype html><title>demo</title>",
    "chat.html": "<!doctype html><title>chat</title>",
    "integrate.html": "<!doctype html><title>integrate</title>",
    "preview.html": "<!doctype html><title>preview</title>",
    "src/10-a.js": "const a = 1;",
    "src/20-b.js": "const b = 2;",
    "assets/demo.css": "body { color: black; }",
    "assets/demo.js": "document.title;",
    "assets/mark.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
}
PAGES = {"/": "demo.html", "/chat": "chat.html", "/integrate": "integrate.html", "/preview": "preview.html"}


def widget_folder(folder: Path) -> Path:
    """A widget of a few bytes: these tests are about serving it."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, model_path: Path) -> Iterator[Server]:
    root = project_copy(tmp_path_factory.mktemp("site"), model_path, widget_folder)
    running = Server(root.parent, root)
    yield running
    running.stop()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_served_under_a_strict_policy(server: Server, path: str) -> None:
    response = server.get(path)
    assert response.text == FILES[PAGES[path]]
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Content-Security-Policy"] == PAGE_POLICY
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_the_policy_lets_nothing_in_from_elsewhere() -> None:
    assert "default-src 'none'" in PAGE_POLICY
    assert not [word for word in ("unsafe", "http:", "https:", "*") if word in PAGE_POLICY]


def test_the_script_is_what_the_command_writes_and_any_site_may_load_it(server: Server, tmp_path: Path) -> None:
    response = server.get("/chat.js")
    assert response.content == widget_script(widget_folder(tmp_path))
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "max-age" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("demo.css", "text/css; charset=utf-8"),
        ("demo.js", "text/javascript; charset=utf-8"),
        ("mark.svg", "image/svg+xml"),
    ],
)
def test_files_of_the_pages_have_their_types(server: Server, name: str, kind: str) -> None:
    response = server.get(f"/assets/{name}")
    assert response.text == FILES[f"assets/{name}"]
    assert response.headers["Content-Type"] == kind


EVERYTHING = [*PAGES, "/chat.js", "/assets/demo.css", "/faq", "/faq/us_member", "/faq.css", "/openapi.json"]


@pytest.mark.parametrize("path", EVERYTHING)
def test_what_the_browser_has_is_not_sent_again(server: Server, path: str) -> None:
    first = server.get(path)
    assert first.status_code == 200
    tag = first.headers["ETag"]
    for known in (tag, tag.removeprefix("W/"), f'"other", {tag}'):
        again = server.get(path, **{"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == tag
    assert server.get(path, **{"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", EVERYTHING)
def test_it_is_compressed_for_browsers_that_can_read_that(server: Server, path: str) -> None:
    plain = server.get(path, **{"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    refusing = server.get(path, **{"Accept-Encoding": "gzip;q=0, br"})
    assert "Content-Encoding" not in refusing.headers
    packed = server.request("GET", path, headers={"Accept-Encoding": "br, gzip"}, stream=True)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.raw.read(decode_content=False)) == plain.content
    assert "Accept-Encoding" in plain.headers["Vary"]


@pytest.mark.parametrize("path", EVERYTHING)
def test_a_head_request_gets_the_headers_alone(server: Server, path: str) -> None:
    response = server.request("HEAD", path)
    assert response.status_code == 200
    assert response.content == b""
    assert response.headers["ETag"] == server.get(path).headers["ETag"]


def test_answers_are_pages(server: Server, content_store: ContentStore) -> None:
    assert server.get("/faq").text == index_page(content_store.content, chat="chat")
    response = server.get("/faq/us_member")
    assert "<h1>Is the US a member?</h1>" in response.text
    assert response.headers["Content-Security-Policy"] == PAGE_POLICY


@pytest.mark.parametrize(
    "path", ["/faq/nothing", "/faq/us_member/", "/faq/..%2fchat.js", "/assets/nothing", "/assets/..%2fdemo.html", "/x"]
)
def test_what_is_not_there_is_not_found(server: Server, path: str) -> None:
    assert server.get(path).status_code == 404


@pytest.mark.parametrize("missing", ["demo.html", "integrate.html", "src"])
def test_a_missing_file_is_named(tmp_path: Path, content_store: ContentStore, missing: str) -> None:
    widget_folder(tmp_path)
    (tmp_path / missing).rename(tmp_path / "away")
    with pytest.raises(StartError, match=missing):
        Site(tmp_path, content_store)
