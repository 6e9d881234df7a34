"""What an import adds beside page views: goals by pages, funnels, ways, cohorts."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from collector import rows
from collector.rules import FunnelRule, GoalRule, Rules
from collector.sites import Site
from tests.collector.importing import deltas, import_it, segments

RULES = Rules(
    (GoalRule(1, "Shop", "page", page="/shop/**"), GoalRule(2, "Thanks", "page", page="/thanks")),
    (FunnelRule(1, "Buy", (1, 2), across=True), FunnelRule(2, "Buy at once", (1, 2), strict=True)),
)
LINE = '203.0.113.{who} - - [{when} +0200] "GET {path} HTTP/1.1" 200 9 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"\n'  # noqa: E501
VISITS = [
    (1, "05/Jan/2026:10:00:00", "/"),
    (1, "05/Jan/2026:10:01:00", "/shop/shoes"),
    (2, "05/Jan/2026:10:02:00", "/shop/hats"),
    (2, "05/Jan/2026:10:03:00", "/thanks"),
    (2, "05/Jan/2026:10:04:00", "/shop/hats"),
    (1, "08/Jan/2026:10:00:00", "/thanks"),
    (3, "09/Jan/2026:23:59:00", "/a"),
    (3, "10/Jan/2026:00:01:00", "/b"),
]


def extras_of(data: Path, table: str) -> list[dict[str, Any]]:
    payloads = [payload for segment in segments(data) for payload in segment.read()[1].payloads]
    for found, columns, values in rows.columns(payloads).extras:
        if found == table:
            return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]
    return []


def test_an_import_reaches_goals_and_funnels_and_counts_ways_and_cohorts(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("".join(LINE.format(who=who, when=when, path=path) for who, when, path in VISITS))
    import_it(log, tmp_path, Site("example.lv", rules=RULES))
    conversions: Counter[tuple[int, str]] = Counter()
    for row in extras_of(tmp_path, "goal_hits"):
        conversions[row["day"].day, row["goal"]] += row["conversions"]
    assert conversions == {(5, "Shop"): 2, (5, "Thanks"): 1, (8, "Thanks"): 1}
    # The visitor of the fifth and the eighth completes the funnel across visits, on the day it was entered.
    steps: Counter[tuple[int, str, int]] = Counter()
    for row in extras_of(tmp_path, "funnel_hits"):
        steps[row["day"].day, row["funnel"], row["step"]] += row["reached"]
    assert steps == {(5, "Buy", 1): 2, (5, "Buy", 2): 2, (5, "Buy at once", 1): 2, (5, "Buy at once", 2): 1}
    moves = [row for row in deltas(segments(tmp_path)) if row["before1"] and row["pageviews"]]
    ways = {(row["day"].day, row["before2"], row["before1"], row["page"]) for row in moves}
    assert ways == {
        (5, "", "/", "/shop/shoes"), (5, "", "/shop/hats", "/thanks"), (5, "/shop/hats", "/thanks", "/shop/hats"),
        (10, "", "/a", "/b"),
    }  # fmt: skip
    cohorts: Counter[tuple[str, date, date]] = Counter()
    for row in extras_of(tmp_path, "cohort_hits"):
        cohorts[row["unit"], row["born"], row["period"]] += row["visitors"]
    monday, first = date(2026, 1, 5), date(2026, 1, 1)
    assert cohorts == {("week", monday, monday): 3, ("month", first, first): 3}
