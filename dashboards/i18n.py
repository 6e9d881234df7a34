"""Texts and figures in the reader's language: flask-babel's functions with their types."""

from datetime import date, datetime
from typing import Any

import flask_babel
from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_compact_decimal, format_currency
from flask import request

LANGUAGES = ("en",)


def _(text: str, **values: Any) -> str:
    """The translation of a text, with its %(name)s filled in."""
    return str(flask_babel.gettext(text, **values))


def locale() -> Locale:
    found = flask_babel.get_locale()
    return found if isinstance(found, Locale) else Locale("en")


def decimal(value: float, pattern: str = "#,##0") -> str:
    return str(flask_babel.format_decimal(value, pattern))


def percent(part: float, pattern: str = "#,##0%") -> str:
    """`part` is a share of one."""
    return str(flask_babel.format_percent(part, pattern))


def compact(value: float) -> str:
    """A large number in little room: 12.5K."""
    return format_compact_decimal(value, locale=locale(), fraction_digits=1)


def currency(amount: float, code: str, *, cents: bool = False) -> str:
    """An amount of money; whole amounts without their cents, unless these are wanted."""
    if cents or amount != round(amount):
        return format_currency(amount, code, locale=locale())
    pattern = locale().currency_formats["standard"].pattern.replace(".00", "")
    return format_currency(amount, code, format=pattern, locale=locale(), currency_digits=False)


def date_text(at: datetime | date, pattern: str) -> str:
    """A date or a local time by a pattern of CLDR, in the words of the language."""
    return (
        format_datetime(at, pattern, locale=locale())
        if isinstance(at, datetime)
        else format_date(at, pattern, locale())
    )


def choose() -> str:
    """The language of the current request: the browser's first wish that there is a translation for."""
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]
