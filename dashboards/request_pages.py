"""The register of requests about personal data: list, add, extend, answer, and take it away as CSV."""

import csv
import io
from collections.abc import Mapping
from datetime import date

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from collector import register
from collector.register import RequestError
from collector.services import services
from collector.sites import Site
from dashboards import context
from dashboards.i18n import _, date_text
from dashboards.members import members, only_admins
from dashboards.pages import sentence
from dashboards.reports import today

blueprint = members("request_pages", __name__)
CELL_STARTS = ("=", "+", "-", "@", "\t")  # what a spreadsheet would take for a formula


@blueprint.get("/sites/<domain>/privacy/requests")
def page(domain: str) -> str:
    return shown(context.site_or_404(domain), {})


@blueprint.post("/sites/<domain>/privacy/requests")
def change(domain: str) -> Response | tuple[str, int]:
    """Adds, extends or answers; where that cannot be, the page comes back with the reason and what was typed."""
    only_admins()
    site, form = context.site_or_404(domain), request.form
    what = form.get("what", "add")
    try:
        book(site, what, form)
    except (RequestError, ValueError) as error:
        said = str(error) if isinstance(error, RequestError) else _("a day is written like 2026-11-22")
        return shown(site, form, error=sentence(said), failed=f"{what} {form.get('number', '')}".strip()), 400
    return redirect(url_for(".page", domain=domain), 303)


def book(site: Site, what: str, form: Mapping[str, str]) -> None:
    """Raises RequestError, and ValueError for a day that is none."""
    database, day = context.database(), today(site, context.now())
    number = int(form.get("number", "0")) if form.get("number", "0").isdecimal() else 0
    if what == "extend":
        register.extend(database, site.domain, number, form.get("reason", ""), day)
    elif what == "answer":
        answered = date.fromisoformat(form.get("day") or day.isoformat())
        if answered > day:
            raise RequestError(_("an answer cannot be given in the future"))
        register.answer(database, site.domain, number, form.get("outcome", ""), form.get("done", ""), answered)
    else:
        received = date.fromisoformat(form.get("received") or day.isoformat())
        register.add(database, site.domain, form.get("kind", ""), form.get("reference", ""), received, day)


@blueprint.get("/sites/<domain>/privacy/requests.csv")
def export(domain: str) -> Response:
    """The register as CSV."""
    site = context.site_or_404(domain)
    written = io.StringIO()
    rows = register.table(register.requests(context.database(), site.domain, today(site, context.now())))
    csv.writer(written).writerows([[harmless(cell) for cell in row] for row in rows])
    answer = Response("\ufeff" + written.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="requests-{site.domain}.csv"'
    return answer


def harmless(cell: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{cell}" if cell.startswith(CELL_STARTS) else cell


def shown(site: Site, form: Mapping[str, str], error: str = "", failed: str = "") -> str:
    day = today(site, context.now())
    found = register.requests(context.database(), site.domain, day)
    return render_template(
        "requests.html", site=site, sites=services().sites.all(context.now()), today=day, form=form, error=error,
        failed=failed, open=[each for each in found if each.answered is None],
        answered=[each for each in found if each.answered], overdue=sum(each.state(day) == "overdue" for each in found),
        kinds=kinds(), outcomes=outcomes(), when=lambda at: date_text(at, "d MMM y"), left=left,
    )  # fmt: skip


def left(days: int) -> str:
    """How much time there is, in words."""
    if days < 0:
        return _("overdue by %(n)d days", n=-days) if days < -1 else _("overdue by a day")
    if days == 0:
        return _("due today")
    return _("%(n)d days left", n=days) if days > 1 else _("due tomorrow")


def kinds() -> dict[str, str]:
    """The kinds with their articles of the GDPR."""
    return {
        "access": _("Access (Article 15)"),
        "rectification": _("Rectification (16)"),
        "erasure": _("Erasure (17)"),
        "restriction": _("Restriction (18)"),
        "portability": _("Portability (20)"),
        "objection": _("Objection (21)"),
        "complaint": _("Complaint"),
    }


def outcomes() -> dict[str, str]:
    return {
        "done": _("Done"),
        "partly": _("Done in part"),
        "refused": _("Refused, with the reason"),
        "nothing_held": _("Nothing is held about the person"),
    }
