"""The notice a visitor is shown before deciding: its exact text, and the snapshot that proves it later."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import JSON
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from collector.database import Base, Database, Instant
from collector.sites import Site

TEXTS = Path(__file__).parent / "pixel" / "texts"
DEFAULT_LANGUAGE = "lv"


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
    """A notice: everything the banner shows, for one site, policy version and language. `hash` is of `content`."""

    site: str
    version: int
    language: str
    content: dict[str, Any]
    hash: str


@cache
def languages() -> tuple[str, ...]:
    """Languages that there are texts for; the default comes first."""
    found = sorted(path.stem for path in TEXTS.glob("*.json"))
    return (DEFAULT_LANGUAGE, *(language for language in found if language != DEFAULT_LANGUAGE))


@cache
def texts(language: str) -> dict[str, Any]:
    """The banner's texts in one of `languages()`."""
    found: dict[str, Any] = json.loads((TEXTS / f"{language}.json").read_text("utf-8"))
    return found


def choose_language(wished: Iterable[str]) -> str:
    """The first of the wished languages (tags like "lv-LV") that there are texts for, else the default."""
    for tag in wished:
        primary = tag.strip().lower().partition("-")[0]
        if primary in languages():
            return primary
    return DEFAULT_LANGUAGE


def make_notice(site: Site, language: str) -> Notice:
    """The notice of `site` as it is now, in one of `languages()`."""
    named = {"controller": site.controller or site.domain}
    content = {
        **texts(language),
        **named,
        "text": texts(language)["text"].format(**named),
        "site": site.domain,
        "version": site.policy_version,
        "language": language,
    }
    return Notice(site.domain, site.policy_version, language, content, hash_of(content))


def hash_of(content: dict[str, Any]) -> str:
    """SHA-256, in hexadecimal, of the content as JSON with sorted keys and no spaces, in UTF-8."""
    exact = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(exact.encode()).hexdigest()


class Notices:
    """Hands out notices and sees to it that each is kept before it is shown. Safe to be shared by threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: dict[str, Notice] = {}
        self._current: dict[tuple[Site, str], Notice] = {}

    def current(self, site: Site, language: str, now: float) -> Notice:
        """The notice in force, kept already. Raises SQLAlchemyError when it cannot be kept; show nothing then."""
        notice = self._current.get((site, language))
        if notice is None:
            if len(self._current) > 1000:
                self._current.clear()
            notice = make_notice(site, language)
            self._keep(notice, now)
            self._current[site, language] = notice
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
