"""`sikdatne policy` and `sikdatne request`: the texts of the privacy policy, and the register of requests."""

import csv
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import click

from collector import policies, register
from collector.database import Database
from collector.opening import database, settings
from collector.policies import PolicyError, Publication
from collector.register import RequestError
from collector.sites import Site, list_sites
from collector.wording import FIRST, languages

site_option = click.option("--site", "domain", required=True, help="The site, by its domain.")
day_type = click.DateTime(formats=["%Y-%m-%d"])


@contextmanager
def opened(domain: str) -> Iterator[tuple[Database, Site, float]]:
    """The database, the site and the time."""
    known = database(settings())
    try:
        site = next((each for each in list_sites(known) if each.domain == domain.strip().lower()), None)
        if site is None:
            raise click.ClickException(f"there is no site {domain}; `sikdatne site list` shows those that are")
        yield known, site, time.time()
    except (PolicyError, RequestError) as error:
        raise click.ClickException(str(error)) from error
    finally:
        known.close()


def today(site: Site, now: float) -> date:
    return datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(site.timezone)).date()


@click.group("policy")
def policy_group() -> None:
    """Read and publish the privacy policy of a site."""


@policy_group.command("show")
@site_option
@click.option("--language", type=click.Choice(languages()), default=FIRST, show_default=True)
@click.option("--version", type=int, help="An earlier version; the one in force unless given.")
def policy_show(domain: str, language: str, version: int | None) -> None:
    """Print the policy of a site as Markdown, with all it tells about tables and columns.

    \b
    Example:
      sikdatne policy show --site example.lv --language en
    """
    with opened(domain) as (known, site, now):
        found = policies.current(known, site.domain, now)
        if version is not None:
            found = policies.find(known, site.domain, version)
        if found is None:
            raise click.ClickException(f"{site.domain} has no version {version} of its policy")
        click.echo(found.whole(language))


@policy_group.command("list")
@site_option
def policy_list(domain: str) -> None:
    """List the versions of the policy: number, day, whether visitors were asked again, and what changed.

    \b
    Example:
      sikdatne policy list --site example.lv
    """
    with opened(domain) as (known, site, now):
        policies.current(known, site.domain, now)
        for each in policies.versions(known, site.domain):
            day = each.published.astimezone(ZoneInfo(site.timezone)).date().isoformat()
            asked = "asked again" if each.material else "-"
            click.echo("\t".join((str(each.version), day, asked, each.note or ("" if each.by_owner else "generated"))))


@policy_group.command("publish")
@site_option
@click.option("--own", "files", multiple=True, metavar="LANGUAGE=FILE", help="Your own paragraphs, in Markdown.")
@click.option("--material", is_flag=True, help="Consent depends on what changed: ask every visitor again.")
@click.option("--note", default="", help="What changed, in a sentence that visitors can read.")
def policy_publish(domain: str, files: tuple[str, ...], material: bool, note: str) -> None:
    """Publish the policy with paragraphs of your own. What is not given stays as it is; an empty file takes it away.

    \b
    Example:
      sikdatne policy publish --site example.lv --own lv=own.lv.md --own en=own.en.md --note "Video rules added"
    """
    given = {}
    for each in files:
        language, _, path = each.partition("=")
        given[language] = Path(path).read_text("utf-8")
    with opened(domain) as (known, site, now):
        before = policies.current(known, site.domain, now)
        own = (before.own if before else {}) | given
        made = policies.publish(known, site.domain, Publication(own, material, note), now)
        if before and made.version == before.version:
            click.echo(f"Nothing changed; version {made.version} stays in force.")
        else:
            click.echo(f"Version {made.version} is in force{'; every visitor is asked again' if material else ''}.")


@click.group("request")
def request_group() -> None:
    """Keep the register of requests about personal data."""


@request_group.command("add")
@site_option
@click.option("--kind", type=click.Choice(register.KINDS), required=True)
@click.option("--reference", default="", help="Where to find it, like “letter 12”; no names and no addresses.")
@click.option("--received", type=day_type, help="The day it came; today unless given.")
def request_add(domain: str, kind: str, reference: str, received: datetime | None) -> None:
    """Enter a request that came by e-mail or letter, and print its number and the day it is due.

    \b
    Example:
      sikdatne request add --site example.lv --kind access --reference "mail 2026-14"
    """
    with opened(domain) as (known, site, now):
        day = received.date() if received else today(site, now)
        made = register.add(known, site.domain, kind, reference, day, today(site, now))
        click.echo(f"Request {made.id} is due on {made.due}.")


@request_group.command("list")
@site_option
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, with all fields.")
def request_list(domain: str, as_csv: bool) -> None:
    """List the requests: open ones first, those most urgent on top. Deletes answered ones whose time is over.

    \b
    Example:
      sikdatne request list --site example.lv
    """
    with opened(domain) as (known, site, now):
        day = today(site, now)
        found = register.requests(known, site.domain, day)
        if as_csv:
            csv.writer(sys.stdout, lineterminator="\n").writerows(register.table(found))
            return
        for each in found:
            state = {"overdue": "OVERDUE", "answered": f"answered {each.answered}"}.get(each.state(day), "open")
            click.echo("\t".join((str(each.id), state, f"due {each.due}", each.kind, each.reference)))


@request_group.command("extend")
@site_option
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why it takes longer; the person is told as well.")
def request_extend(domain: str, number: int, reason: str) -> None:
    """Give a request two further months, once, within its first month.

    \b
    Example:
      sikdatne request extend 7 --site example.lv --reason "the archive has to be searched by hand"
    """
    changed(domain, lambda known, site, day: register.extend(known, site.domain, number, reason, day))


@request_group.command("answer")
@site_option
@click.argument("number", type=int)
@click.option("--outcome", type=click.Choice(register.OUTCOMES), default="done", show_default=True)
@click.option("--done", required=True, help="What was done, in a few words.")
@click.option("--on", type=day_type, help="The day of the answer; today unless given.")
def request_answer(domain: str, number: int, outcome: str, done: str, on: datetime | None) -> None:
    """Book the answer to a request.

    \b
    Example:
      sikdatne request answer 7 --site example.lv --outcome nothing_held --done "told where to see the data"
    """

    def book(known: Database, site: Site, day: date) -> register.Request:
        return register.answer(known, site.domain, number, outcome, done, min(on.date() if on else day, day))

    changed(domain, book)


def changed(domain: str, change: Callable[[Database, Site, date], register.Request]) -> None:
    with opened(domain) as (known, site, now):
        made = change(known, site, today(site, now))
        state = f"answered on {made.answered}" if made.answered else f"due on {made.due}"
        click.echo(f"Request {made.id} is {state}.")


groups = cast(tuple[click.Command, ...], (policy_group, request_group))
