"""Versions of a site's policy: each a snapshot that is never changed, with its date.

The policy in force is always what is true now: when settings, schema or texts changed since the newest snapshot, the
next reader's question makes a new version, and so does the owner when he publishes paragraphs of his own. Two numbers
are told apart: `version` counts the texts, `Site.policy_version` is what consent is bound to (collector/gate.py). Only
the owner raises the second one, by publishing a change that is material: then every visitor is asked again.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import JSON, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from collector import markdown
from collector.database import LAST_NUMBER, Base, Database, Instant
from collector.declaring import declared_for
from collector.policy import Text, compose
from collector.sites import SiteRow, to_site
from collector.wording import FIRST, languages, words

MAX_NOTE = 300  # characters


class PolicyError(Exception):
    """A policy cannot be published; the message says why in one line."""


class PolicyRow(Base):
    """One version of a site's policy; never changed."""

    __tablename__ = "policies"

    site: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    policy_version: Mapped[int]
    published: Mapped[datetime] = mapped_column(Instant)
    by_owner: Mapped[bool]
    note: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    hash: Mapped[str]


class Policy(msgspec.Struct, frozen=True):
    """A version: generated `texts` and the owner's own paragraphs (`own`), both Markdown by language."""

    version: int
    texts: dict[str, Text]
    own: dict[str, str]
    hash: str

    def text(self, language: str) -> Text:
        """In this language; in the first one where the snapshot is older than the translation."""
        return self.texts.get(language) or self.texts[FIRST]

    def own_text(self, language: str) -> tuple[str, str]:
        """The owner's paragraphs and the language that they are in: the wished one, else the first that he wrote."""
        for each in (language, *languages()):
            if self.own.get(each):
                return self.own[each], each
        return "", language

    def whole(self, language: str) -> str:
        """Everything that this version says, for comparing."""
        text = self.text(language)
        return "\n\n".join((text.text, self.own_text(language)[0], text.data))


class Publication(msgspec.Struct, frozen=True):
    """What an owner publishes: his paragraphs by language, whether visitors are asked again, and what changed."""

    own: dict[str, str]
    material: bool
    note: str = ""


def current(
    database: Database,
    domain: str,
    now: float,
    wanted: Publication | None = None,
) -> Policy | None:
    """The policy in force, as a snapshot that is kept. None when there is no such site. Raises SQLAlchemyError."""
    try:
        with database.session() as session:
            return _current(session, domain, now, wanted)
    except IntegrityError:  # another process was quicker
        with database.session() as session:
            return _current(session, domain, now, wanted)


def publish(database: Database, domain: str, wanted: Publication, now: float) -> Policy:
    """Publish a version; there is none when nothing is different and nobody is asked again. Raises PolicyError."""
    wanted = Publication(checked(wanted.own), wanted.material, " ".join(wanted.note.split()))
    if len(wanted.note) > MAX_NOTE:
        raise PolicyError(f"what changed is told in at most {MAX_NOTE} characters")
    made = current(database, domain, now, wanted)
    if made is None:
        raise PolicyError(f"there is no site {domain}; `sikdatne site list` shows those that are")
    return made


def checked(own: dict[str, str]) -> dict[str, str]:
    """The paragraphs without empty ones and odd line ends. Raises PolicyError."""
    if unknown := set(own) - set(languages()):
        raise PolicyError(f"there is no language {', '.join(sorted(unknown))}; there are {', '.join(languages())}")
    kept = {language: "\n".join(text.strip().splitlines()) for language, text in sorted(own.items()) if text.strip()}
    for text in kept.values():
        try:
            markdown.render(text)
        except markdown.MarkdownError as error:
            raise PolicyError(str(error)) from error
    return kept


def _current(session: Session, domain: str, now: float, wanted: Publication | None) -> Policy | None:
    """The newest version, after adding one if anything changed.

    The settings are read in the same transaction: what a process has in memory may be two seconds old, and must not
    bring back a text that is gone.
    """
    row = session.get(SiteRow, domain, with_for_update=wanted is not None)
    if row is None:
        return None
    newest = session.scalar(
        select(PolicyRow).where(PolicyRow.site == domain).order_by(PolicyRow.version.desc()).limit(1)
    )
    if wanted is not None and wanted.material:
        row.policy_version += 1
    own = wanted.own if wanted else newest.content["own"] if newest else {}
    site = to_site(row)
    texts = {each: compose(site, words(each), declared_for(session, site, words(each))) for each in languages()}
    content = {"texts": msgspec.to_builtins(texts), "own": own}
    digest = hash_of(content)
    if newest is not None and (newest.hash, newest.policy_version) == (digest, row.policy_version):
        return to_policy(newest)
    made = PolicyRow(
        site=domain, version=newest.version + 1 if newest else 1, policy_version=row.policy_version,
        published=datetime.fromtimestamp(int(now), UTC), by_owner=wanted is not None,
        note=wanted.note if wanted else "", content=content, hash=digest,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return to_policy(made)


def find(database: Database, domain: str, version: int) -> Policy | None:
    """One version of the policy of a site."""
    if not 0 < version <= LAST_NUMBER:
        return None
    with database.session() as session:
        row = session.get(PolicyRow, (domain, version))
        return None if row is None else to_policy(row)


class Version(msgspec.Struct, frozen=True):
    """What the list of versions tells. `ended` is None for the one in force; `material`: consent was asked for again;
    `before` is the version it replaced, 0 for the first that is kept."""

    version: int
    published: datetime
    ended: datetime | None
    material: bool
    by_owner: bool
    note: str
    before: int


def versions(database: Database, domain: str) -> list[Version]:
    """All versions, the newest first."""
    columns = (PolicyRow.version, PolicyRow.published, PolicyRow.policy_version, PolicyRow.by_owner, PolicyRow.note)
    with database.session() as session:
        rows = session.execute(select(*columns).where(PolicyRow.site == domain).order_by(PolicyRow.version)).all()
    ends = [*(row.published for row in rows), None][1:]
    earlier = [None, *rows][:-1]
    made = [
        Version(
            row.version, row.published, ended, before is not None and before.policy_version != row.policy_version,
            row.by_owner, row.note, before.version if before else 0,
        )
        for row, ended, before in zip(rows, ends, earlier, strict=True)
    ]  # fmt: skip
    return made[::-1]


def to_policy(row: PolicyRow) -> Policy:
    texts = msgspec.convert(row.content["texts"], dict[str, Text])
    return Policy(row.version, texts, dict(row.content["own"]), row.hash)


def hash_of(content: dict[str, Any]) -> str:
    """SHA-256 of a snapshot as JSON with sorted keys and no spaces, in hexadecimal."""
    exact = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(exact.encode()).hexdigest()
