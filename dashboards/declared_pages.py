"""The page on which a site declares its cookies: what the banner and the policy tell visitors about each."""

from typing import cast

import msgspec
from flask import redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from collector.declared import (
    LONGEST_PROVIDER,
    LONGEST_TEXT,
    PURPOSES,
    UNITS,
    DeclarationError,
    Declared,
    Purpose,
    Unit,
    declare,
    declared,
    withdraw,
)
from collector.phrases import languages, phrases
from collector.services import services
from collector.sites import Site
from dashboards import context
from dashboards.banner_pages import name_of
from dashboards.i18n import _
from dashboards.members import members, only_admins
from dashboards.pages import sentence

blueprint = members("declared_pages", __name__)


@blueprint.get("/sites/<domain>/settings/cookies")
def page(domain: str) -> str:
    """The list, and the form: empty, or with the cookie that `name` in the query names, or with what else it holds."""
    site, wanted = context.site_or_404(domain), request.args.get("name", "")
    known = next((each for each in declared(context.database(), domain) if each.name == wanted), None)
    given = cookie_of(request.args) if "purpose" in request.args else Declared("", "statistics", unit="days")
    return shown(site, known or msgspec.structs.replace(given, name=wanted[:100]), changing=known is not None)


@blueprint.post("/sites/<domain>/settings/cookies")
def save(domain: str) -> Response | tuple[str, int]:
    """Declares a cookie; where that cannot be, the form comes back as it was, with the reason."""
    only_admins()
    site, cookie = context.site_or_404(domain), cookie_of(request.form)
    try:
        declare(context.database(), domain, cookie)
    except DeclarationError as error:
        return shown(site, cookie, error=sentence(str(error))), 400
    return redirect(url_for("declared_pages.page", domain=domain, saved=1))


@blueprint.post("/sites/<domain>/settings/cookies/remove")
def remove(domain: str) -> Response:
    only_admins()
    context.site_or_404(domain)
    withdraw(context.database(), domain, request.form.get("name", ""))
    return redirect(url_for("declared_pages.page", domain=domain, saved=1))


def cookie_of(form: MultiDict[str, str]) -> Declared:
    """The cookie that a form describes; not checked yet."""
    amount = form.get("amount", "").strip()
    return Declared(
        name=form.get("name", "").strip(),
        purpose=cast(Purpose, form.get("purpose", "")),
        provider=form.get("provider", ""),
        amount=int(amount) if amount.isdecimal() and len(amount) < 6 else 0,
        unit=cast(Unit, form.get("unit", "")),
        third_party="third_party" in form,
        texts={language: form.get(f"text-{language}", "") for language in languages()},
    )


def shown(site: Site, given: Declared, *, changing: bool = False, error: str = "") -> str:
    names = purposes()
    found = [(cookie, kept(cookie)) for cookie in declared(context.database(), site.domain)]
    return render_template(
        "declared.html", site=site, sites=services().sites.all(context.now()), error=error, changing=changing,
        given=given, saved="saved" in request.args, longest_provider=LONGEST_PROVIDER, longest_text=LONGEST_TEXT,
        groups=[(names[purpose], [each for each in found if each[0].purpose == purpose]) for purpose in PURPOSES],
        purposes=list(names.items()), units=[(unit, units()[unit]) for unit in UNITS],
        languages=[(each, name_of(phrases(each))) for each in languages()],
    )  # fmt: skip


def kept(cookie: Declared) -> str:
    """How long, in the language of the dashboards."""
    return phrases("en").duration(cookie)


def purposes() -> dict[str, str]:
    return {"necessary": _("Necessary"), "statistics": _("Statistics"), "marketing": _("Marketing")}


def units() -> dict[str, str]:
    return {
        "minutes": _("minutes"), "hours": _("hours"), "days": _("days"), "months": _("months"), "years": _("years"),
        "session": _("until the browser is closed"), "kept": _("until it is deleted"),
    }  # fmt: skip
