"""The notice a visitor is shown before deciding: its exact text, and the snapshot that proves it later."""

import threading
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import JSON
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from collector.banner import Banner, banner_of
from collector.database import Base, Database, Instant
from collector.declared import Declared, declared
from collector.notice_text import OTHERS, banner_content, embed_content, external_content, hash_of
from collector.phrases import phrases
from collector.sites import Site

FRESH_SECONDS = 2.0  # after which a changed banner is seen by every process


class NoticeRow(Base):
    """A notice as it was shown; never changed."""

    __tablename__ = "notices"

    hash: Mapped[str] = mapped_column(primary_key=True)
    site: Mapped[str]
    language: Mapped[str]
    version: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    created: Mapped[datetime] = mapped_column(Instant)


class Notice(msgspec.Struct, frozen=True):
    """A notice: everything that is shown, for one site, policy version and language. `hash` is of `content`."""

    site: str
    version: int
    language: str
    content: dict[str, Any]
    hash: str


def make_notice(
    site: Site, language: str, kind: str = "banner", banner: Banner | None = None, cookies: tuple[Declared, ...] = ()
) -> Notice:
    """A notice of `site` as it is now, in one of `languages()`; `kind` is one of `KINDS`."""
    words, shown = phrases(language), banner or Banner()
    if kind in OTHERS:
        content = external_content(site, words, kind)
    else:
        content = (embed_content if kind == "embed" else banner_content)(site, shown, cookies, words)
    return Notice(site.domain, site.policy_version, language, content, hash_of(content))


class Current(NamedTuple):
    """The notice that was last made for a site, and for how long it is taken for the one in force."""

    notice: Notice
    site: Site
    until: float


class Notices:
    """Hands out notices and sees to it that each is kept before it is shown. Safe to be shared by threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: dict[str, Notice] = {}
        self._current: dict[tuple[str, str, str], Current] = {}
        self._making = threading.Lock()

    def current(self, site: Site, language: str, now: float, kind: str = "banner") -> Notice:
        """The notice in force, kept already. Raises SQLAlchemyError when it cannot be kept; show nothing then.

        What the site chose is read again when older than two seconds; while the database is away, the last notice that
        was made of the same site goes on being shown.
        """
        known = self._current.get((site.domain, language, kind))
        if known is not None and known.site != site:
            known = None
        if known is not None and known.until - FRESH_SECONDS <= now < known.until:
            return known.notice
        try:
            with self._making:
                return self._make(site, language, now, kind)
        except SQLAlchemyError:
            if known is None:
                raise
            return known.notice

    def _make(self, site: Site, language: str, now: float, kind: str) -> Notice:
        chosen = banner_of(self._database, site.domain), declared(self._database, site.domain)
        notice = make_notice(site, language, kind, *chosen)
        self._keep(notice, now)
        if len(self._current) > 1000:
            self._current.clear()
        self._current[site.domain, language, kind] = Current(notice, site, now + FRESH_SECONDS)
        return notice

    def find(self, hash_: str) -> Notice | None:
        """The notice with this hash, if it was ever handed out here."""
        if hash_ not in self._kept:
            with self._database.session() as session:
                row = session.get(NoticeRow, hash_)
                if row is None:
                    return None
                self._kept[hash_] = Notice(row.site, row.version, row.language, row.content, row.hash)
        return self._kept[hash_]

    def _keep(self, notice: Notice, now: float) -> None:
        if self.find(notice.hash) is not None:
            return
        try:
            with self._database.session() as session:
                session.add(NoticeRow(created=datetime.fromtimestamp(now, UTC), **msgspec.structs.asdict(notice)))
        except IntegrityError:  # another process was quicker, with the same text
            return


def snapshot(database: Database, hash_: str) -> dict[str, Any] | None:
    """The content kept under this hash, as it is in the database now. Raises SQLAlchemyError."""
    with database.session() as session:
        row = session.get(NoticeRow, hash_) if hash_ else None
        return None if row is None else row.content
