"""`sikdatne consent`: check the proof of consent, find a record, take it to an audit, say how long it is kept."""

import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import click
import msgspec
from tqdm import tqdm

from collector import consent_log
from collector.chain import PURPOSE
from collector.chain_heads import heads_of
from collector.clock import day_number
from collector.config import Settings
from collector.consent_export import FORMATS, Wanted, export
from collector.database import Database
from collector.notices import snapshot
from collector.opening import database, settings
from collector.receipt import receipt_of
from collector.sites import Site, list_sites, update_site
from collector.store import Store
from collector.supervisor import running_store
from collector.verify import Check

site_option = click.option("--site", "domain", required=True, help="The site, by its domain.")


@click.group("consent")
def consent_group() -> None:
    """Check, find and hand over the proof of consent."""


@consent_group.command("verify")
@site_option
def consent_verify(domain: str) -> None:
    """Check every record of a site, its chain and signature, and the notices. Ends with 1 when anything is not as it
    was written.

    \b
    Example:
      sikdatne consent verify --site example.lv
    """
    chosen = settings()
    opened = database(chosen)
    site = named(opened, domain)
    with running_store(chosen) as store:
        total = sum(window.held for window in consent_log.windows(store, site.domain))
        with tqdm(total=total, unit=" records", file=sys.stderr, disable=not sys.stderr.isatty()) as bar:
            found = verify(chosen, opened, store, site, bar)
    opened.close()
    if found:
        raise click.ClickException(f"{some(found, 'finding')} in {some(total, 'record')} of {site.domain}")
    click.echo(
        f"{some(total, 'record')} of {site.domain} {'is as it was' if total == 1 else 'are as they were'} written."
    )


def verify(chosen: Settings, opened: Database, store: Store, site: Site, bar: "tqdm[None]") -> int:
    """Print the findings, and return how many there are."""
    today = day_number(store.execute("SELECT today()")[0][0])
    check = Check(site.domain, chosen.key(PURPOSE), lambda wanted: snapshot(opened, wanted), today)
    found = 0
    for finding in check.run(store, lambda: heads_of(chosen.data, opened, site.domain), bar.update):
        with bar.external_write_mode():
            click.echo(str(finding))
        found += 1
    return found


@consent_group.command("show")
@click.argument("record")
def consent_show(record: str) -> None:
    """Show the receipt of a decision, by its record id, as JSON.

    \b
    Example:
      sikdatne consent show 7b1c9d1e-8a52-4c3e-9f0a-2f4f6f7f8a11
    """
    chosen = settings()
    opened = database(chosen)
    with running_store(chosen) as store:
        found = consent_log.find(store, record)
        if found is None:
            raise click.ClickException(f"there is no record {record} in the log")
        later = consent_log.replaced_by(store, found)
    site = {site.domain: site for site in list_sites(opened)}.get(found.site) or Site(found.site)
    receipt = receipt_of(found, site, later, whole=True)
    opened.close()
    click.echo(msgspec.json.format(msgspec.json.encode(receipt)).decode())


@consent_group.command("export")
@site_option
@click.option("--from", "first", metavar="DATE", help="First day (UTC), like 2026-01-31; the beginning unless given.")
@click.option("--to", "last", metavar="DATE", help="Last day (UTC); today unless given.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="jsonl", show_default=True)
@click.argument("file", type=click.Path(path_type=Path))
def consent_export(domain: str, first: str | None, last: str | None, form: str, file: Path) -> None:
    """Write the records of a site, with the notices they refer to and how to verify them, into the zip FILE.

    \b
    Example:
      sikdatne consent export --site example.lv --from 2026-01-01 --to 2026-12-31 --format csv proof.zip
    """
    chosen = settings()
    opened = database(chosen)
    site = named(opened, domain)
    now = time.time()
    today = datetime.fromtimestamp(now, UTC).date()
    wanted = Wanted(day_of(first, consent_log.FIRST_DAY), day_of(last, today), form)
    with running_store(chosen) as store:
        written = export(store, opened, heads_of(chosen.data, opened, site.domain), site, wanted, file, now)
    opened.close()
    click.echo(f"{some(written.records, 'record')} and {some(written.notices, 'notice')} are in {file}.")


def some(number: int, noun: str) -> str:
    """1 record, 2 records"""
    return f"{number} {noun}{'s' * (number != 1)}"


def day_of(text: str | None, otherwise: date) -> date:
    try:
        return date.fromisoformat(text) if text else otherwise
    except ValueError as error:
        raise click.ClickException(f"{text!r} is no day; a day looks like 2026-01-31") from error


@consent_group.command("keep")
@site_option
@click.option("--months", type=click.IntRange(1, 240), required=True, help="Months after the consent has expired.")
def consent_keep(domain: str, months: int) -> None:
    """Say how long records of new decisions are kept after the consent has expired (36 months unless said).

    \b
    Example:
      sikdatne consent keep --site example.lv --months 60
    """
    opened = database(settings())
    site = update_site(opened, domain.strip().lower(), proof_months=months)
    opened.close()
    click.echo(f"Records of new decisions on {site.domain} are kept for {months} months after the consent expired.")


def named(opened: Database, domain: str) -> Site:
    """The site of this domain."""
    for site in list_sites(opened):
        if site.domain == domain.strip().lower():
            return site
    raise click.ClickException(f"there is no site {domain}; `sikdatne site list` shows those that are")
