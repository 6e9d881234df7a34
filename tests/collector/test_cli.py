"""The command line: help with an example everywhere, one clear line for an error, 0 only on success."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from collector.cli import cli
from collector.logs import without_addresses


def commands(
    command: click.Command = cli, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        assert inner is not None
        yield from commands(inner, (*path, name))


def run(data: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "collector", *arguments],
        env={"PATH": os.environ["PATH"], "SIKDATNE_DATA": str(data), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_commands_of_the_contract_are_there() -> None:
    found = {" ".join(path) for path, _ in commands()}
    assert found >= {
        "serve", "engine", "web", "ship", "site add", "site list", "user add", "token add", "query",
        "import access-log", "backup", "restore", "doctor",
    }  # fmt: skip


def test_every_command_has_help_with_an_example() -> None:
    for path, command in commands():
        text = command.get_help(click.Context(command, info_name=" ".join(path)))
        assert re.search("Examples?:", text), path
        assert f"sikdatne {' '.join(path)}" in text, path


def test_sites_are_added_and_listed(tmp_path: Path) -> None:
    assert run(tmp_path, "site", "add", "example.lv", "--origin", "https://shop.example.com").returncode == 0
    assert run(tmp_path, "site", "add", "b.lv", "--timezone", "Europe/Paris").returncode == 0
    listed = run(tmp_path, "site", "list")
    assert listed.stdout == "b.lv\tEurope/Paris\nexample.lv\tEurope/Riga\thttps://shop.example.com\n"
    assert listed.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        (("site", "add", "example"), {}, "'example' is not a domain"),
        (("site", "add"), {}, "Missing argument 'DOMAIN'"),
        (("nonsense",), {}, "No such command 'nonsense'"),
        (("site", "list"), {"SIKDATNE_PORT": "x"}, "SIKDATNE_PORT takes"),
        (("site", "list"), {"SIKDATNE_DATABASE": "sqlite:////proc/no.db"}, "unable to open database file"),
        (("site", "list"), {"SIKDATNE_DATABASE": "oracle://h/x"}, "whose driver is not installed"),
        (("site", "list"), {"SIKDATNE_DATABASE": "paper://h/x"}, "takes a URL of PostgreSQL or SQLite, not paper"),
        (("doctor",), {"SIKDATNE_DATABASE": "paper://h/x"}, "problems found"),
        (("import", "access-log", "/no/log", "--site", "a.lv"), {}, "there is no site a.lv"),
        (("engine",), {"SIKDATNE_CLICKHOUSE": "clickhouse://h/d"}, "SIKDATNE_CLICKHOUSE is set"),
        (("serve",), {"SIKDATNE_HOST": "192.0.2.1"}, "set SIKDATNE_HOST to an address of this machine"),
        (("serve",), {"SIKDATNE_GEOIP": __file__}, "test_cli.py: not a location database (.mmdb); name others"),
        (("web",), {"SIKDATNE_GEOIP": __file__}, "SIKDATNE_GEOIP: "),
        (("restore", "/nowhere"), {"SIKDATNE_CLICKHOUSE": "clickhouse://h.invalid/d"}, "no complete backup"),
        (("doctor",), {"SIKDATNE_WORKERS": "x"}, "1 problem found"),
    ],
)
def test_an_error_is_one_clear_line(
    tmp_path: Path, arguments: tuple[str, ...], environment: dict[str, str], message: str
) -> None:
    done = run(tmp_path, *arguments, **environment)
    assert done.returncode != 0
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("sikdatne: ")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    run(tmp_path, "site", "add", "example.lv")
    done = run(tmp_path, "import", "access-log", "/no/log", "--site", "example.lv")
    assert (done.returncode, done.stderr) == (1, "sikdatne: /no/log: No such file or directory\n")


def test_without_a_command_it_shows_its_help(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 2
    assert "\n  doctor " in done.stderr


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run(tmp_path / "file" / "data", "site", "list")
    assert done.returncode == 1
    assert "SIKDATNE_DATA takes a folder that can be written" in done.stderr


def test_files_are_readable_for_their_owner_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    run(data, "site", "list")
    modes = {path.name: path.stat().st_mode & 0o077 for path in (data, *data.iterdir())}
    assert {"data", "sikdatne.db", "secret_key"} <= set(modes)
    assert set(modes.values()) == {0}


@pytest.mark.parametrize(
    ("line", "clean"),
    [
        ("from 203.0.113.7 port 99", "from [address] port 99"),
        ("[2001:db8::7]:443 and 2001:db8:1:2:3:4:5:6", "[[address]]:443 and [address]"),
        ("::ffff:203.0.113.7", "[address]"),
        ("on 127.0.0.1:8000, ::1 and 0.0.0.0", "on 127.0.0.1:8000, ::1 and 0.0.0.0"),
        ("time=2026-10-01T12:34:56.789Z version 26.9.2.1", "time=2026-10-01T12:34:56.789Z version [address]"),
        ("a::b c::d 12:30:45 1.2.3 300.1.1.1", "[address] [address] 12:30:45 1.2.3 300.1.1.1"),
    ],
)
def test_no_address_gets_into_a_log_line(line: str, clean: str) -> None:
    assert without_addresses(line) == clean
