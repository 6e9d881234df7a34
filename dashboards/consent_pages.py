"""The page of consent: how the banner was answered over time. What is told of it is never by person."""

from flask import render_template

from collector.services import services
from collector.store import StoreError
from dashboards import context
from dashboards.consent_report import ConsentReport
from dashboards.controls import controls
from dashboards.members import members
from dashboards.pages import read_address

blueprint = members("consent_pages", __name__)


@blueprint.get("/sites/<domain>/privacy/consent")
def page(domain: str) -> str:
    site = context.site_or_404(domain)
    address = read_address(site, "/privacy/consent")
    report = ConsentReport(address, site, context.store(), context.now())
    given = {"site": site, "address": address, "sites": services().sites.all(context.now()), **controls(address)}
    given |= {"compares": False, "filters": False, "chips": [], "matches": []}  # kept for the other reports alone
    try:
        return render_template("consent.html", report=report, away=False, **given)
    except StoreError:
        return render_template("consent.html", report=None, away=True, **given)
