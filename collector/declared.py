"""The cookies that a site declares: what its visitors are told about each, in the banner and in the policy."""

import re
from fnmatch import fnmatchcase
from typing import Literal, get_args

import msgspec
from sqlalchemy import JSON, ForeignKey, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from collector.database import Base, Database
from collector.sites import SiteRow

Purpose = Literal["necessary", "statistics", "marketing"]
Unit = Literal["minutes", "hours", "days", "months", "years", "session", "kept"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
UNITS: tuple[Unit, ...] = get_args(Unit)
WITHOUT_NUMBER = ("session", "kept")  # until the browser is closed; until somebody deletes it
NAME = re.compile(r"[^\s;,=\x00-\x1f\x7f]{1,100}")
LONGEST_PROVIDER, LONGEST_TEXT, MOST = 80, 300, 200


class DeclarationError(Exception):
    """A cookie cannot be declared so; the message says why in one line."""


class DeclaredRow(Base):
    __tablename__ = "declared_cookies"

    site: Mapped[str] = mapped_column(ForeignKey(SiteRow.domain, ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    provider: Mapped[str]
    purpose: Mapped[str]
    amount: Mapped[int]
    unit: Mapped[str]
    third_party: Mapped[bool]
    texts: Mapped[dict[str, str]] = mapped_column(JSON)


class Declared(msgspec.Struct, frozen=True):
    """One cookie, or another entry in the browser. A `*` in the name stands for anything: `_ga_*`.

    It is kept for `amount` of `unit` (0 with "session" and "kept"). `third_party` says that the provider is not the
    site itself. `texts` say by language what it is for; an empty provider is the site's controller.
    """

    name: str
    purpose: Purpose
    provider: str = ""
    amount: int = 0
    unit: Unit = "session"
    third_party: bool = False
    texts: dict[str, str] = {}

    def covers(self, name: str) -> bool:
        """Whether a cookie of this name is meant."""
        return fnmatchcase(name, self.name.replace("[", "[[]").replace("?", "[?]"))

    def text(self, language: str) -> str:
        """What it is for: in this language, else in the first one that was filled in, else nothing."""
        return self.texts.get(language) or next(iter(self.texts.values()), "")


# What Sīkdatne itself keeps in the browser; told to every visitor, and not to be declared by hand. The texts are with
# the banner's, under these keys.
BUILT_IN: dict[str, Declared] = {
    "consent": Declared("consent, decision-*, sikdatne.consent", "necessary", amount=180, unit="days"),
    "visit": Declared("visit, visit-left, sikdatne.visit", "statistics", amount=13, unit="months"),
}
OWN_NAMES = frozenset({"consent", "sikdatne.consent", "visit", "visit-left", "sikdatne.visit"})


def checked(cookie: Declared) -> Declared:
    """The same cookie with its texts trimmed. Raises DeclarationError."""
    if not NAME.fullmatch(cookie.name) or not cookie.name.strip("*"):
        raise DeclarationError("a cookie has a name of 1 to 100 characters, without spaces, commas, ; or =")
    if cookie.name in OWN_NAMES:
        raise DeclarationError(f"{cookie.name} is Sīkdatne's own, and is declared already")
    if cookie.purpose not in PURPOSES:
        raise DeclarationError(f"the purpose is one of {', '.join(PURPOSES)}")
    if cookie.unit not in UNITS:
        raise DeclarationError(f"the unit is one of {', '.join(UNITS)}")
    timeless = cookie.unit in WITHOUT_NUMBER
    if not timeless and not 1 <= cookie.amount <= 1000:
        raise DeclarationError("say how long it is kept: a number from 1 to 1000")
    if cookie.third_party and not cookie.provider.strip():
        raise DeclarationError("say who the third party is: visitors have to be told its name")
    texts = {language: text.strip() for language, text in cookie.texts.items() if text.strip()}
    if len(cookie.provider) > LONGEST_PROVIDER or any(len(text) > LONGEST_TEXT for text in texts.values()):
        raise DeclarationError(f"a provider has at most {LONGEST_PROVIDER} characters, a purpose {LONGEST_TEXT}")
    return msgspec.structs.replace(
        cookie, provider=cookie.provider.strip(), amount=0 if timeless else cookie.amount, texts=texts
    )


def declared(database: Database, domain: str) -> tuple[Declared, ...]:
    """The cookies that a site declares, by purpose and name; Sīkdatne's own are not among them."""
    with database.session() as session:
        found = session.scalars(select(DeclaredRow).where(DeclaredRow.site == domain))
        cookies = [msgspec.convert(row, Declared, from_attributes=True) for row in found]
    return tuple(sorted(cookies, key=lambda cookie: (PURPOSES.index(cookie.purpose), cookie.name)))


def declare(database: Database, domain: str, cookie: Declared) -> Declared:
    """Declare a cookie, in place of one of the same name. Raises DeclarationError."""
    good = checked(cookie)
    try:
        with database.session() as session:
            known = session.scalars(select(DeclaredRow.name).where(DeclaredRow.site == domain)).all()
            if len(known) >= MOST and good.name not in known:
                raise DeclarationError(f"a site can declare {MOST} cookies; use * for names that belong together")
            session.merge(DeclaredRow(site=domain, **msgspec.structs.asdict(good)))
    except IntegrityError as error:
        raise DeclarationError(f"there is no site {domain}") from error
    return good


def withdraw(database: Database, domain: str, name: str) -> bool:
    """No longer declare a cookie. Whether it was declared."""
    with database.session() as session:
        done = session.execute(
            delete(DeclaredRow).where(DeclaredRow.site == domain, DeclaredRow.name == name).returning(DeclaredRow.name)
        )
        return done.first() is not None
