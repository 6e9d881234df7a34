"""Runs an import for the command line: progress bar, summary, and the wait until the store has it all."""

import time
from datetime import date
from pathlib import Path

import click
from tqdm import tqdm

from collector import opening
from collector.access_log.delivery import ImportFailed
from collector.access_log.pages import LEFT_OUT
from collector.config import Settings
from collector.database import open_database, upgrade
from collector.importer import Import, Place, Report
from collector.location import LocationError, open_locator
from collector.sites import Site, sites_with_rules

PATIENCE = 5.0  # seconds in which the store takes at least one batch, if it is there
POLL = 0.1


def run(file: Path, domain: str, shift_to: date | None) -> None:
    """Import the log and say what became of it. Raises click.ClickException and OSError."""
    settings = opening.settings()
    site = _site(settings, domain)
    try:
        size = file.stat().st_size
        place = Place(settings.data, settings.key("imports"), settings.spool_limit, open_locator(settings.geoip))
        with tqdm(total=size, unit="B", unit_scale=True, desc=file.name, delay=0.3) as bar:
            job = Import(file, site, place, time.time(), shift_to)
            job.at = lambda position: _move(bar, position)
            job.wait = lambda seconds: _wait(bar, seconds)
            report = job.run()
    except (ImportFailed, LocationError) as error:
        raise click.ClickException(str(error)) from error
    for line in summary(report, site):
        click.echo(line)
    _wait_for_store(job)
    if report.damaged:
        raise click.ClickException(f"{file} is damaged or cut off; what could be read of it is counted")


def summary(report: Report, site: Site) -> list[str]:
    """What the command says at its end."""
    outcomes = report.outcomes
    if not outcomes:
        return [f"Imported before, nothing new to count: {report.before:,} lines, {report.first} to {report.last}."]
    lines = [f"{outcomes.total():,} lines read, {report.first} to {report.last} ({site.timezone})."]
    if report.before:
        lines.append(f"{report.before:,} lines before them were counted earlier.")
    lines.append(f"{outcomes['counted']:,} page views counted, of {report.visitors:,} visitors.")
    lines += [f"{outcomes[reason]:>12,}  left out: {text}" for reason, text in LEFT_OUT.items() if outcomes[reason]]
    return lines


def _site(settings: Settings, domain: str) -> Site:
    database = open_database(settings.database)
    try:
        upgrade(database)
        sites = {site.domain: site for site in sites_with_rules(database)}
    finally:
        database.close()
    if domain not in sites:
        raise click.ClickException(f"there is no site {domain}; add it with `sikdatne site add {domain}`")
    return sites[domain]


def _move(bar: "tqdm[None]", position: int) -> None:
    bar.set_postfix_str("", refresh=False)
    bar.update(position - bar.n)


def _wait(bar: "tqdm[None]", seconds: float) -> None:
    bar.set_postfix_str("the spool is half full, waiting for the store (does `sikdatne serve` run?)")
    time.sleep(seconds)


def _wait_for_store(job: Import) -> None:
    """Give a running service the time to store everything; without one, say what is needed."""
    left, since = job.waiting(), time.monotonic()
    while left and time.monotonic() - since < PATIENCE:
        time.sleep(POLL)
        now = job.waiting()
        if now != left:
            left, since = now, time.monotonic()
    if left:
        click.echo("All of it is in the spool and appears on the dashboard as soon as `sikdatne serve` runs.")
