"""What is known of cookies by their names: the Open Cookie Database, and some names that it lacks.

A file has the columns of that database (docs/cookies.md). An operator's newer copy, `open-cookie-database.csv` in the
data folder, comes first. What the database calls "Functional" is no exemption from consent, and is not taken for one.
"""

import csv
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from collector.cookie_names import STAR, fold
from collector.declared import LONGEST_PROVIDER, LONGEST_TEXT, Declared, Purpose, Unit

FOLDER = Path(__file__).parent / "known"
OURS = (FOLDER / "more.csv", FOLDER / "open-cookie-database.csv")
OPERATORS = "open-cookie-database.csv"  # in the data folder
SHORTEST_PREFIX = 3  # two letters begin too many names
NAME, PLATFORM, CATEGORY = "Cookie / Data Key name", "Platform", "Category"
DESCRIPTION, RETENTION, CONTROLLER, WILDCARD = "Description", "Retention period", "Data Controller", "Wildcard match"
PURPOSES: dict[str, Purpose] = {
    "Analytics": "statistics", "Marketing": "marketing", "Security": "necessary", "Necessary": "necessary",
}  # fmt: skip
UNITS: dict[str, Unit] = {"minute": "minutes", "hour": "hours", "day": "days", "month": "months", "year": "years"}
_TIME = re.compile(r"\b(\d{1,4}) ?(minute|hour|day|week|month|year)s?\b", re.IGNORECASE)


class KnownError(Exception):
    """A file is none of known cookies; the message says why in one line."""


class Known(NamedTuple):
    """A cookie, or with `prefix` all cookies whose names begin so."""

    name: str
    prefix: bool
    platform: str
    category: str
    text: str
    retention: str
    controller: str

    @property
    def provider(self) -> str:
        return self.platform or self.controller

    @property
    def purpose(self) -> Purpose | None:
        """What it is for; None where the category leaves open whether consent is needed, as "Functional" does."""
        return PURPOSES.get(self.category)

    @property
    def kept(self) -> tuple[int, Unit]:
        """How long; (0, "days") where that is not said."""
        found = _TIME.search(self.retention)
        if found:
            amount, unit = int(found[1]), found[2].lower()
            return (amount * 7, "days") if unit == "week" else (min(amount, 1000), UNITS[unit])
        if "session" in self.retention.lower():
            return 0, "session"
        timeless = re.search("forever|persist|never|unlimited", self.retention, re.IGNORECASE)
        return (0, "kept") if timeless else (0, "days")

    def declared(self, name: str) -> Declared:
        """A declaration to begin with. What may need consent is declared as if it did."""
        amount, unit = self.kept
        return Declared(
            name, self.purpose or "statistics", self.provider[:LONGEST_PROVIDER], amount, unit,
            third_party=bool(self.provider) and self.purpose != "necessary", texts={"en": self.text[:LONGEST_TEXT]},
        )  # fmt: skip


class Directory:
    """Finds what is known of a folded name: the name itself, else the longest beginning. Earlier files come first."""

    def __init__(self, known: Iterable[Known]) -> None:
        self._names: dict[str, Known] = {}
        self._prefixes: dict[str, Known] = {}
        for each in known:
            if each.prefix and len(each.name) >= SHORTEST_PREFIX:
                self._prefixes.setdefault(each.name, each)
            elif not each.prefix:
                for name in (each.name, fold(each.name)):
                    if name.strip(STAR):
                        self._names.setdefault(name, each)

    def find(self, name: str) -> Known | None:
        if name in self._names:
            return self._names[name]
        begin = name.partition(STAR)[0]
        lengths = range(len(begin), SHORTEST_PREFIX - 1, -1)
        return next((self._prefixes[begin[:n]] for n in lengths if begin[:n] in self._prefixes), None)


def read(path: Path) -> list[Known]:
    """The cookies in a CSV file with the database's columns, in whatever order. Raises KnownError and OSError."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            table = csv.DictReader(file, strict=True)
            missing = {NAME, CATEGORY, WILDCARD} - set(table.fieldnames or ())
            if missing:
                raise KnownError(f"{path} lacks the column {min(missing)!r} of the Open Cookie Database")
            return [known for row in table if (known := known_of(row)) is not None]
        except (csv.Error, UnicodeDecodeError) as error:
            raise KnownError(f"{path} is no CSV in UTF-8: {error}") from error


def known_of(row: dict[str, str]) -> Known | None:
    """One row; None without a name."""

    def cell(name: str) -> str:
        return " ".join((row.get(name) or "").split())

    # Names are written with marks for what varies: "EBFC<BannerID>", "_gac_#", "CookieConsent [x4]".
    name = re.sub(r" ?\[x\d+\]$", "", cell(NAME))
    begin = re.split(r"[<#*{\[]|X{3,}", name)[0]
    prefix = cell(WILDCARD) == "1" or begin != name
    if not begin or " " in begin:
        return None
    values = (cell(each) for each in (PLATFORM, CATEGORY, DESCRIPTION, RETENTION, CONTROLLER))
    return Known(begin, prefix, *values)


def directory(data: Path) -> Directory:
    """All that is known in an installation. Raises KnownError when the operator's file is none."""
    files = [path for path in (data / OPERATORS, *OURS) if path.is_file()]
    return _directory(tuple((path, path.stat().st_mtime_ns) for path in files))


@lru_cache(maxsize=4)
def _directory(files: tuple[tuple[Path, int], ...]) -> Directory:
    """Read once for each state of the files, which their times of change tell."""
    return Directory(known for path, _changed in files for known in read(path))
