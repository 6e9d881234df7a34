"""What the dashboards add to the command line (entry point `sikdatne.commands`)."""

import sys
import time

import click
import msgspec

from collector.opening import database, settings
from collector.sites import SiteDirectory
from collector.store import open_store
from dashboards.accounts import AccountError, add_user
from dashboards.query import Query, QueryError, decoded, parse, parse_report, run, run_report
from dashboards.tokens import add_token


@click.group("user")
def user_group() -> None:
    """Add people who may see the dashboards."""


@user_group.command("add")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking for it.")
@click.option("--role", type=click.Choice(["admin", "viewer"]), default="admin", show_default=True)
def user_add(email: str, password_stdin: bool, role: str) -> None:
    """Add a person.

    \b
    Example:
      sikdatne user add anna@example.lv --password-stdin < password.txt
    """
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    opened = database(settings())
    try:
        user = add_user(opened, email, password, time.time(), role)
    except AccountError as error:
        raise click.ClickException(str(error)) from error
    finally:
        opened.close()
    click.echo(f"{user.email} may log in now, as {user.role}.")


@click.group("token")
def token_group() -> None:
    """Make tokens for the stats API."""


@token_group.command("add")
@click.option("--site", required=True, help="The site whose numbers the token opens.")
@click.option("--name", default="", help="What the token is for.")
def token_add(site: str, name: str) -> None:
    """Make a token for the stats API and print it. It is shown once and cannot be read again.

    \b
    Example:
      sikdatne token add --site example.lv
    """
    opened = database(settings())
    try:
        click.echo(add_token(opened, site.strip().lower(), time.time(), name))
    finally:
        opened.close()


@click.command("query")
def query_command() -> None:
    """Answer a question to the stats API, read on standard input, as JSON: a query, or with "report" a report.

    \b
    Example:
      echo '{"site_id": "example.lv", "metrics": ["visitors"], "date_range": "7d"}' | sikdatne query
    """
    chosen = settings()
    opened = database(chosen)
    store = open_store(chosen, "dashboards")
    try:
        document = decoded(sys.stdin.buffer.read())
        asked = parse_report(document) if isinstance(document, dict) and "report" in document else parse(document)
        now = time.time()
        site = SiteDirectory(opened).get(asked.site_id, now)
        if site is None:
            raise click.ClickException(f"there is no site {asked.site_id}; `sikdatne site list` shows those that are")
        if isinstance(asked, Query):
            answer = run(asked, store, site, now).document()
        else:
            answer = run_report(asked, store, site, now)
        click.echo(msgspec.json.encode(answer))
    except QueryError as error:
        raise click.ClickException(f"the query cannot be answered: {error}") from error
    finally:
        store.close()
        opened.close()


commands: list[click.Command] = [user_group, token_group, query_command]
