"""`sikdatne site`: add and list the websites that are counted."""

import time

import click

from collector.opening import database, settings
from collector.sites import add_site, list_sites


@click.group("site")
def site_group() -> None:
    """Add and list the websites that are counted."""


@site_group.command("add")
@click.argument("domain")
@click.option("--timezone", default="Europe/Riga", show_default=True, help="Where a day of the site begins and ends.")
@click.option(
    "--origin", "origins", multiple=True, help="Another origin that may report to it, like https://shop.example.com."
)
def site_add(domain: str, timezone: str, origins: tuple[str, ...]) -> None:
    """Add a website.

    \b
    Example:
      sikdatne site add example.lv --timezone Europe/Riga --origin https://shop.example.com
    """
    opened = database(settings())
    site = add_site(opened, domain, timezone, origins, now=time.time())
    opened.close()
    click.echo(f"{site.domain} is counted now, with days of {site.timezone}.")


@site_group.command("list")
def site_list() -> None:
    """List the websites: domain, time zone, other origins.

    \b
    Example:
      sikdatne site list
    """
    opened = database(settings())
    for site in list_sites(opened):
        click.echo("\t".join((site.domain, site.timezone, *site.origins)))
    opened.close()
