"""A decision about purposes, as it travels in a token."""

import msgspec


class ConsentGrant(msgspec.Struct, frozen=True):
    """A decision about purposes, as the beacon's gate needs it. It holds no consent id."""

    site: str
    policy: int  # version of the policy it was given for
    statistics: bool
    marketing: bool
    decided: int  # minute since the epoch
    until: int  # minute since the epoch in which it expires
