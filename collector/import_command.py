"""`sikdatne import`: bring in what was counted elsewhere."""

from datetime import datetime
from pathlib import Path

import click


@click.group("import")
def import_group() -> None:
    """Bring in what was counted elsewhere."""


@import_group.command("access-log")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--site", "domain", required=True, help="The site to count it for; see `sikdatne site list`.")
@click.option(
    "--shift-to",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Move the log by whole days, so that its last day is this one: to try out an old log.",
)
def access_log(file: Path, domain: str, shift_to: datetime | None) -> None:
    """Count the page views in an access log of Apache or nginx (combined format, plain or .gz).

    What was imported once is not counted again: after an interruption, or when the log has grown, give the same
    command again.

    \b
    Examples:
      sikdatne import access-log /var/log/nginx/access.log --site example.lv
      sikdatne import access-log old.log.gz --site example.lv --shift-to 2025-03-31
    """
    if str(file) == "-":
        raise click.ClickException("a log is read from a file, not from standard input: it is read twice")
    from collector import import_run  # noqa: PLC0415 - loads user-agent parsing, which other commands start faster without

    import_run.run(file, domain, shift_to.date() if shift_to else None)
