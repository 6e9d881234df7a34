"""The cookies that a site declares, as its policy tells of them."""

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from collector.declared import PURPOSES, DeclaredRow
from collector.declared import Declared as Cookie
from collector.phrases import languages, phrases
from collector.policy import Declared
from collector.sites import Site
from collector.wording import SOURCE, Words


def declared_for(session: Session, site: Site, words: Words) -> tuple[Declared, ...]:
    """All of them in one language, by purpose and name."""
    found = session.scalars(select(DeclaredRow).where(DeclaredRow.site == site.domain))
    cookies = [msgspec.convert(row, Cookie, from_attributes=True) for row in found]
    said = phrases(words.language if words.language in languages() else SOURCE)
    return tuple(
        Declared(
            cookie.name, cookie.provider or site.controller or site.domain,
            f"{words.label(cookie.purpose)}: {cookie.text(words.language)}".removesuffix(": "), said.duration(cookie),
        )
        for cookie in sorted(cookies, key=lambda each: (PURPOSES.index(each.purpose), each.name))
    )  # fmt: skip
