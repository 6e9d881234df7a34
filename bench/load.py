"""The load model, the same for every figure: who comes, from where, with what, and to which pages.

Of all page views 40 % come from a new visitor, the others from one of the last 256, so a visitor sees about 2.5 pages.
Pages are chosen with a square-law skew: the first of 500 gets 4.5 % of the views, the first ten 14 %.
"""

import random
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path
from typing import NamedTuple

import msgspec

MODEL = Path(__file__).with_name("model.json")
NEW_SHARE = 0.4
RECENT = 256  # visitors who may come back
PUBLIC = frozenset(range(1, 224)) - {10, 100, 127, 169, 172, 192, 198, 203}  # first bytes behind which all is public


class Model(msgspec.Struct, frozen=True):
    """What there is to choose from; `widths` are of screens, in CSS pixels."""

    user_agents: tuple[str, ...]
    paths: tuple[str, ...]
    referrers: tuple[str, ...]
    widths: tuple[int, ...]
    languages: tuple[str, ...]


class Visitor(NamedTuple):
    """Someone new: the `number`th one, from a public IPv4 address."""

    number: int
    address: str
    user_agent: str
    referrer: str
    width: int
    language: str


class View(NamedTuple):
    """A page view; `is_new` says that it is the visitor's first."""

    visitor: Visitor
    path: str
    is_new: bool


def read_model() -> Model:
    """The model that stands beside this file."""
    return msgspec.json.decode(MODEL.read_bytes(), type=Model)


def views(model: Model, seed: int = 1) -> Iterator[View]:
    """Page views without end, the same ones for the same seed."""
    dice = random.Random(seed)
    recent: list[Visitor] = []
    count = 0
    while True:
        path = skewed(model.paths, dice)
        if not recent or dice.random() < NEW_SHARE:
            visitor = newcomer(model, count, dice)
            if len(recent) < RECENT:
                recent.append(visitor)
            else:
                recent[count % RECENT] = visitor
            count += 1
            yield View(visitor, path, True)
        else:
            yield View(recent[int(dice.random() * len(recent))], path, False)


def newcomer(model: Model, number: int, dice: random.Random) -> Visitor:
    """A visitor who was never here before."""
    return Visitor(
        number,
        public_address(dice),
        dice.choice(model.user_agents),
        dice.choice(model.referrers),
        dice.choice(model.widths),
        dice.choice(model.languages),
    )


def skewed(choices: tuple[str, ...], dice: random.Random) -> str:
    """One of the choices, the first ones far more often than the last ones."""
    return choices[int(dice.random() ** 2 * len(choices))]


def public_address(dice: random.Random) -> str:
    """An IPv4 address as visitors have it."""
    while True:
        address = IPv4Address(number := dice.getrandbits(32))
        if number >> 24 in PUBLIC or (address.is_global and not address.is_multicast):
            return str(address)
