"""The command line. It puts the parts together; each command of the dashboards comes by an entry point."""

import logging
import os
import signal
import sys
import threading
from importlib.metadata import entry_points, version
from types import FrameType

import click
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from collector import engine as embedded
from collector import logs, serve, web
from collector.backup import BackupError
from collector.care_commands import backup_command, doctor_command, restore_command
from collector.config import ConfigError
from collector.consent_commands import consent_group
from collector.goal_checks import GoalError
from collector.goal_commands import funnel_group, goal_group
from collector.import_command import import_group
from collector.opening import database, settings
from collector.process import die_with, no_core_dumps
from collector.rights_commands import groups as rights_groups
from collector.shipper import ShipperError, open_shipper
from collector.site_command import site_group
from collector.sites import SiteError
from collector.store import StoreError, open_store
from collector.supervisor import ServeError

EXPECTED = (
    BackupError,
    ConfigError,
    embedded.EngineError,
    GoalError,
    ServeError,
    ShipperError,
    SiteError,
    StoreError,
    SQLAlchemyError,
    OSError,
)
parent_option = click.option("--parent", type=int, hidden=True, help="End when this process ends.")


class Commands(click.Group):
    """The commands here, and those that other packages bring; these are loaded only when they are asked for."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name) or self.brought().get(cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self.brought()})

    def brought(self) -> dict[str, click.Command]:
        found: dict[str, click.Command] = {}
        for entry in entry_points(group="sikdatne.commands"):
            try:
                found |= {command.name or "": command for command in entry.load()}
            except ImportError as error:
                click.echo(f"sikdatne: the commands of {entry.name} are left out: {error}", err=True)
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(version("sikdatne"), prog_name="sikdatne", message="%(prog)s %(version)s")
@click.option("--traceback", is_flag=True, help="Show where in the program an error came from.")
def cli(traceback: bool) -> None:
    """Website analytics and consent logging: the browser remembers, the server only counts.

    Settings come from the environment (SIKDATNE_DATA, SIKDATNE_PORT, …); `sikdatne doctor` checks them.
    """


@cli.command("serve")
@click.option("--demo", is_flag=True, help="With a demo website at /demo/.")
def serve_command(demo: bool) -> None:
    """Run everything: store, collector, dashboards. Stops on Ctrl-C.

    \b
    Example:
      SIKDATNE_DATA=/var/lib/sikdatne sikdatne serve
    """
    start("serve", None)
    chosen = settings()
    stop = stop_on_signal()
    opened = database(chosen)
    serve.serve(chosen, opened, stop, demo)
    opened.close()


@cli.command("engine")
@parent_option
def engine_command(parent: int | None) -> None:
    """Run the embedded ClickHouse in the foreground.

    \b
    Example:
      sikdatne engine
    """
    start("engine", parent)
    chosen = settings()
    if chosen.clickhouse:
        raise click.ClickException("SIKDATNE_CLICKHOUSE is set, so there is no embedded engine to run; unset it")
    embedded.run(chosen.data)


@cli.command("web")
@click.option("--interpreted", is_flag=True, help="Without the compiled counting path, even where it is made.")
@parent_option
def web_command(parent: int | None, interpreted: bool) -> None:
    """Answer browsers: collector and dashboards.

    \b
    Example:
      SIKDATNE_PORT=8080 sikdatne web
    """
    start("web", parent)
    chosen = settings()
    if parent is None:  # granian shares its port with whoever else does, even with another installation
        serve.check_settings(chosen)
    database(chosen).close()
    web.run(chosen)


@cli.command("ship")
@parent_option
def ship_command(parent: int | None) -> None:
    """Ship what the collector wrote down into the store, until stopped.

    \b
    Example:
      sikdatne ship
    """
    start("ship", parent)
    chosen = settings()
    shipper = open_shipper(chosen, open_store(chosen))
    shipper.run(stop_on_signal())
    shipper.close()


for brought_here in (
    site_group,
    goal_group,
    funnel_group,
    consent_group,
    *rights_groups,
    import_group,
    doctor_command,
    backup_command,
    restore_command,
):
    cli.add_command(brought_here)


def start(part: str, parent: int | None) -> None:
    """What every long-running process does first."""
    logs.set_up(part)
    if parent:
        die_with(parent)


def stop_on_signal() -> threading.Event:
    """An event that SIGTERM or SIGINT sets."""
    stop = threading.Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)
    return stop


def main() -> None:
    """Run the command line. Errors are one line on standard error; the exit code is 0 only on success."""
    os.umask(0o077)
    no_core_dumps()
    try:
        cli(prog_name="sikdatne", standalone_mode=False)
    except click.Abort:
        sys.exit(130)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(error.exit_code)
    except click.UsageError as error:
        hint = f" Try `{error.ctx.command_path} --help`." if error.ctx else ""
        fail(f"{error.format_message()}{hint}", error.exit_code)
    except click.ClickException as error:
        fail(error.format_message(), error.exit_code)
    except EXPECTED as error:
        fail(explained(error), 1, error)
    except Exception as error:
        fail(f"unexpected {type(error).__name__}: {error} (sikdatne --traceback … shows more)", 70, error)


def explained(error: Exception) -> str:
    """The error without what only programmers want to read."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    if isinstance(error, DBAPIError):
        return f"the database of sites and users (SIKDATNE_DATABASE) does not work: {error.orig}"
    return str(error)


def fail(message: str, code: int, error: Exception | None = None) -> None:
    if error and "--traceback" in sys.argv:
        logging.getLogger(__name__).error("traceback", exc_info=error)
    click.echo(f"sikdatne: {' '.join(message.split())}", err=True)
    sys.exit(code)
