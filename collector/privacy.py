"""The policy of a site, in the visitor's language: the version in force, every earlier one, and what changed."""

import time
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from flask import Blueprint, Response
from sqlalchemy.exc import SQLAlchemyError

from collector import policies
from collector.differences import differences
from collector.markdown import render
from collector.policies import Policy, Version
from collector.policy import compose
from collector.services import services
from collector.sites import Site
from collector.visitor_page import as_json, missing, page, site_named, wants_json, wished
from collector.wording import Words

HERE = Path(__file__).parent
GPC = {"gpc": True, "lastUpdate": "2026-11-22"}

blueprint = Blueprint("privacy", __name__, template_folder="templates")


@blueprint.get("/privacy/<site>")
@blueprint.get("/privacy/<site>/<int:version>")
def policy(site: str, version: int | None = None) -> Response:
    """The policy in force, or one of its versions."""
    found, words = site_named(site), wished()
    try:
        shown = in_force(found)
        known = policies.versions(services().database, site)
    except SQLAlchemyError:  # the text is true all the same; it is only not known which version it is
        shown, known = unkept(found, words), []
    if version not in (None, shown.version):
        shown = version_or_404(site, version or 0)
    if wants_json():
        return as_json(document(shown, known, words))
    own, language = shown.own_text(words.language)
    text = shown.text(words.language)
    return page(
        "policy", found, words, text=render(text.text), data=render(text.data), own=render(own, 1),
        own_language=language, versions=known,
        current=next((each for each in known if each.version == shown.version), None),
        day=lambda at: words.date(local_day(at, found)),
    )  # fmt: skip


@blueprint.get("/privacy/<site>/<anything>")
def nothing(site: str, anything: str) -> Response:
    """What is no version at all."""
    missing("no_such_version", site_named(site))


@blueprint.get("/privacy/<site>/<int:version>/changes")
def changes(site: str, version: int) -> Response:
    """What a version changed in the one before it."""
    found, words = site_named(site), wished()
    known = {each.version: each for each in policies.versions(services().database, site)}
    if version not in known or not known[version].before:
        missing("no_such_version", found)
    before, after = [version_or_404(site, number) for number in (known[version].before, version)]
    listed = differences(before.whole(words.language), after.whole(words.language))
    return page(
        "changes", found, words, version=known[version], changes=listed,
        day=lambda at: words.date(local_day(at, found)),
    )  # fmt: skip


def in_force(site: Site) -> Policy:
    """The policy as it is now, kept as a version. Raises SQLAlchemyError."""
    shown = policies.current(services().database, site.domain, time.time())
    return shown or missing("unknown_site")


def unkept(site: Site, words: Words) -> Policy:
    """The policy while the database is away: without versions, the site's cookies and the owner's paragraphs."""
    return Policy(0, {words.language: compose(site, words)}, {}, "")


def version_or_404(site: str, version: int) -> Policy:
    return policies.find(services().database, site, version) or missing("no_such_version", site_named(site))


def document(shown: Policy, known: list[Version], words: Words) -> dict[str, object]:
    """A version for programs: its Markdown, and the list of all versions."""
    text, (own, language) = shown.text(words.language), shown.own_text(words.language)
    return {
        "version": shown.version, "hash": shown.hash, "language": words.language, "text": text.text, "own": own,
        "own_language": language, "data": text.data, "versions": msgspec.to_builtins(known),
    }  # fmt: skip


def local_day(at: datetime, site: Site) -> date:
    """The day of an instant where the site is."""
    return at.astimezone(ZoneInfo(site.timezone)).date()


@blueprint.get("/.well-known/gpc.json")
def gpc() -> Response:
    """Tells that Global Privacy Control is honoured."""
    return Response(msgspec.json.encode(GPC), mimetype="application/json")


@blueprint.get("/privacy/style.css", defaults={"name": "style.css"})
@blueprint.get("/privacy/mine.js", defaults={"name": "mine.js"})
def asset(name: str) -> Response:
    """The style sheet and the script of these pages."""
    kind = {"style.css": "text/css", "mine.js": "text/javascript"}[name]
    body = (HERE / "templates" / "privacy" / name).read_bytes()
    return Response(body, headers={"Cache-Control": "public, max-age=3600"}, mimetype=kind)
