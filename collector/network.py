"""The address a request came from, and the network of it that may be kept.

Addresses are packed: 4 bytes of IPv4 or 16 of IPv6. IPv4 carried in IPv6 ("::ffff:203.0.113.7") is IPv4. Where nothing
that is an address can be found, the answer is empty, never an error.

There is no cache: the work takes a microsecond, and a cache would hold addresses.
"""

from socket import AF_INET, AF_INET6, inet_ntop, inet_pton

_MAPPED = bytes(10) + b"\xff\xff"


def client_address(remote: str, forwarded_for: str | None, hops: int) -> bytes:
    """The packed address of the client, behind `hops` proxies of our own.

    `remote` is the address of the connection. Each trusted proxy appends to X-Forwarded-For the address it was called
    from, so the client stands `hops` places from the right end. What stands left of it was written by the client and
    is never looked at. A header that is missing, too short or broken there did not come through our proxies: the
    address of the connection is taken then.
    """
    if hops > 0 and forwarded_for:
        chain = forwarded_for.rsplit(",", hops)
        if len(chain) >= hops:
            packed = pack(chain[-hops])
            if packed:
                return packed
    return pack(remote)


def address_text(packed: bytes) -> str:
    """A packed address in its shortest form: "203.0.113.7", "2001:db8::7"."""
    return inet_ntop(AF_INET if len(packed) == 4 else AF_INET6, packed) if packed else ""


def network_prefix(packed: bytes) -> bytes:
    """The part of an address that may be kept: the first 24 bits of IPv4, the first 48 of IPv6."""
    return packed[:3] if len(packed) == 4 else packed[:6]


def network_text(prefix: bytes) -> str:
    """Such a part as a network: "203.0.113.0/24", "2001:db8:7::/48"."""
    if len(prefix) == 3:
        return f"{prefix[0]}.{prefix[1]}.{prefix[2]}.0/24"  # three times as fast as the general way
    return address_text(prefix.ljust(16, b"\0")) + "/48" if prefix else ""


def network_of(address: str) -> str:
    """The network of an address that may be kept."""
    return network_text(network_prefix(pack(address)))


def pack(value: str) -> bytes:
    """4 or 16 bytes of an address that may carry a port, brackets, quotes or a zone; empty when it is none."""
    value = value.strip(' \t"')
    try:
        return inet_pton(AF_INET, value)  # nearly always
    except (OSError, ValueError):  # ValueError: a NUL, or a character that is no ASCII
        return _pack_decorated(value)


def _pack_decorated(value: str) -> bytes:
    if value.startswith("["):
        value = value[1:].partition("]")[0]
    elif value.count(":") == 1:
        value = value.partition(":")[0]
    try:
        if ":" not in value:
            return inet_pton(AF_INET, value)
        packed = inet_pton(AF_INET6, value.partition("%")[0])
    except (OSError, ValueError):
        return b""
    return packed[12:] if packed.startswith(_MAPPED) else packed
