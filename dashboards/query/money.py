"""Amounts of money: whole numbers of minor units in the counters, decimals of a currency in answers. Pure."""

from collections.abc import Mapping
from typing import TypedDict

from babel.numbers import format_compact_currency, format_currency

from collector.money import digits

Amounts = dict[str, float]


class Money(TypedDict):
    """An amount in the shape of Plausible's Stats API."""

    value: float
    currency: str
    short: str
    long: str


def decimal(minor: float, currency: str) -> float:
    """An amount in the currency's own unit: 1250 cents are 12.5 EUR, 1250 yen stay yen."""
    return float(round(minor / 10 ** digits(currency), digits(currency)))


def amounts(minor: Mapping[str, int]) -> Amounts:
    """Decimals by currency, in the order of the currencies' codes."""
    return {currency: decimal(value, currency) for currency, value in sorted(minor.items()) if value}


def money(minor: Mapping[str, int], conversions: int | None = None) -> Money | None:
    """The total, or with `conversions` what each of them brought on average; None for no currency or for several."""
    one = amounts(minor)
    if len(one) != 1 or conversions == 0:
        return None
    (currency, value) = one.popitem()
    if conversions is not None:
        value = decimal(minor[currency] / conversions, currency)
    return {
        "value": value,
        "currency": currency,
        "short": format_compact_currency(value, currency, locale="en", fraction_digits=1),
        "long": format_currency(value, currency, locale="en"),
    }
