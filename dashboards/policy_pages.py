"""The privacy policy of a site: what it is made from, the owner's own paragraphs, preview and publishing."""

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from collector import policies
from collector.differences import differences
from collector.markdown import MarkdownError, render
from collector.policies import MAX_NOTE, PolicyError, Publication
from collector.privacy import local_day
from collector.services import services
from collector.sites import Site, SiteError, update_site
from collector.wording import languages, words
from dashboards import context
from dashboards.i18n import _, date_text
from dashboards.members import members, only_admins
from dashboards.pages import sentence
from dashboards.reports import today

blueprint = members("policy_pages", __name__)
TEXTS = ("controller", "contact")
NUMBERS = ("detail_days", "rollup_months", "proof_months", "request_months")


@blueprint.get("/sites/<domain>/privacy/policy")
def page(domain: str) -> str:
    return shown(context.site_or_404(domain), {})


@blueprint.post("/sites/<domain>/privacy/policy")
def change(domain: str) -> Response | str | tuple[str, int]:
    """Shows a preview, publishes, or changes what the policy is made from."""
    only_admins()
    site, form = context.site_or_404(domain), request.form
    what = form.get("what", "")
    try:
        if what == "preview":
            policies.checked(own_of(form))
            return shown(site, form, preview=True)
        if what == "settings":
            settings(site, form)
        else:
            wanted = Publication(own_of(form), form.get("material") == "yes", form.get("note", ""))
            policies.publish(context.database(), domain, wanted, context.now())
    except (PolicyError, SiteError, MarkdownError) as error:
        return shown(site, form, error=sentence(str(error)), failed="settings" if what == "settings" else "own"), 400
    services().sites.fresh_until = float("-inf")
    return redirect(url_for(".page", domain=domain), 303)


def own_of(form: Mapping[str, str]) -> dict[str, str]:
    return {language: form.get(f"own-{language}", "") for language in languages()}


def settings(site: Site, form: Mapping[str, str]) -> None:
    """Raises SiteError."""
    changes: dict[str, object] = {name: " ".join(form[name].split())[:200] for name in TEXTS if name in form}
    for name in NUMBERS:
        given = form.get(name, "").strip()
        if not given.isdecimal() or len(given) > 5:
            raise SiteError(_("a term is a whole number"))
        changes[name] = int(given)
    update_site(context.database(), site.domain, **changes)


def shown(site: Site, form: Mapping[str, str], error: str = "", failed: str = "", preview: bool = False) -> str:
    now = context.now()
    current = policies.current(context.database(), site.domain, now)
    kept = current.own if current else {}
    own = own_of(form) if preview or failed == "own" else {each: kept.get(each, "") for each in languages()}
    previews = [(words(each), render(text, 1)) for each, text in own.items() if text.strip()] if preview else []
    changed = [
        (words(each), differences(kept.get(each, ""), own[each])) for each in languages()
        if preview and kept.get(each, "") != own[each].strip()
    ]  # fmt: skip
    given = form if failed == "settings" else {name: getattr(site, name) for name in (*TEXTS, *NUMBERS)}
    return render_template(
        "policy.html", site=site, sites=services().sites.all(now), current=current, given=given, own=own, form=form,
        languages=[words(each) for each in languages()], preview=preview, previews=previews, changed=changed,
        versions=policies.versions(context.database(), site.domain), error=error, failed=failed, most=MAX_NOTE,
        when=lambda at: date_text(local_day(at, site), "d MMM y"), today=today(site, now), missing=missing(site),
    )  # fmt: skip


def missing(site: Site) -> list[str]:
    """What the law wants told and the settings do not say."""
    found = []
    if not site.controller:
        found.append(_("who the controller is"))
    if not site.contact:
        found.append(_("how the controller is reached"))
    return found
