"""The navigation of a site: its pages, in their order. Another page is one line in `sections`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from flask import request, url_for

from collector import register
from collector.sites import Site
from dashboards import context
from dashboards.address import Address
from dashboards.i18n import _
from dashboards.reports import today

REPORTS, PRIVACY, SETTINGS = "reports", "privacy", "settings"
REGISTER = "request_pages.page"
CONSENT = "consent_pages.page"


class Section(NamedTuple):
    """A page of every site. `endpoint` takes the `domain` and nothing else."""

    group: str
    endpoint: str
    label: str


def sections() -> tuple[Section, ...]:
    """Reports stand in the navigation one by one; each other group has one entry there, and tabs on its pages."""
    return (
        Section(REPORTS, "pages.overview", _("Overview")),
        Section(REPORTS, "reports.goals", _("Goals")),
        Section(REPORTS, "reports.funnels", _("Funnels")),
        Section(REPORTS, "reports.paths", _("Paths")),
        Section(REPORTS, "reports.retention", _("Retention")),
        Section(REPORTS, "reports.speed", _("Speed")),
        Section(REPORTS, "reports.audience", _("Audience")),
        Section(PRIVACY, CONSENT, _("Consent")),
        Section(PRIVACY, "cookie_pages.page", _("Cookies")),
        Section(PRIVACY, "policy_pages.page", _("Privacy policy")),
        Section(PRIVACY, "proof_pages.page", _("Proof of consent")),
        Section(PRIVACY, REGISTER, _("Requests")),
        Section(SETTINGS, "goal_settings.page", _("Goals and funnels")),
        Section(SETTINGS, "banner_pages.page", _("Consent banner")),
        Section(SETTINGS, "declared_pages.page", _("Declared cookies")),
        Section(SETTINGS, "pages.install", _("Tag to paste")),
    )


@dataclass(frozen=True)
class Link:
    """`overdue` says how many things on the page should have been done already."""

    label: str
    url: str
    current: bool
    overdue: int = 0


@dataclass(frozen=True)
class Navigation:
    """Links of the navigation, and of the tabs within the group that is shown (none for reports)."""

    main: list[Link]
    within: list[Link]
    here: str


def navigation(site: Site, address: Address | None = None) -> Navigation:
    """The navigation around the page of this request. Reports, and consent, which is one of them though it stands
    elsewhere, keep the days and filters of the address."""
    found = sections()
    below = found[0] if address else None  # the lists that the overview leads to
    here = _here(found) or below
    group = here.group if here else ""
    late = register.overdue(context.database(), site.domain, today(site, context.now()))
    main = [
        Link(
            label=_group(each),
            url=_url(each, site, address),
            current=each == here or REPORTS != each.group == group,
            overdue=late if each.group == PRIVACY else 0,
        )
        for each in _first_of_groups(found)
    ]
    within = [
        Link(each.label, _url(each, site, address), each == here, late if each.endpoint == REGISTER else 0)
        for each in found
        if each.group == group and group != REPORTS
    ]
    return Navigation(main, within, next((link.label for link in main if link.current), _("Pages")))


def _here(found: tuple[Section, ...]) -> Section | None:
    """The section of this request; also where a form of it was sent and came back with what is wrong."""
    exact = next((each for each in found if each.endpoint == request.endpoint), None)
    alike = [each for each in found if each.endpoint.partition(".")[0] == request.blueprint]
    return exact or (alike[0] if len(alike) == 1 else None)


def _first_of_groups(found: tuple[Section, ...]) -> Iterator[Section]:
    """All reports, and the first page of each other group."""
    seen: set[str] = set()
    for each in found:
        if each.group == REPORTS or each.group not in seen:
            yield each
        seen.add(each.group)


def _group(section: Section) -> str:
    return {PRIVACY: _("Privacy"), SETTINGS: _("Settings")}.get(section.group) or section.label


def _url(section: Section, site: Site, address: Address | None) -> str:
    plain = url_for(section.endpoint, domain=site.domain)
    if address is None or (section.group != REPORTS and section.endpoint != CONSENT):
        return plain
    return plain + "".join(address.at("").url().partition("?")[1:])
