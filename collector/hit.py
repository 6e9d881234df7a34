"""The hit that a beacon reports, with nothing in it that may not be kept."""

from typing import cast

from collector.money import CURRENCIES, minor_units
from collector.payload import Payload, Value
from collector.rules import Pairs
from collector.state import Hit, Kind
from collector.text import clean_text
from collector.vitals import METRICS, bucket_of

LONGEST_NAME = 120  # bytes, of an event


def hit_of(payload: Payload, page: str, marketing: bool) -> Hit:
    """The hit on `page`, a path as it is kept. Topics count only with consent to `marketing`, and revenue only in
    currencies that exist."""
    kind = cast(Kind, payload.kind)  # decode() lets only these pass
    if kind == "pageview":
        return Hit(kind, page, topic=clean_text(payload.topic) if marketing and payload.topic else "")
    if kind == "leave":
        depth = None if payload.depth is None else round(min(payload.depth, 100))
        return Hit(kind, page, "", round(payload.seconds), depth, vitals=_vitals(payload))
    if kind == "vitals":
        return Hit(kind, page, vitals=_vitals(payload))
    name, props = clean_text(payload.name, LONGEST_NAME), _props(payload)
    currency = payload.revenue.currency.upper() if payload.revenue is not None else ""
    if payload.revenue is None or currency not in CURRENCIES:  # nobody could say what an amount of it is worth
        return Hit(kind, page, name, props=props)
    return Hit(kind, page, name, props=props, revenue=minor_units(payload.revenue.amount, currency), currency=currency)


def _vitals(payload: Payload) -> tuple[tuple[str, int], ...]:
    if payload.vitals is None:
        return ()
    measured = ((metric, getattr(payload.vitals, metric)) for metric in METRICS)
    return tuple((metric, bucket_of(metric, value)) for metric, value in measured if value is not None)


def _props(payload: Payload) -> Pairs:
    """The properties of an event as short texts; those without a name or a value are left out."""
    if not payload.props:
        return ()
    kept = {clean_text(key): clean_text(_text(value)) for key, value in payload.props.items()}
    return tuple((key, value) for key, value in kept.items() if key and value)


def _text(value: Value) -> str:
    """A value as a page would write it: true, 3, 2.5, text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return "" if value is None else str(value)
