"""Commands for those who look after an installation: doctor, backup, restore."""

import time
from pathlib import Path

import click

from collector import backup, doctor
from collector.opening import settings, variables
from collector.supervisor import alone, running_store


@click.command("doctor")
def doctor_command() -> None:
    """Check the installation and say how to mend what is wrong. Ends with 1 when something is.

    \b
    Example:
      sikdatne doctor
    """
    problems = 0
    for finding in doctor.examine(variables()):
        problems += finding.level == "problem"
        click.echo(f"{finding.level:8} {finding.what}" + (f"\n{'':8} → {finding.mend}" if finding.mend else ""))
    if problems:
        raise click.ClickException(f"{problems} problem{'s' * (problems > 1)} found")


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path))
def backup_command(folder: Path) -> None:
    """Back up counters, consent log, sites, users and the secret key into a new FOLDER.

    The service may run meanwhile. What waits in the spool is stored first; what comes in meanwhile is for the next
    backup. It says what it leaves out.

    \b
    Example:
      sikdatne backup /backups/sikdatne-2026-10-01
    """
    chosen = settings()
    with running_store(chosen) as store:
        report(backup.backup(chosen, store, folder, time.time()), "Backed up")


@click.command("restore")
@click.argument("folder", type=click.Path(path_type=Path))
def restore_command(folder: Path) -> None:
    """Bring a backup into an empty installation. Nothing is ever overwritten. Stop the service first.

    \b
    Example:
      SIKDATNE_DATA=/var/lib/sikdatne-new sikdatne restore /backups/sikdatne-2026-10-01
    """
    chosen = settings()
    backup.read_manifest(folder)
    with alone(chosen), running_store(chosen) as store:
        report(backup.restore(chosen, store, folder, time.time()), "Restored")


def report(manifest: backup.Manifest, what: str) -> None:
    click.echo(f"{what} {sum(manifest.tables.values())} rows of {len(manifest.tables)} tables.")
    for missing in manifest.left_out:
        click.echo(f"Not in the backup: {missing}.")
