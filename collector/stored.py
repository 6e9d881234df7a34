"""What the store keeps: its tables and columns with their comments, read from schema.sql. No I/O but that file."""

import re
from functools import cache
from typing import NamedTuple

from collector.schema import SCHEMA, statements

TABLE = re.compile(r"CREATE TABLE IF NOT EXISTS (\w+)\s*\((.*?)\n\)\s*\n(.*)", re.DOTALL)
COLUMN = re.compile(r"^\s+(\w+)\s+(.+?)\s*COMMENT '((?:[^']|'')*)'", re.MULTILINE)
COMMENT = re.compile(r"^COMMENT '((?:[^']|'')*)'", re.MULTILINE)
INTERVAL = re.compile(r"^TTL \w+ \+ INTERVAL (\d+) (DAY|MONTH)", re.MULTILINE)
DETAIL = re.compile(r"TO (\w+) AS\b.*\bdetail_expires\) AS expires\b", re.DOTALL)


class Column(NamedTuple):
    name: str
    comment: str


class Table(NamedTuple):
    """`kept` is "detail", "rollup" or "proof" for settings of the site, "30 day" for itself, empty for ever."""

    name: str
    comment: str
    columns: tuple[Column, ...]
    kept: str


@cache
def tables() -> tuple[Table, ...]:
    """The tables that keep rows, in the order of schema.sql."""
    return read(SCHEMA.read_text("utf-8"))


def read(sql: str) -> tuple[Table, ...]:
    """The tables that this schema keeps rows in. Null tables and views keep none."""
    all_statements = list(statements(sql))
    detailed = {found[1] for each in all_statements if (found := DETAIL.search(each))}
    made = []
    for statement in all_statements:
        match = TABLE.match(statement)
        if match is None or re.match(r"ENGINE = Null\b", match[3]):
            continue
        name, body, rest = match.groups()
        columns = tuple(Column(column, plain(comment)) for column, _type, comment in COLUMN.findall(body))
        comment = COMMENT.search(rest)
        made.append(Table(name, plain(comment[1]) if comment else "", columns, kept(name, rest, name in detailed)))
    return tuple(made)


def kept(name: str, rest: str, detailed: bool) -> str:
    interval = INTERVAL.search(rest)
    if interval:
        return f"{interval[1]} {interval[2].lower()}"
    if re.search(r"^TTL detail_expires", rest, re.MULTILINE) or detailed:
        return "detail"
    if re.search(r"^TTL expires", rest, re.MULTILINE):
        return "proof" if name == "consent_log" else "rollup"
    return ""


def table(name: str) -> Table:
    return next(each for each in tables() if each.name == name)


def plain(quoted: str) -> str:
    return quoted.replace("''", "'")
