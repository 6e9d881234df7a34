"""The proof of consent: how much there is, a receipt by its id, the download for an audit, and how long it is kept."""

import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from flask import redirect, render_template, request, send_file, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from collector import consent_log
from collector.chain_heads import heads_of
from collector.consent_export import FORMATS, Wanted, export
from collector.notices import snapshot
from collector.receipt import receipt_of
from collector.rows import ConsentRecord
from collector.services import services
from collector.sites import Site, SiteError, update_site
from collector.store import StoreError
from dashboards import context
from dashboards.i18n import _, date_text
from dashboards.members import members, only_admins
from dashboards.pages import sentence

QUERIES = Path(__file__).parent / "queries"
PROOF = (QUERIES / "proof.sql").read_text("utf-8")
UNRECORDED = (QUERIES / "unrecorded.sql").read_text("utf-8")
LOOK_BACK = timedelta(days=30)

blueprint = members("proof_pages", __name__)


@blueprint.get("/sites/<domain>/privacy/proof")
def page(domain: str) -> str:
    return shown(context.site_or_404(domain))


@blueprint.post("/sites/<domain>/privacy/proof")
def keep(domain: str) -> Response | tuple[str, int]:
    """Changes how long records of new decisions are kept."""
    only_admins()
    site, typed = context.site_or_404(domain), request.form.get("months", "")
    try:
        if not (typed.isdecimal() and typed.isascii()):
            raise SiteError(_("that is no number of months"))
        update_site(context.database(), site.domain, proof_months=int(typed[:6]))
    except SiteError as error:
        return shown(site, error=sentence(str(error)), typed=typed), 400
    services().sites.fresh_until = float("-inf")
    return redirect(url_for(".page", domain=domain, _anchor="keep"), 303)


@blueprint.get("/sites/<domain>/privacy/proof.zip")
def download(domain: str) -> Response:
    """Records of some days with their notices, to be handed to an auditor."""
    only_admins()
    site, now = context.site_or_404(domain), context.now()
    form = request.args.get("format", FORMATS[0])
    if form not in FORMATS:
        raise BadRequest(f"the format is one of {', '.join(FORMATS)}")
    today = datetime.fromtimestamp(now, UTC).date()
    wanted = Wanted(day_of("from", consent_log.FIRST_DAY), day_of("to", today), form)
    heads = heads_of(context.settings().data, context.database(), site.domain)
    made = tempfile.TemporaryFile(suffix=".zip")  # noqa: SIM115 - the answer closes it
    export(context.store(), context.database(), heads, site, wanted, made, now)
    made.seek(0)
    answer = send_file(made, "application/zip", True, f"consent-{site.domain}-{today.isoformat()}.zip")
    answer.headers["Cache-Control"] = "no-store, private"
    return answer


def day_of(name: str, otherwise: date) -> date:
    """The day in the query; raises BadRequest."""
    given = request.args.get(name, "")
    try:
        return date.fromisoformat(given) if given else otherwise
    except ValueError:
        raise BadRequest(_("a day is written like 2026-11-22")) from None


def shown(site: Site, error: str = "", typed: str = "") -> str:
    wanted = "".join(request.args.get("receipt", "").split()).lower()
    given: dict[str, Any] = {"site": site, "sites": services().sites.all(context.now()), "error": error}
    given |= {"typed": typed or site.proof_months, "wanted": wanted, "when": lambda at: moment(at, site)}
    try:
        return render_template("proof.html", away=False, **given, **facts(site), **looked_up(site, wanted))
    except StoreError:
        return render_template("proof.html", away=True, **given)


def facts(site: Site) -> dict[str, Any]:
    """How many records there are, and how many decisions were lost lately. Raises StoreError."""
    records, first, last = context.store().execute(PROOF, {"site": site.domain})[0]
    since = int(context.now() - LOOK_BACK.total_seconds())
    lost, lost_last = context.store().execute(UNRECORDED, {"site": site.domain, "first": max(since, 0)})[0]
    return {"records": records, "first": first, "last": last, "lost": lost, "lost_last": lost_last}


def looked_up(site: Site, wanted: str) -> dict[str, Any]:
    """The record with this id, if it is one of the site's. Raises StoreError."""
    if not wanted:
        return {}
    try:
        found = consent_log.find(context.store(), str(UUID(wanted)))
    except ValueError:
        found = None
    if found is None or found.site != site.domain:
        return {"record": None}
    later = consent_log.replaced_by(context.store(), found)
    receipt = receipt_of(found, site, later, whole=True)
    return {
        "record": found,
        "later": later,
        "notice": snapshot(context.database(), found.notice),
        "json": msgspec.json.format(msgspec.json.encode(receipt)).decode(),
        "method": method,
    }


def method(record: ConsentRecord) -> str:
    """The control that was used, in words."""
    words = {
        "accept_all": _("accepted all"),
        "reject_all": _("rejected all"),
        "save_selection": _("chose"),
        "withdraw": _("withdrew"),
        "gpc": _("refused by a signal of the browser"),
        "api": _("decided by the website's own banner"),
    }
    return words.get(record.method, record.method)


def moment(at: datetime | float, site: Site) -> str:
    """An instant in the time of the site."""
    instant = at if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC)
    return date_text(instant.astimezone(ZoneInfo(site.timezone)), "d MMM y, HH:mm:ss")
