"""The words of the visitor's pages: one file a language in texts/. Adding a language is adding a file.

Texts, names of codes, dates and durations; nothing here knows of requests or databases.
"""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_currency
from babel.units import format_unit

from collector.money import major_units

TEXTS = Path(__file__).parent / "texts"
FIRST = "lv"  # where no wish can be met
SOURCE = "en"  # what a text that lacks a translation is written in

REGIONS = {"en": "en_GB"}  # whose dates and times are written, where the language alone stands for another continent
Unit = Literal["second", "minute", "hour", "day", "month", "year"]


class Words:
    """The words of one language."""

    def __init__(self, language: str, texts: dict[str, Any]) -> None:
        self.language = language
        self.name: str = texts["language"]
        self.direction: str = texts["direction"]
        self.labels: dict[str, str] = texts["labels"]
        self.fields: dict[str, str] = texts["fields"]
        self.values: dict[str, dict[str, str]] = texts["values"]
        self.policy: dict[str, Any] = texts["policy"]
        self.schema: dict[str, str] = texts["schema"]
        # Units that Babel has no good word for: by plural form, with {n} for the number.
        self.units: dict[str, dict[str, str]] = texts.get("units", {})
        self.locale = Locale.parse(REGIONS.get(language, language))

    def label(self, name: str, **given: object) -> str:
        """A text of the pages, with its {placeholders} filled in."""
        return self.labels[name].format(**given)

    def field(self, name: str) -> str:
        """What a field of the browser's records means; its name where there is no word for it."""
        return self.fields.get(name, name)

    def value(self, kind: str, code: str) -> str:
        """The word for a code of this kind ("device", "method", …); the code where there is none."""
        if kind == "country":
            return str(self.locale.territories.get(code, code))
        if kind == "language":
            return str(self.locale.languages.get(code, code))
        return self.values.get(kind, {}).get(code, code)

    def comment(self, text: str) -> str:
        """What a comment of schema.sql says, in this language; as it stands where there is no translation."""
        return self.schema.get(text, text)

    def yes(self, is_so: bool) -> str:
        return self.labels["yes" if is_so else "no"]

    def date(self, day: date) -> str:
        return format_date(day, "long", self.locale)

    def instant(self, seconds: float, zone: ZoneInfo) -> str:
        """Date and time of day of an instant (seconds since the epoch), as the clocks of that zone show it."""
        local = datetime.fromtimestamp(seconds, UTC).astimezone(zone)
        return f"{self.date(local.date())}, {format_time(local.time(), 'short', locale=self.locale)}"

    def duration(self, number: int, unit: Unit) -> str:
        forms = self.units.get(unit)
        if forms is None:
            return format_unit(number, f"duration-{unit}", "long", locale=self.locale)
        return forms[self.locale.plural_form(number)].format(n=number)

    def money(self, paid: Iterable[tuple[str, int]]) -> str:
        """Amounts in minor units of their currencies, summed for each currency."""
        sums: Counter[str] = Counter()
        for currency, amount in paid:
            sums[currency] += amount
        return ", ".join(
            format_currency(major_units(amount, currency), currency, locale=self.locale)
            for currency, amount in sorted(sums.items())
        )


@cache
def languages() -> tuple[str, ...]:
    """The languages that there is a file for, FIRST in front."""
    found = sorted(path.stem for path in TEXTS.glob("*.json"))
    return tuple(sorted(found, key=lambda language: language != FIRST))


@cache
def words(language: str) -> Words:
    """The words of one of `languages()`."""
    return Words(language, json.loads((TEXTS / f"{language}.json").read_text("utf-8")))


def choose(wished: Iterable[str]) -> Words:
    """The words of the first of the wished languages (tags like "lv-LV") that there is a file for."""
    for tag in wished:
        primary = tag.strip().lower().partition("-")[0]
        if primary in languages():
            return words(primary)
    return words(FIRST)
