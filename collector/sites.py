"""Sites: what is counted, in which time zone, for how long. Collectors read them from memory."""

import re
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from sqlalchemy import JSON, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from collector.database import Base, Database, Instant
from collector.goals import all_rules
from collector.rules import NO_RULES, Rules

REFRESH_SECONDS = 2.0
LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
CHANGEABLE = (
    "timezone", "origins", "detail_days", "rollup_months", "policy_version", "proof_months",
    "request_months", "controller", "contact",
)  # fmt: skip
LONGEST_TEXT = 200  # characters of a controller's name, or of how to reach it


class SiteError(Exception):
    """A site cannot be added or changed; the message says why in one line."""


class SiteRow(Base):
    __tablename__ = "sites"

    domain: Mapped[str] = mapped_column(primary_key=True)
    timezone: Mapped[str]
    origins: Mapped[list[str]] = mapped_column(JSON)
    detail_days: Mapped[int]
    rollup_months: Mapped[int]
    policy_version: Mapped[int]
    proof_months: Mapped[int]
    request_months: Mapped[int]
    controller: Mapped[str]
    contact: Mapped[str]
    created: Mapped[datetime] = mapped_column(Instant)


class Site(msgspec.Struct, frozen=True, dict=True):
    """One site. `detail_days` and `rollup_months` say how long its counters are kept.

    `proof_months` says how long a record of consent is kept after it has expired,
    `request_months` how long a request about personal data is kept after it was answered.
    `rules` are its goals and funnels; they have tables of their own, and SiteDirectory fills them in.
    """

    domain: str
    timezone: str = "Europe/Riga"
    origins: tuple[str, ...] = ()
    detail_days: int = 180
    rollup_months: int = 25
    policy_version: int = 1
    proof_months: int = 36
    request_months: int = 36
    controller: str = ""
    contact: str = ""
    created: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    rules: Rules = NO_RULES

    @cached_property
    def hosts(self) -> frozenset[str]:
        """Hosts of the extra origins, with their port where they have one."""
        return frozenset(urlsplit(origin).netloc for origin in self.origins)

    def allows(self, host: str) -> bool:
        """Whether a page on this host (`host` or `host:port`) may report to the site."""
        if host == self.domain:
            return True
        host = host.lower()
        return host == self.domain or host.endswith("." + self.domain) or host in self.hosts


class SiteDirectory:
    """All sites in memory, read again when older than two seconds; the last known ones while the database is away."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.sites: dict[str, Site] = {}
        self.fresh_until = float("-inf")
        self.known = False
        self.reading = threading.Lock()

    def get(self, domain: str, now: float) -> Site | None:
        """The site of this domain, or None. `now` is in epoch seconds."""
        if not self.fresh_until - REFRESH_SECONDS <= now < self.fresh_until:
            self.refresh(now)
        return self.sites.get(domain)

    def all(self, now: float) -> list[Site]:
        self.refresh(now)
        return list(self.sites.values())

    def refresh(self, now: float) -> None:
        """While one thread reads, the others go on with what is known, or wait when nothing is known yet."""
        if self.fresh(now) or not self.reading.acquire(blocking=not self.known):
            return
        try:
            if not self.fresh(now):
                self.read(now)
        finally:
            self.reading.release()

    def fresh(self, now: float) -> bool:
        return self.fresh_until - REFRESH_SECONDS <= now < self.fresh_until

    def read(self, now: float) -> None:
        try:
            self.sites = {site.domain: site for site in sites_with_rules(self.database)}
        except SQLAlchemyError:
            if not self.known:
                raise
        self.known = True
        self.fresh_until = now + REFRESH_SECONDS


def list_sites(database: Database) -> list[Site]:
    """All sites, by domain."""
    with database.session() as session:
        return [to_site(row) for row in session.scalars(select(SiteRow).order_by(SiteRow.domain))]


def sites_with_rules(database: Database) -> list[Site]:
    """All sites with their goals and funnels, as the collector needs them."""
    with database.session() as session:
        rules = all_rules(session)
        found = map(to_site, session.scalars(select(SiteRow).order_by(SiteRow.domain)))
        return [msgspec.structs.replace(site, rules=rules.get(site.domain, NO_RULES)) for site in found]


def add_site(
    database: Database, domain: str, timezone: str = "Europe/Riga", origins: Iterable[str] = (), *, now: float
) -> Site:
    """Add a site and return it. Raises SiteError."""
    site = Site(domain=domain.strip().lower(), timezone=timezone, created=datetime.fromtimestamp(now, UTC))
    site = checked(msgspec.structs.replace(site, origins=tuple(origins)))
    try:
        with database.session() as session:
            session.add(SiteRow(**to_columns(site)))
    except IntegrityError as error:
        raise SiteError(f"the site {site.domain} exists already") from error
    return site


def update_site(database: Database, domain: str, **changes: Any) -> Site:
    """Change some of a site's settings (every field but domain and created). Raises SiteError."""
    if unknown := set(changes) - set(CHANGEABLE):
        raise SiteError(f"a site has no setting {', '.join(sorted(unknown))}; it has {', '.join(CHANGEABLE)}")
    with database.session() as session:
        row = session.get(SiteRow, domain, with_for_update=True)
        if row is None:
            raise SiteError(f"there is no site {domain}; `sikdatne site list` shows those that are")
        site = checked(msgspec.structs.replace(to_site(row), **changes))
        for name, value in to_columns(site).items():
            setattr(row, name, value)
    return site


def checked(site: Site) -> Site:
    """The same site with its origins in their normal form. Raises SiteError."""
    if site.domain != "demo" and not re.fullmatch(rf"(?=.{{1,253}}$){LABEL}(\.{LABEL})+", site.domain):
        raise SiteError(f"{site.domain!r} is not a domain; it takes a name like example.lv, without https:// or a path")
    try:
        ZoneInfo(site.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SiteError(f"{site.timezone!r} is not a time zone; it takes a name like Europe/Riga") from error
    if not 1 <= site.detail_days <= 3660 or not 1 <= site.rollup_months <= 120:
        raise SiteError("detail_days takes 1 to 3660, rollup_months takes 1 to 120")
    if not 1 <= site.proof_months <= 240 or not 1 <= site.request_months <= 240:
        raise SiteError("proof_months and request_months take 1 to 240")
    return msgspec.structs.replace(
        site, origins=tuple(map(checked_origin, site.origins)), controller=one_line("controller", site.controller),
        contact=one_line("contact", site.contact),
    )  # fmt: skip


def one_line(field: str, text: str) -> str:
    """A text that every visitor is shown, in one line. Raises SiteError."""
    text = " ".join(text.split())
    if len(text) > LONGEST_TEXT or not text.isprintable():
        raise SiteError(f"the {field} is one line of at most {LONGEST_TEXT} characters")
    return text


def checked_origin(origin: str) -> str:
    try:
        parts = urlsplit(origin.strip().lower())
        bare = parts.scheme in ("http", "https") and parts.hostname and parts.path in ("", "/")
        if bare and "@" not in parts.netloc and not parts.query and not parts.fragment and parts.port != 0:
            return f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        pass
    raise SiteError(f"{origin!r} is not an origin; it takes a scheme and a host, like https://shop.example.com")


def to_site(row: SiteRow) -> Site:
    values = {name: getattr(row, name) for name in Site.__struct_fields__ if name != "rules"}
    return Site(**values | {"origins": tuple(row.origins)})


def to_columns(site: Site) -> dict[str, Any]:
    columns = msgspec.structs.asdict(site) | {"origins": list(site.origins)}
    del columns["rules"]
    return columns
