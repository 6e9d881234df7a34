"""The reports of a site beside its overview: goals, funnels, paths, retention, speed and audience."""

from collections.abc import Callable

from flask import render_template

from collector.goals import list_funnels, list_goals
from collector.services import services
from collector.sites import Site
from collector.store import StoreError
from dashboards import context
from dashboards.address import Address
from dashboards.asked import Asked
from dashboards.audience_report import AudienceReport
from dashboards.controls import controls
from dashboards.funnel_report import FunnelReport
from dashboards.goal_report import GoalReport
from dashboards.members import members
from dashboards.pages import read_address
from dashboards.path_report import PathReport
from dashboards.retention_report import RetentionReport
from dashboards.speed_report import SpeedReport

blueprint = members("reports", __name__)


def shown(domain: str, view: str, make: Callable[[Address, Site], Asked]) -> str:
    """A report in its template; without figures while the store is away."""
    site = context.site_or_404(domain)
    address = read_address(site, f"/{view}")
    given = {"site": site, "address": address, "sites": services().sites.all(context.now()), **controls(address)}
    given["filters"] = True
    try:
        return render_template(f"{view}.html", report=make(address, site), away=False, **given)
    except StoreError:
        return render_template(f"{view}.html", report=None, away=True, **given)


@blueprint.get("/sites/<domain>/goals")
def goals(domain: str) -> str:
    def make(address: Address, site: Site) -> Asked:
        return GoalReport(address, site, context.store(), context.now(), list_goals(context.database(), domain))

    return shown(domain, "goals", make)


@blueprint.get("/sites/<domain>/funnels")
def funnels(domain: str) -> str:
    def make(address: Address, site: Site) -> Asked:
        names = {goal.number: goal.name for goal in list_goals(context.database(), domain)}
        known = list_funnels(context.database(), domain)
        return FunnelReport(address, site, context.store(), context.now(), known, names)

    return shown(domain, "funnels", make)


@blueprint.get("/sites/<domain>/paths")
def paths(domain: str) -> str:
    return shown(domain, "paths", lambda address, site: PathReport(address, site, context.store(), context.now()))


@blueprint.get("/sites/<domain>/retention")
def retention(domain: str) -> str:
    def make(address: Address, site: Site) -> Asked:
        return RetentionReport(address, site, context.store(), context.now())

    return shown(domain, "retention", make)


@blueprint.get("/sites/<domain>/speed")
def speed(domain: str) -> str:
    return shown(domain, "speed", lambda address, site: SpeedReport(address, site, context.store(), context.now()))


@blueprint.get("/sites/<domain>/audience")
def audience(domain: str) -> str:
    return shown(
        domain, "audience", lambda address, site: AudienceReport(address, site, context.store(), context.now())
    )
