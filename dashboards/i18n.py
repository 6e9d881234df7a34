"""Texts and figures in the reader's language: flask-babel's functions with their types."""

from typing import Any

import flask_babel
from babel import Locale
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


def choose() -> str:
    """The language of the current request: the browser's first wish that there is a translation for."""
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]
