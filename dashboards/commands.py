"""What the dashboards add to the command line (entry point `sikdatne.commands`)."""

import sys
import time

import click

from collector.cli import database, settings
from dashboards.accounts import AccountError, add_user


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


commands: list[click.Command] = [user_group]
