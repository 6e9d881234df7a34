"""The client's address is taken by position from the right, and nothing a client writes can move it."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.network import address_text, client_address, network_of, network_prefix


@pytest.mark.parametrize(
    ("remote", "header", "hops", "expected"),
    [
        ("203.0.113.7", None, 0, "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", 0, "203.0.113.7"),
        ("10.0.0.1", "198.51.100.1", 1, "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", 1, "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2", 2, "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1", 2, "10.0.0.1"),
        ("10.0.0.1", "", 1, "10.0.0.1"),
        ("10.0.0.1", None, 1, "10.0.0.1"),
        ("10.0.0.1", "1.1.1.1, unknown", 1, "10.0.0.1"),
        ("10.0.0.1", "1.1.1.1,", 1, "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1:4711", 1, "198.51.100.1"),
        ("10.0.0.1", "[2001:DB8::1]:4711", 1, "2001:db8::1"),
        ("10.0.0.1", '"[2001:db8::1]"', 1, "2001:db8::1"),
        ("10.0.0.1", "::ffff:198.51.100.1", 1, "198.51.100.1"),
        ("10.0.0.1", "fe80::1%eth0", 1, "fe80::1"),
        ("::ffff:203.0.113.7", None, 0, "203.0.113.7"),
        ("10.0.0.1", "198.51.100.300", 1, "10.0.0.1"),
        ("10.0.0.1", "198.51.100", 1, "10.0.0.1"),
        ("10.0.0.1", "1\x0098.51.100.1", 1, "10.0.0.1"),
        ("10.0.0.1", "١٩٨.51.100.1", 1, "10.0.0.1"),
        ("", None, 0, ""),
        ("unix:", None, 0, ""),
    ],
)
def test_the_client_is_counted_from_the_right(remote: str, header: str | None, hops: int, expected: str) -> None:
    assert address_text(client_address(remote, header, hops)) == expected


@given(forged=st.text(max_size=60), hops=st.integers(1, 3))
def test_nothing_in_front_of_the_trusted_hops_matters(forged: str, hops: int) -> None:
    written_by_proxies = ["198.51.100.9", "10.0.0.3", "10.0.0.2"][:hops]
    found = client_address("10.0.0.1", ", ".join([forged, *written_by_proxies]), hops)
    assert address_text(found) == "198.51.100.9"


@given(st.text(max_size=60))
def test_no_text_is_an_error(text: str) -> None:
    for answer in (address_text(client_address(text, text, 1)), network_of(text)):
        assert answer == "" or ipaddress.ip_network(answer, strict=False)


@given(st.ip_addresses())
def test_a_network_holds_its_address_and_says_no_more(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    network = ipaddress.ip_network(network_of(str(address)))
    assert address in network
    assert network.prefixlen == (24 if address.version == 4 else 48)


def test_networks_are_written_as_promised() -> None:
    assert network_of("203.0.113.7") == "203.0.113.0/24"
    assert network_of("2001:db8:1:2::3") == "2001:db8:1::/48"
    assert network_of("::ffff:203.0.113.7") == "203.0.113.0/24"
    assert network_of("nonsense") == ""
    assert network_prefix(client_address("203.0.113.7", None, 0)) == bytes([203, 0, 113])
