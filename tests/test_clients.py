"""Whom limits count, with and without proxies; nobody gets away by inventing addresses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import bot.public.clients as clients
from bot.public.clients import Pseudonyms, client_of, is_within, read_networks
from index.errors import SettingsError

PROXIES = read_networks("10.0.0.0/8, 127.0.0.1,fd00::/8")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),  # no proxy of ours
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.2.3.4, 198.51.100.1"], "198.51.100.1"),  # the left one is invented
        ("10.0.0.1", ["1.2.3.4", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", ["[2001:db8:1:2:3::9]:443"], "2001:db8:1:2::/64"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("fd00::1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("2001:db8:1:2:aaaa::1", [], "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", [], "2001:db8:1:2::/64"),
        ("fe80::1%eth0", [], "fe80::/64"),
        ("testclient", [], "testclient"),
        ("", [], "unknown"),
    ],
)
def test_the_client_is_the_last_address_before_the_trusted_proxies(
    peer: str, forwarded: list[str], client: str
) -> None:
    assert client_of(peer, forwarded, PROXIES) == client


def test_without_trusted_proxies_the_peer_is_the_client_also_on_this_machine() -> None:
    assert client_of("127.0.0.1", ["198.51.100.1"], ()) == "127.0.0.1"


def test_networks_are_read_and_what_is_none_is_named() -> None:
    assert [str(one) for one in read_networks("10.1.2.3/8,::1 ,")] == ["10.0.0.0/8", "::1/128"]
    assert read_networks("") == ()
    with pytest.raises(SettingsError, match="不能是 '内网'"):
        read_networks("10.0.0.0/8,内网")


def test_a_name_lies_in_no_network() -> None:
    assert [is_within(host, PROXIES) for host in ("10.9.9.9", "testclient", "")] == [
        True,
        False,
        False,
    ]


def test_a_client_has_one_pseudonym_a_day_that_differs_between_processes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = datetime(2026, 9, 1, 23, 59, tzinfo=UTC)

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return now

    monkeypatch.setattr(clients, "datetime", Clock)
    here, there = Pseudonyms(), Pseudonyms()
    first = here("203.0.113.7")
    assert here("203.0.113.7") == first
    assert len({first, here("203.0.113.8"), there("203.0.113.7")}) == 3
    now += timedelta(minutes=2)
    assert here("203.0.113.7") != first
    assert len(first) == 8
