"""Names of cookies and answers to the banner in a store, as the collector counts them, for tests of their pages."""

from datetime import date

from collector import rows, tallies
from collector.clock import day_number
from collector.store import Store
from collector.tallies import Outcome
from tests.dashboards.counting import KEPT_DAY

SITE = "example.lv"


def insert(store: Store, payloads: list[bytes], token: str) -> None:
    """What the shipper does with such frames."""
    for batch in rows.columns(payloads).extras:
        store.insert_columns(batch.table, batch.columns, batch.data, token)


def cookies(day: date, page: str, before: list[str], after: list[str], times: int = 1) -> list[bytes]:
    days = (day_number(day), day_number(KEPT_DAY))
    return [tallies.encode_cookies(SITE, days, page, before, after)] * times


def answers(
    day: date, outcome: Outcome, times: int, language: str = "lv", device: str = "mobile", page: str = "/"
) -> list[bytes]:  # fmt: skip
    days = (day_number(day), day_number(KEPT_DAY))
    where = [("language", language), ("device", device), ("page", page)]
    return [tallies.encode_banner(SITE, days, outcome, where)] * times
