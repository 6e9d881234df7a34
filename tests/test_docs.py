"""What the documentation names exists, and what exists is documented."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from collector.cli import cli
from collector.config import NAMES, PREFIX
from collector.gate import REASONS

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    path
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").glob("*.md"))
    if path.is_file()
)
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]+)?(?:#([^)\s]+))?\)")
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def code_of(page: Path) -> str:
    """Everything a page shows as code."""
    return "\n".join(CODE.findall(page.read_text("utf-8")))


def commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """All commands with their full names, groups left out."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", command


COMMANDS = dict(commands(cli))


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{PREFIX}{name}`" in text_of("docs/settings.md")


def test_every_setting_that_is_named_exists() -> None:
    known = {PREFIX + name for name in NAMES} | {f"{PREFIX}{name}_FILE" for name in NAMES}
    for page in PAGES:
        named = set(re.findall(rf"\b{PREFIX}[A-Z_]*[A-Z]\b", page.read_text("utf-8")))
        assert named <= known, page


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_its_options_are_documented(name: str) -> None:
    sections = text_of("docs/commands.md").split("\n## ")
    section = [section for section in sections if section.startswith(f"`sikdatne {name}")]
    assert len(section) == 1, f"docs/commands.md has no section for sikdatne {name}"
    for parameter in COMMANDS[name].params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            assert all(option in section[0] for option in parameter.opts if option.startswith("--")), parameter.name


@pytest.mark.parametrize("document", PAGES, ids=lambda document: str(document.relative_to(ROOT)))
def test_every_command_that_is_named_exists(document: Path) -> None:
    groups = {name.partition(" ")[0] for name in COMMANDS}
    for called in re.findall(r"\bsikdatne ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)", code_of(document)):
        first = called.partition(" ")[0]
        assert called in COMMANDS or first in COMMANDS or (first in groups and " " not in called), f"sikdatne {called}"


@pytest.mark.parametrize("document", PAGES, ids=lambda document: str(document.relative_to(ROOT)))
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)\b", code_of(document))) <= targets


@pytest.mark.parametrize("document", PAGES, ids=lambda document: str(document.relative_to(ROOT)))
def test_every_link_within_the_project_leads_somewhere(document: Path) -> None:
    for target, anchor in LINK.findall(document.read_text("utf-8")):
        file = (document.parent / target).resolve() if target else document
        assert file.exists(), f"{target} does not exist"
        if anchor and file.suffix == ".md":
            headings = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
            assert anchor in {slug(heading) for heading in headings}, f"{target}#{anchor}"


@pytest.mark.parametrize("document", PAGES, ids=lambda document: str(document.relative_to(ROOT)))
def test_every_file_that_is_named_exists(document: Path) -> None:
    """Paths of the repository in code style: `collector/visit.py`."""
    named = re.findall(r"`((?:collector|dashboards|tests|bench|docs)/[\w./*-]+)`", document.read_text("utf-8"))
    missing = [name for name in named if "NNNN" not in name and not any(ROOT.glob(name.rstrip("/")))]
    assert missing == []


def test_every_reason_for_not_counting_is_documented() -> None:
    page = text_of("docs/operations.md")
    assert [reason for reason in REASONS if f"| `{reason}` |" not in page] == []


def test_every_target_is_listed_by_make_help() -> None:
    makefile = text_of("Makefile")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))


def test_architecture_stays_short() -> None:
    assert text_of("ARCHITECTURE.md").count("\n") < 200


def test_the_way_through_the_files_is_true() -> None:
    """ARCHITECTURE.md names files without their folder where it has said the folder."""
    folders = [ROOT / name for name in ("", "collector", "collector/pixel", "dashboards", "dashboards/query")]
    named = set(re.findall(r"`([\w/]+\.(?:py|js|sql|mjs))`", text_of("ARCHITECTURE.md")))
    assert [name for name in sorted(named) if not any((folder / name).exists() for folder in folders)] == []


def slug(heading: str) -> str:
    """The anchor of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
