"""Which pages may ask, and whom a rate limit counts."""

import ipaddress

import pytest

from bot.channels.clients import client_address, may_ask

ALLOWED = frozenset({"https://www.example.org", "http://localhost:8000"})
HOST = "bot.example.org"


@pytest.mark.parametrize("origin", [None, *sorted(ALLOWED), "https://bot.example.org", "http://bot.example.org"])
def test_these_may_ask(origin: "str | None") -> None:
    assert may_ask(origin, HOST, ALLOWED)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "https://example.org",
        "http://www.example.org",
        "https://www.example.org:8443",
        "https://www.example.org/",
        "https://www.example.org.evil.example",
        "https://wwwxexample.org",
        "https://WWW.example.org",
        "https://evil.example@bot.example.org",
        "https://bot.example.org@evil.example",
        "https://bot.example.org\n",
        "file://bot.example.org",
        "*",
    ],
)
def test_these_may_not(origin: str) -> None:
    assert not may_ask(origin, HOST, ALLOWED)


def test_without_a_host_no_page_is_our_own() -> None:
    assert not may_ask("https://", "", ALLOWED)
    assert not may_ask("https://bot.example.org", None, ALLOWED)


PROXIES = [ipaddress.ip_network("127.0.0.1"), ipaddress.ip_network("10.0.0.0/8")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.1", None, "192.0.2.1"),
        ("192.0.2.1", "198.51.100.7", "192.0.2.1"),
        ("127.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "203.0.113.9, 198.51.100.7, 10.1.2.3", "198.51.100.7"),
        ("127.0.0.1", "10.9.9.9", "10.9.9.9"),
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", " , ", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9, nonsense", "unknown"),
        ("::ffff:127.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::/64"),
        ("", None, "unknown"),
    ],
)
def test_the_address_is_the_last_one_that_no_trusted_proxy_has(
    peer: str, forwarded: "str | None", address: str
) -> None:
    assert client_address(peer, forwarded, PROXIES) == address
