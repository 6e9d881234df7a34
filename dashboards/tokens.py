"""Tokens of the stats API: each opens the numbers of one site, and is kept as a digest only."""

import hmac
import secrets
from datetime import UTC, datetime

from sqlalchemy import select

from collector.database import Database
from collector.sites import SiteError, SiteRow
from dashboards.accounts import ApiToken, digest

PREFIX = "sik_"  # so that a token that leaked can be recognised


def add_token(database: Database, site: str, now: float, name: str = "") -> str:
    """Makes a token for a site and returns it; it cannot be read again. Raises SiteError for an unknown site."""
    token = PREFIX + secrets.token_urlsafe(32)
    with database.session() as session:
        if session.get(SiteRow, site) is None:
            raise SiteError(f"there is no site {site}; `sikdatne site list` shows those that are")
        created = datetime.fromtimestamp(now, UTC)
        session.add(ApiToken(digest=digest(token), site=site, name=name, created=created, last_used=None))
    return token


def site_of(database: Database, token: str, now: float) -> str | None:
    """The domain of the site that this token opens, or None. Notes the day on which it was used last."""
    wanted = digest(token)
    with database.session() as session:
        found = session.scalar(select(ApiToken).where(ApiToken.digest == wanted))
        if found is None or not hmac.compare_digest(found.digest, wanted):
            return None
        today = datetime.fromtimestamp(now, UTC).date()
        if found.last_used != today:
            found.last_used = today
        return found.site
