"""The pages: the list of sites, the report of one, and the way to add one."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import available_timezones

from flask import abort, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from collector.demo import SITE as DEMO
from collector.services import services
from collector.sites import Site, SiteError, add_site
from collector.store import StoreError
from dashboards import address as addresses
from dashboards import charts, context, figures, names, periods, questions
from dashboards.controls import controls
from dashboards.members import members, only_admins
from dashboards.query import QueryError
from dashboards.reports import Report, today
from dashboards.sections import sections

SITES_DAILY = (Path(__file__).parent / "queries" / "sites_daily.sql").read_text("utf-8")
SPARK_DAYS = 28
DEFAULT_TIMEZONE = "Europe/Riga"

blueprint = members("pages", __name__)


@blueprint.get("/")
def sites() -> str:
    found = services().sites.all(context.now())
    try:
        return render_template("sites.html", sites=cards(found), away=False)
    except StoreError:
        return render_template("sites.html", sites=[{"domain": site.domain, "today": "–"} for site in found], away=True)


def cards(found: list[Site]) -> list[dict[str, object]]:
    """What the list shows of each site: today's visitors and the line of the last four weeks. Raises StoreError."""
    days = {site.domain: today(site, context.now()) for site in found}
    if not days:
        return []
    reach = {"first": min(days.values()) - timedelta(days=SPARK_DAYS), "last": max(days.values())}
    counted: dict[str, dict[object, int]] = {}
    for domain, day, visitors in context.store().execute(SITES_DAILY, reach):
        counted.setdefault(domain, {})[day] = visitors
    made: list[dict[str, object]] = []
    for domain, day in days.items():
        known = counted.get(domain, {})
        line = [known.get(day - timedelta(days=back), 0) for back in reversed(range(SPARK_DAYS))]
        made.append({
            "domain": domain, "today": figures.written(line[-1]), "waiting": not known,
            "spark": charts.sparkline(line, (240, 48)),
        })  # fmt: skip
    return made


@blueprint.get("/sites/new")
def new_site() -> str:
    only_admins()
    return render_template("new_site.html", timezones=sorted(available_timezones()), timezone=DEFAULT_TIMEZONE)


@blueprint.post("/sites")
def add() -> Response | tuple[str, int]:
    only_admins()
    domain, timezone = request.form.get("domain", ""), request.form.get("timezone", DEFAULT_TIMEZONE)
    try:
        site = add_site(context.database(), bare_domain(domain), timezone.strip(), now=context.now())
    except SiteError as error:
        zones = sorted(available_timezones())
        given = {"domain": domain, "timezone": timezone, "timezones": zones, "error": sentence(str(error))}
        return render_template("new_site.html", **given), 400
    services().sites.fresh_until = float("-inf")
    return redirect(url_for("pages.install", domain=site.domain))


def bare_domain(typed: str) -> str:
    """The domain in what people paste: with or without https://, www. or a path; mājas.lv as browsers send it."""
    host = typed.strip().lower().split("://")[-1].split("/")[0].removeprefix("www.")
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host


def sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


@blueprint.get("/sites/<domain>")
def overview(domain: str) -> str:
    """The report."""
    site = context.site_or_404(domain)
    address = read_address(site)
    given = {"site": site, "address": address, **controls(address), **install_values(site)}
    report = Report(address, site, context.store(), context.now())
    try:
        return render_template("site.html", report=report, away=False, **given)
    except StoreError:
        return render_template("site.html", report=None, away=True, **given)


@blueprint.get("/sites/<domain>/live")
def live(domain: str) -> Response:
    """The figures that move while one looks, as the page writes them."""
    site = context.site_or_404(domain)
    report = Report(read_address(site), site, context.store(), context.now())
    try:
        written = {name: figures.written(report.totals.get(name), form) for name, form in figures.METRICS.items()}
        return jsonify(
            now=report.now_text,
            busy=report.now_visitors > 0,
            arrived=bool(report.totals.get("pageviews")),
            figures=written,
        )
    except StoreError:
        abort(503)


@blueprint.get("/sites/<domain>/list/<dimension>")
def listing(domain: str, dimension: str) -> str:
    """All values of a dimension."""
    site = context.site_or_404(domain)
    if dimension not in questions.DIMENSIONS:
        abort(404)
    address = read_address(site)
    here = replace(address, view=f"/list/{dimension}")  # where days, comparison and filters are chosen; rows lead back
    report = Report(address, site, context.store(), context.now())
    given = {"site": site, "address": here, "title": names.listing(dimension), **controls(here)}
    given |= {"overview": address.url(), "sites": services().sites.all(context.now())}
    given |= {"heading": names.dimension(dimension), "unit": figures.label(questions.unit(dimension, address))}
    try:
        given["beside"] = [figures.label(metric) for metric in figures.BESIDE.get(dimension, {})]
        return render_template("list.html", rows=report.listed(dimension), **given)
    except QueryError as error:
        return render_template("list.html", rows=[], refused=report.told(error), **given)
    except StoreError:
        return render_template("list.html", rows=[], away=True, **given)


@blueprint.get("/sites/<domain>/<any(privacy, settings):group>")
def first_of(domain: str, group: str) -> Response:
    """The first page of a group."""
    return redirect(url_for(next(each.endpoint for each in sections() if each.group == group), domain=domain))


@blueprint.get("/sites/<domain>/install")
def install(domain: str) -> str:
    site = context.site_or_404(domain)
    report = Report(read_address(site), site, context.store(), context.now())
    try:
        arrived = not report.empty
    except StoreError:
        arrived = True  # then there is nothing to wait for either
    return render_template("install.html", site=site, arrived=arrived, **install_values(site))


def install_values(site: Site) -> dict[str, object]:
    """The tag to paste, and whether the location database asks to be named."""
    source = request.host_url.rstrip("/")
    tag = f'<script async src="{source}/pixel.js" data-site="{site.domain}"></script>'
    return {
        "tag": tag,
        "host": source,
        "demo": url_for("demo.static_page") if site.domain == DEMO else "",
        "live_url": url_for("pages.live", domain=site.domain, period="year"),
        "attribution": any("dbip" in path.name.lower() for path in context.settings().geoip),
        "sites": services().sites.all(context.now()),
    }


def read_address(site: Site, view: str = "") -> addresses.Address:
    """What this request asks to be shown. What the form of filters was given by name becomes what is kept."""
    arguments = MultiDict(request.args)
    if arguments.get("how", "") in ("", "not"):
        arguments["value"] = names.kept(arguments.get("filter", ""), arguments.get("value", ""))
    try:
        return addresses.parse(site.domain, arguments, today(site, context.now()), view)
    except periods.PeriodError as error:
        raise BadRequest(str(error)) from error
