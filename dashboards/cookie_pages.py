"""The page of a site's cookies: what was found by their names, what to do about each, and all names that were seen."""

import logging
from datetime import date, timedelta
from typing import Any, NamedTuple

from flask import render_template, url_for

from collector.declared import declared
from collector.services import services
from collector.sites import Site
from collector.store import StoreError
from dashboards import context, figures
from dashboards.declared_pages import purposes
from dashboards.findings import KINDS, Cookie, Finding, Kind, Seen, cookies, findings
from dashboards.i18n import _, date_text
from dashboards.known_cookies import OURS, Directory, KnownError, directory, read
from dashboards.members import members
from dashboards.pages import sentence
from dashboards.query.live import QUERIES
from dashboards.query.store import fetch
from dashboards.reports import today

SEEN = (QUERIES / "cookies_seen.sql").read_text("utf-8")
DAYS = 30

log = logging.getLogger(__name__)
blueprint = members("cookie_pages", __name__)


class Told(NamedTuple):
    """A finding in words. `declare` is the address of a form filled in; empty where there is nothing to declare."""

    cookie: Cookie
    said: str
    pages: list[tuple[str, str]]
    about: str
    todo: str
    declare: str


@blueprint.get("/sites/<domain>/privacy/cookies")
def page(domain: str) -> str:
    site = context.site_or_404(domain)
    now = today(site, context.now())
    given = {"site": site, "sites": services().sites.all(context.now()), "days": DAYS, "purposes": purposes()}
    known, problem = known_here()
    try:
        rows = fetch(context.store(), SEEN, {"site": domain, "since": now - timedelta(days=DAYS - 1)})
    except StoreError:
        return render_template("cookies.html", away=True, problem=problem, **given)
    told = declared(context.database(), domain)
    found = cookies((Seen(*row) for row in rows), told, known)
    by_kind = {
        kind: [in_words(each, site, now) for each in findings(found, told) if each.kind == kind] for kind in KINDS
    }
    return render_template(
        "cookies.html", away=False, problem=problem, groups=[(kind, heading(kind), by_kind[kind]) for kind in KINDS],
        none=not any(by_kind.values()), found=[(each, count(each.before), count(each.after)) for each in found],
        when=lambda day: date_text(day, "d MMM"), **given,
    )  # fmt: skip


def known_here() -> tuple[Directory, str]:
    """What is known of cookies, and what is wrong with the operator's file, if anything is."""
    try:
        return directory(context.settings().data), ""
    except (KnownError, OSError) as error:
        log.error("the operator's list of cookies is left out: %s", error)
        return Directory(each for path in OURS for each in read(path)), sentence(str(error))


def heading(kind: Kind) -> str:
    return {
        "before": _("Set before consent"),
        "undeclared": _("Not declared"),
        "unseen": _("Declared, but not seen"),
    }[kind]


def count(pages: dict[str, int]) -> str:
    return figures.written(sum(pages.values())) if pages else ""


def in_words(finding: Finding, site: Site, now: date) -> Told:
    cookie, times = finding.cookie, figures.written(finding.times)
    pages = [(path, figures.written(number)) for path, number in cookie.pages[:10]]
    return Told(
        cookie, said(finding, times, now), pages[1:] and pages, about(cookie), todo(finding),
        declaration_form(cookie, site) if cookie.declared is None else "",
    )  # fmt: skip


def said(finding: Finding, times: str, now: date) -> str:
    """What was found, in a sentence."""
    cookie = finding.cookie
    name = cookie.name
    if finding.kind == "unseen":
        return _("%(name)s is declared, and no page has seen it for %(days)s days", name=name, days=DAYS)
    if finding.kind == "undeclared":
        pages = cookie.all_pages
        where = _("on one page") if pages == 1 else _("on %(n)s pages", n=pages)
        return _("%(name)s is set %(where)s after consent, and visitors are told nothing of it", name=name, where=where)
    path, others = cookie.pages[0][0], len(cookie.pages) - 1
    where = path
    if others:
        where = _("%(page)s and one other page", page=path)
        if others > 1:
            where = _("%(page)s and %(n)s other pages", page=path, n=others)
    often = _("once") if finding.times == 1 else _("%(n)s times", n=times)
    return _(
        "%(name)s was set on %(where)s before consent, %(often)s since %(day)s", name=name, where=where, often=often,
        day=since(cookie.since, now),
    )  # fmt: skip


def since(day: date, now: date) -> str:
    """A day in words: today, a day of the week within the last six days, else the date."""
    if day >= now:
        return _("today")
    return date_text(day, "EEEE" if (now - day).days < 7 else "d MMMM")


def about(cookie: Cookie) -> str:
    """Whose cookie it is, and what the Open Cookie Database calls it."""
    known, told = cookie.known, cookie.declared
    if told is not None:
        return _("Declared for %(purpose)s.", purpose=purposes()[told.purpose].lower())
    if known is None:
        return _("Nothing is known of a cookie with this name.")
    named = _("%(who)s; the list of known cookies calls it “%(what)s”.", who=known.provider, what=known.category)
    return f"{named} {known.text}".strip()


def todo(finding: Finding) -> str:
    """What to do about it."""
    cookie = finding.cookie
    if finding.kind == "unseen":
        return _(
            "If the site no longer uses it, remove the declaration. Leave it where pages cannot see the cookie: it is "
            "HttpOnly, or belongs to another domain."
        )
    if finding.kind == "undeclared":
        return _("Declare it, so that the banner and the policy tell of it; or remove what sets it.")
    purpose = cookie.declared.purpose if cookie.declared else cookie.known.purpose if cookie.known else None
    if purpose in ("statistics", "marketing"):
        return _(
            'Hold back the script that sets it until the visitor agrees: type="text/plain" data-consent="%(purpose)s".',
            purpose=purpose,
        ) + ("" if cookie.declared else " " + _("Then declare it."))
    if purpose == "necessary":
        return _(
            "If the site cannot do without it what the visitor asks for, declare it as necessary; else hold it back."
        )
    return _(
        "Find out what sets it. Only if the site needs it to do what the visitor asks for, declare it as necessary; "
        "“functional” or “useful” is not enough. Else hold back its script until the visitor agrees."
    )


def declaration_form(cookie: Cookie, site: Site) -> str:
    """The form of declarations, filled in with what is known."""
    values: dict[str, Any] = {"name": cookie.name}
    if cookie.known is not None:
        given = cookie.known.declared(cookie.name)
        values |= {"purpose": given.purpose, "provider": given.provider, "amount": given.amount or None}
        values |= {"unit": given.unit, "text-en": given.texts["en"] or None}
        values |= {"third_party": 1} if given.third_party else {}
    return url_for("declared_pages.page", domain=site.domain, _anchor="form", **values)
