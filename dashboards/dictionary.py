"""The data dictionary for analysts, made from the comments in schema.sql: `python -m dashboards.dictionary`.

docs/sql.md is what it prints; a test says so.
"""

import re
import sys
from collections.abc import Iterator
from typing import NamedTuple

from collector.schema import SCHEMA, statements

VIEW = re.compile(r"CREATE OR REPLACE VIEW (\w+)\s*\((.*?)\n\)\nDEFINER.*\nCOMMENT '((?:[^']|'')*)'$", re.DOTALL)
COLUMN = re.compile(r"^\s+(\w+)\s+(\S+)\s+COMMENT '((?:[^']|'')*)',?$", re.MULTILINE)
TYPES = {
    "LowCardinality(String)": "text", "Date": "date", "Nullable(Date)": "date or NULL", "Int64": "integer",
    "Nullable(Int64)": "integer or NULL", "UInt8": "integer",
}  # fmt: skip

INTRODUCTION = """\
# SQL for analysts

<!-- Made by `python -m dashboards.dictionary > docs/sql.md` from the comments in schema.sql. -->

The user `analyst` may read these views of the database `sikdatne`, and nothing else. `sikdatne doctor` prints the
address and the password. Any ClickHouse client will do:

    clickhouse-client --host 127.0.0.1 --port 9000 --user analyst --password … --database sikdatne

## Small groups

No row stands for fewer visitors than *k*: 10 for one dimension, 20 where two are crossed, 50 for a city. Smaller groups
fold into one row `other`, the smallest first; as long as what has folded is together under *k*, the next group folds
too. So never exactly one group is hidden.

* Where dimensions stand side by side (`device`, `os`, `browser`), each is folded within the one before it: a kind of
  device with few visitors on each system keeps its own row, with `other` as its system. The rows of a day always add up
  to the visitors of that day.
* One visitor sees many pages, does many events, reaches many goals and takes many steps, so what folds in
  `pages_daily`, `events_daily`, `goals_daily` and `flows_daily` is only taken for *k* visitors when one of them alone
  has *k*. The visitors of a page, an event, a goal or a step are exact for the day; those of `other` are the sum over
  what has folded.
* Two steps of a funnel tell how many were lost between them. So `funnels_daily` shows a step when *k* reached it, and
  when either nobody or *k* were lost since the step shown before it; a funnel that fewer than *k* entered on a day is
  not shown. A step hidden on a day is missing from sums over days: divide by `entered` of the same rows. A funnel
  across visits grows while its visitors come on; who asks again later sees how many came on in between.
* The rows of one view do not betray each other. Where a site counts a thing twice, such as all orders and those of a
  kind as two goals, the difference of the two rows is not guarded.
* Days with fewer than 10 visitors in all are not shown. `consents_daily` counts decisions, not visitors: there *k* is
  10 of these.
* Whole days only: a day appears at noon UTC of the next one, when it has ended in every time zone, and a week likewise.

Visitors of days cannot be added up to visitors of a month: somebody who came on two days would count twice. For the
visitors of a range ask `unique_visitors`. Two of its answers, for ranges that differ by a day, differ by the visitors
who came on that day and on no other of the range.

## Examples
"""

EXAMPLES = (
    (
        "Unique visitors of a month",
        "SELECT visitors FROM unique_visitors(site = 'example.lv', from = '2026-03-01', to = '2026-03-31')",
    ),
    (
        "Bounce rate and engaged time by day",
        "SELECT day, visits, round(100 * bounces / visits, 1) AS bounce_rate, round(seconds / visits) AS seconds\n"
        "FROM site_daily WHERE site = 'example.lv' ORDER BY day",
    ),
    (
        "Most viewed pages of a month",
        "SELECT page, sum(pageviews) AS views FROM pages_daily\n"
        "WHERE site = 'example.lv' AND day BETWEEN '2026-03-01' AND '2026-03-31'\n"
        "GROUP BY page ORDER BY views DESC LIMIT 20",
    ),
    (
        "Share of the visitors of a week who came again, week by week",
        "SELECT first_week, day, visitors,\n"
        "    round(100 * visitors / max(visitors) OVER (PARTITION BY first_week), 1) AS percent\n"
        "FROM cohorts_weekly WHERE site = 'example.lv' AND first_week IS NOT NULL ORDER BY first_week, day",
    ),
    (
        "Goals of a month, and their revenue in euros",
        "SELECT goal, sum(conversions) AS conversions, sumIf(revenue, currency = 'EUR') / 100 AS euros\n"
        "FROM goals_daily WHERE site = 'example.lv' AND day BETWEEN '2026-03-01' AND '2026-03-31'\n"
        "GROUP BY goal ORDER BY conversions DESC",
    ),
    (
        "Steps of a funnel, in percent of those who entered it",
        "SELECT step, sum(reached) AS people, round(100 * people / sum(entered), 1) AS percent\n"
        "FROM funnels_daily WHERE site = 'example.lv' AND funnel = 'Order' GROUP BY step ORDER BY step",
    ),
    (
        "Visits by country",
        "SELECT country, sum(visits) AS visits FROM places_daily\n"
        "WHERE site = 'example.lv' GROUP BY country ORDER BY visits DESC",
    ),
)


class Column(NamedTuple):
    name: str
    type: str
    comment: str


class View(NamedTuple):
    name: str
    comment: str
    columns: list[Column]


def views(schema: str) -> Iterator[View]:
    """The views that a schema declares, with their columns and comments."""
    for statement in statements(schema):
        if found := VIEW.fullmatch(statement):
            name, columns, comment = found.groups()
            yield View(name, plain(comment), [Column(*map(plain, each)) for each in COLUMN.findall(columns)])


def plain(text: str) -> str:
    """What stands in a quoted string."""
    return text.replace("''", "'")


def page(schema: str) -> str:
    """docs/sql.md."""
    parts = [INTRODUCTION]
    for title, sql in EXAMPLES:
        parts.append(f"{title}:\n\n```sql\n{sql}\n```\n")
    parts.append("## Views\n")
    for view in views(schema):
        rows = [f"| `{name}` | {TYPES.get(kind, kind)} | {comment} |" for name, kind, comment in view.columns]
        parts.append(
            "\n".join(
                (
                    f"### {view.name}",
                    "",
                    view.comment,
                    "",
                    "| column | type | holds |",
                    "| --- | --- | --- |",
                    *rows,
                    "",
                )
            )
        )
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(page(SCHEMA.read_text("utf-8")))
