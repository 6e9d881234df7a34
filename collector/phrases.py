"""The words of the banner, one file a language in pixel/texts. Adding a language is adding a file."""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale

from collector.declared import Declared

TEXTS = Path(__file__).parent / "pixel" / "texts"
DEFAULT_LANGUAGE = "lv"


class Phrases:
    """The words of one language, with its rules for numbers and its direction ("ltr" or "rtl")."""

    def __init__(self, language: str, texts: dict[str, Any]) -> None:
        self.language = language
        self.texts = texts
        locale = Locale.parse(language)
        self.direction: str = locale.text_direction
        self.name: str = locale.get_display_name() or language
        self._form = locale.plural_form

    def counted(self, forms: dict[str, str], number: int, **named: str) -> str:
        """The form for this number, of those that the language has; "other" serves where one is not given."""
        return filled(forms.get(self._form(number)) or forms["other"], n=str(number), **named)

    def duration(self, cookie: Declared) -> str:
        """How long a cookie is kept."""
        return self.counted(self.texts["units"][cookie.unit], cookie.amount)

    def cookies(self, number: int) -> str:
        """So many cookies."""
        return self.counted(self.texts["cookies"], number)


def filled(text: str, **named: str) -> str:
    """A text with its {placeholders} filled in; braces that are none stay as they are."""
    for name, value in named.items():
        text = text.replace(f"{{{name}}}", value)
    return text


@cache
def languages(folder: Path = TEXTS) -> tuple[str, ...]:
    """Languages that there are texts for; the default comes first."""
    found = sorted(path.stem for path in folder.glob("*.json"))
    return tuple(sorted(found, key=lambda language: language != DEFAULT_LANGUAGE))


@cache
def phrases(language: str, folder: Path = TEXTS) -> Phrases:
    """The words of one of `languages()`."""
    return Phrases(language, json.loads((folder / f"{language}.json").read_text("utf-8")))


def choose_language(wished: Iterable[str]) -> str:
    """The first of the wished languages (tags like "lv-LV") that there are texts for, else the default."""
    for tag in wished:
        primary = tag.strip().lower().partition("-")[0]
        if primary in languages():
            return primary
    return DEFAULT_LANGUAGE
