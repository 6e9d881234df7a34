"""What the owner of a site may choose about its banner: where it stands, and some of its words.

What the law leaves no choice about has no setting: both answers are always there, alike, and nothing is ticked. A value
for anything that is not listed here is refused.
"""

import logging
from typing import Any, Literal, get_args

import msgspec
from sqlalchemy import JSON, ForeignKey
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from collector.database import Base, Database
from collector.sites import SiteRow

Position = Literal["bottom", "start", "end"]
POSITIONS: tuple[Position, ...] = get_args(Position)
LONGEST = {"title": 80, "intro": 600, "necessary": 300, "statistics": 300, "marketing": 300}  # characters

log = logging.getLogger(__name__)


class BannerError(Exception):
    """The banner cannot be set up so; the message says why in one line."""


class BannerRow(Base):
    __tablename__ = "banners"

    site: Mapped[str] = mapped_column(ForeignKey(SiteRow.domain, ondelete="CASCADE"), primary_key=True)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)


class BannerTexts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The owner's own words in one language, as plain text; an empty one leaves the standard text.

    `{controller}` in the introduction stands for the controller's name. Who the controller is, who else gets data, and
    how to change one's mind is said after it in any case.
    """

    title: str = ""
    intro: str = ""
    necessary: str = ""
    statistics: str = ""
    marketing: str = ""


class Banner(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A site's banner. `position`: along the bottom, or in the corner where lines start or end; on a narrow screen it
    is always at the bottom. `floating`: a button that stays in view leads back to it, in place of the link at the foot.
    """

    position: Position = "bottom"
    floating: bool = False
    texts: dict[str, BannerTexts] = {}


def banner_from(values: object) -> Banner:
    """A banner from plain values, such as a form's or those in the database. Raises BannerError."""
    try:
        banner = msgspec.convert(values, Banner)
    except msgspec.ValidationError as error:
        raise BannerError(f"the banner cannot be set up so: {error}") from None
    kept: dict[str, BannerTexts] = {}
    for language, texts in banner.texts.items():
        words = {name: text.strip() for name, text in msgspec.structs.asdict(texts).items()}
        for name, text in words.items():
            if len(text) > LONGEST[name]:
                raise BannerError(f"{name} ({language}) may have {LONGEST[name]} characters, not {len(text)}")
        if any(words.values()):
            kept[language] = BannerTexts(**words)
    return msgspec.structs.replace(banner, texts=kept)


def banner_of(database: Database, domain: str) -> Banner:
    """The banner of a site. What nobody may set makes it the standard one, and is told in the log."""
    with database.session() as session:
        row = session.get(BannerRow, domain)
    try:
        return banner_from(row.settings if row else {})
    except BannerError as error:
        log.error("the banner of %s is shown as the standard one: %s", domain, error)
        return Banner()


def save_banner(database: Database, domain: str, values: object) -> Banner:
    """Set up the banner of a site from plain values. Raises BannerError."""
    banner = banner_from(values)
    try:
        with database.session() as session:
            session.merge(BannerRow(site=domain, settings=msgspec.to_builtins(banner)))
    except IntegrityError as error:
        raise BannerError(f"there is no site {domain}") from error
    return banner
