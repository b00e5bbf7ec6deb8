"""Who asks: the page that a browser sends a message from, and the address that a rate limit counts."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Sequence
from typing import Optional, Union
from urllib.parse import urlsplit

Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]

ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[1-9]\d{0,4})?|https?://\[[0-9a-f:]+\](:[1-9]\d{0,4})?")
"""An origin as browsers send it: scheme, host in lower case, port only if it is not the scheme's own."""


def may_ask(origin: Optional[str], host: Optional[str], allowed: Collection[str]) -> bool:
    """Whether pages of an origin may speak to the assistant.

    A request without an origin does not come from another site's page (browsers always send it with a POST): it is a
    program such as curl, which could claim any origin, so refusing it would protect nobody.

    Args:
        origin: The header ``Origin``; None if there is none.
        host: The header ``Host``: pages of the server itself may always ask. Their scheme is not compared, because a
            proxy in front may speak TLS.
        allowed: Other origins that may, exactly as browsers send them.
    """
    if origin is None or origin in allowed:
        return True
    return bool(host) and ORIGIN.fullmatch(origin) is not None and urlsplit(origin).netloc == host


def client_address(peer: str, forwarded_for: Optional[str], proxies: Sequence[Network]) -> str:
    """What a rate limit counts as one address.

    Args:
        peer: The other end of the connection.
        forwarded_for: The header ``X-Forwarded-For``. Anyone can send one, so it is read from its end, where proxies
            add, and only as long as a trusted proxy added it.
        proxies: Networks of trusted proxies.

    Returns:
        The address; of IPv6 the /64 network, which is what one household gets.
    """
    address = _parsed(peer)
    hops = [part.strip() for part in (forwarded_for or "").split(",") if part.strip()]
    while hops and address is not None and any(address in network for network in proxies):
        address = _parsed(hops.pop())
    if address is None:
        return "unknown"
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _parsed(text: str) -> Optional[Union[ipaddress.IPv4Address, ipaddress.IPv6Address]]:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if address.version == 6 else None
    return mapped or address
