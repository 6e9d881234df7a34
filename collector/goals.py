"""Goals and funnels of the sites: added, listed, removed, and handed to the collector as rules.

A number is what a visitor's browser remembers of a goal or a funnel. It is therefore never given to another one: what
is removed leaves its row behind, and gets its number back when exactly the same is added again.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
from sqlalchemy import JSON, column, select, table
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from collector.database import Base, Database, Instant
from collector.goal_checks import Funnel, Goal, GoalError, Kind, checked_goal, checked_name, checked_steps
from collector.rules import FunnelRule, GoalRule, Rules

MOST_GOALS = 63  # numbers of goals are the bits of an integer
MOST_FUNNELS = 8  # at one time
LAST_FUNNEL = 255
SITES = table("sites", column("domain"))


class GoalRow(Base):
    __tablename__ = "goals"

    site: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    kind: Mapped[Kind]
    event: Mapped[str]
    props: Mapped[list[list[str]]] = mapped_column(JSON)
    page: Mapped[str]
    threshold: Mapped[int]
    created: Mapped[datetime] = mapped_column(Instant)
    removed: Mapped[datetime | None] = mapped_column(Instant)


class FunnelRow(Base):
    __tablename__ = "funnels"

    site: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    steps: Mapped[list[int]] = mapped_column(JSON)
    strict: Mapped[bool]
    across: Mapped[bool]
    created: Mapped[datetime] = mapped_column(Instant)
    removed: Mapped[datetime | None] = mapped_column(Instant)


AnyRow = TypeVar("AnyRow", GoalRow, FunnelRow)


def list_goals(database: Database, site: str) -> list[Goal]:
    """The goals of a site, in the order in which they were added."""
    with database.session() as session:
        return [_goal(row) for row in _rows(session, GoalRow, site) if row.removed is None]


def list_funnels(database: Database, site: str) -> list[Funnel]:
    with database.session() as session:
        return [_funnel(row) for row in _rows(session, FunnelRow, site) if row.removed is None]


def had_goals(database: Database, site: str) -> bool:
    """Whether the site ever had a goal."""
    with database.session() as session:
        return bool(_rows(session, GoalRow, site))


def add_goal(database: Database, site: str, goal: Goal, *, now: float) -> Goal:
    """Add a goal and return it with its number. Raises GoalError."""
    goal = checked_goal(goal)
    try:
        with database.session() as session:
            _check_site(session, site)
            rows = _rows(session, GoalRow, site)
            _check_free(rows, goal.name, "goal")
            same = [row for row in rows if _goal(row).condition() == goal.condition()]
            if same:
                same[0].removed = None
                return _goal(same[0])
            if len(rows) >= MOST_GOALS:
                raise GoalError(
                    f"a site can have {MOST_GOALS} goals in its life, removed ones included; "
                    "a removed one can be added again as it was"
                )
            row = GoalRow(site=site, created=datetime.fromtimestamp(now, UTC), **_goal_columns(goal))
            row.number = len(rows) + 1
            session.add(row)
        return _goal(row)
    except IntegrityError as error:
        raise GoalError("somebody else added a goal at the same moment; try again") from error


def add_funnel(
    database: Database, site: str, name: str, goals: Sequence[str], strict: bool = False, across: bool = False, *,
    now: float,
) -> Funnel:  # fmt: skip
    """Add a funnel over goals, given by their names, and return it with its number. Raises GoalError."""
    name = checked_name(name, "funnel")
    try:
        with database.session() as session:
            _check_site(session, site)
            rows = _rows(session, FunnelRow, site)
            _check_free(rows, name, "funnel")
            funnel = Funnel(name, checked_steps(_numbers(session, site, goals)), strict, across)
            if sum(row.removed is None for row in rows) >= MOST_FUNNELS:
                raise GoalError(f"a site can have {MOST_FUNNELS} funnels; remove one first")
            same = [row for row in rows if _funnel(row).condition() == funnel.condition()]
            if same:
                same[0].removed = None
                return _funnel(same[0])
            if len(rows) >= LAST_FUNNEL:
                raise GoalError(f"a site can have {LAST_FUNNEL} funnels in its life, removed ones included")
            row = FunnelRow(
                site=site, number=len(rows) + 1, name=name, steps=list(funnel.steps), strict=strict, across=across,
                created=datetime.fromtimestamp(now, UTC),
            )  # fmt: skip
            session.add(row)
        return _funnel(row)
    except IntegrityError as error:
        raise GoalError("somebody else added a funnel at the same moment; try again") from error


def remove_goal(database: Database, site: str, name: str, *, now: float) -> None:
    """Stop counting a goal; what was counted stays. Raises GoalError, also while a funnel needs it."""
    with database.session() as session:
        _check_site(session, site)
        row = _alive(_rows(session, GoalRow, site), name, "goal")
        users = [each.name for each in _rows(session, FunnelRow, site) if not each.removed and row.number in each.steps]
        if users:
            raise GoalError(f"{name} is a step of the funnel {users[0]}; remove that funnel first")
        row.removed = datetime.fromtimestamp(now, UTC)


def remove_funnel(database: Database, site: str, name: str, *, now: float) -> None:
    """Stop counting a funnel; what was counted stays. Raises GoalError."""
    with database.session() as session:
        _check_site(session, site)
        _alive(_rows(session, FunnelRow, site), name, "funnel").removed = datetime.fromtimestamp(now, UTC)


def all_rules(session: Session) -> dict[str, Rules]:
    """What the collector compares hits with, by site; two questions to the database."""
    goals: dict[str, tuple[list[GoalRule], list[GoalRule]]] = {}
    funnels: dict[str, list[FunnelRule]] = {}
    for row in session.scalars(select(GoalRow).order_by(GoalRow.number)):
        goals.setdefault(row.site, ([], []))[row.removed is not None].append(_goal_rule(_goal(row)))
    for each in session.scalars(select(FunnelRow).where(FunnelRow.removed.is_(None)).order_by(FunnelRow.number)):
        rule = FunnelRule(each.number, each.name, tuple(each.steps), each.strict, each.across)
        funnels.setdefault(each.site, []).append(rule)
    return {
        site: Rules(tuple(found), tuple(funnels.get(site, ())), tuple(past)) for site, (found, past) in goals.items()
    }


def _goal_rule(goal: Goal) -> GoalRule:
    return GoalRule(goal.number, goal.name, goal.kind, goal.event, goal.props, goal.page, goal.threshold)


def _rows(session: Session, kind: type[AnyRow], site: str) -> list[AnyRow]:
    """All that a site ever had, by number."""
    return list(session.scalars(select(kind).where(kind.site == site).order_by(kind.number)))


def _check_site(session: Session, site: str) -> None:
    """Also makes changes of one site wait for one another, where the database can."""
    if session.scalar(select(SITES.c.domain).where(SITES.c.domain == site).with_for_update()) is None:
        raise GoalError(f"there is no site {site}; `sikdatne site list` shows those that are")


def _check_free(rows: Sequence[GoalRow | FunnelRow], name: str, what: str) -> None:
    if any(row.name == name and row.removed is None for row in rows):
        raise GoalError(f"there is a {what} called {name} already")


def _alive(rows: list[AnyRow], name: str, what: str) -> AnyRow:
    for row in rows:
        if row.name == name and row.removed is None:
            return row
    raise GoalError(f"there is no {what} called {name}; `sikdatne {what} list` shows those that are")


def _numbers(session: Session, site: str, names: Sequence[str]) -> list[int]:
    rows = _rows(session, GoalRow, site)
    return [_alive(rows, name, "goal").number for name in names]


def _goal(row: GoalRow) -> Goal:
    props = tuple((key, value) for key, value in row.props)
    return Goal(row.name, row.kind, row.event, props, row.page, row.threshold, row.number)


def _goal_columns(goal: Goal) -> dict[str, object]:
    return msgspec.structs.asdict(goal) | {"props": [list(pair) for pair in goal.props]}


def _funnel(row: FunnelRow) -> Funnel:
    return Funnel(row.name, tuple(row.steps), row.strict, row.across, row.number)
