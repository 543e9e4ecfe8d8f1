"""Whom limits count: the address of the peer, or the one that a trusted proxy names."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime
from hashlib import blake2b
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from index.errors import SettingsError

Address = IPv4Address | IPv6Address
Networks = tuple[IPv4Network | IPv6Network, ...]
HOME_NETWORK = 64  # bits of an IPv6 address that one household or machine shares
PORT = re.compile(r"^\[(?P<six>[^\]]+)\](?::\d+)?$|^(?P<four>[\d.]+):\d+$")


def read_networks(text: str) -> Networks:
    """Networks such as ``10.0.0.0/8, ::1``; SettingsError names the one that is none."""
    return tuple(_read_network(part.strip()) for part in text.split(",") if part.strip())


def _read_network(part: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(part, strict=False)
    except ValueError as error:
        wanted = "应为用逗号隔开的网段，如 10.0.0.0/8,::1"
        raise SettingsError(f"WENCE_TRUSTED_PROXIES {wanted}，不能是 {part!r}") from error


def is_within(host: str, networks: Networks) -> bool:
    """Whether an address lies in one of the networks; a name that is no address does not."""
    address = _read_address(host)
    return address is not None and any(address in network for network in networks)


def client_of(peer: str, forwarded: Sequence[str], trusted: Networks) -> str:
    """The client: the peer, or the last address before the trusted proxies.

    ``forwarded`` are the X-Forwarded-For headers in order; what stands left of the first address
    that is not trusted may be invented, so nobody reads it.
    """
    client = peer
    hops = [hop.strip() for line in forwarded for hop in line.split(",")]
    while hops and is_within(client, trusted):
        hop = hops.pop()
        if _read_address(hop) is None:
            break
        client = hop
    return _counted(client)


def _counted(host: str) -> str:
    address = _read_address(host)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, HOME_NETWORK), strict=False))
    return str(address) if address else host or "unknown"


def _read_address(text: str) -> Address | None:
    match = PORT.match(text)
    bare = (match["six"] or match["four"]) if match else text
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


class Pseudonyms:
    """Clients under names that hold for one day in one process and lead back to nobody."""

    def __init__(self) -> None:
        self._day, self._salt = date.min, b""

    def __call__(self, client: str) -> str:
        """Eight letters for a client; the salt is never stored and changes at midnight (UTC)."""
        today = datetime.now(UTC).date()
        if today != self._day:
            self._day, self._salt = today, secrets.token_bytes(16)
        return blake2b(client.encode(), digest_size=4, key=self._salt).hexdigest()
