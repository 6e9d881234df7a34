"""The register of requests about personal data that came by e-mail or letter, with the month that each has.

A request is answered within one month of its receipt, by the calendar: what came on 31 January is due on the last day
of February. It can be extended by two further months when there is a reason, of which the person is told within the
first (GDPR 12(3)). No grace is given for weekends: earlier is never too late.

The register needs to know nobody: it holds a reference that the owner chooses, and refuses what looks like personal
data. Answered requests are deleted when the site's `request_months` are over.
"""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from typing import Literal, get_args

from sqlalchemy import ForeignKey, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from collector.database import LAST_NUMBER, Base, Database
from collector.sites import SiteRow
from collector.text import without_personal

Kind = Literal["access", "rectification", "erasure", "restriction", "portability", "objection", "complaint"]
Outcome = Literal["done", "partly", "refused", "nothing_held"]
KINDS: tuple[Kind, ...] = get_args(Kind)
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
MONTHS, MORE_MONTHS = 1, 2
SOON_DAYS = 7
LONGEST = {"reference": 60, "extension": 300, "done": 500}  # characters
CSV_FIELDS = ("id", "kind", "reference", "received", "due", "extension", "answered", "outcome", "done")


class RequestError(Exception):
    """A request cannot be entered or changed so; the message says why in one line."""


class Request(Base):
    """One request. `extension` is the reason for more time, `done` what was done; both empty until then."""

    __tablename__ = "requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    site: Mapped[str] = mapped_column(ForeignKey("sites.domain", ondelete="CASCADE"))
    kind: Mapped[str]
    reference: Mapped[str]
    received: Mapped[date]
    due: Mapped[date]
    extension: Mapped[str]
    answered: Mapped[date | None]
    outcome: Mapped[str]
    done: Mapped[str]

    def state(self, today: date) -> Literal["answered", "overdue", "soon", "open"]:
        """Where it stands on that day."""
        if self.answered is not None:
            return "answered"
        if today > self.due:
            return "overdue"
        return "soon" if (self.due - today).days <= SOON_DAYS else "open"

    def days_left(self, today: date) -> int:
        """Days until it is due; below zero when it is overdue."""
        return (self.due - today).days


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add(database: Database, site: str, kind: str, reference: str, received: date, today: date) -> Request:
    """Enter a request. Raises RequestError."""
    if kind not in KINDS:
        raise RequestError(f"the kind is one of {', '.join(KINDS)}")
    if received > today:
        raise RequestError("a request cannot be received in the future")
    made = Request(
        site=site, kind=kind, reference=plain("reference", reference), received=received,
        due=months_later(received, MONTHS), extension="", answered=None, outcome="", done="",
    )  # fmt: skip
    with database.session() as session:
        if session.get(SiteRow, site) is None:
            raise RequestError(f"there is no site {site}; `sikdatne site list` shows those that are")
        session.add(made)
    return made


def extend(database: Database, site: str, number: int, reason: str, today: date) -> Request:
    """Give a request two further months. Raises RequestError."""
    reason = plain("extension", reason)
    if not reason:
        raise RequestError("an extension needs its reason, which the person is told as well")
    with database.session() as session:
        found = open_one(session, site, number)
        if found.extension:
            raise RequestError(f"request {number} has been extended already; that is possible once")
        if today > found.due:
            raise RequestError(f"request {number} was due on {found.due}; it could have been extended until then")
        found.extension = reason
        found.due = months_later(found.received, MONTHS + MORE_MONTHS)
        return found


def answer(database: Database, site: str, number: int, outcome: str, done: str, day: date) -> Request:
    """Book the answer given on that day. Raises RequestError."""
    if outcome not in OUTCOMES:
        raise RequestError(f"the outcome is one of {', '.join(OUTCOMES)}")
    done = plain("done", done)
    if not done:
        raise RequestError("say in a few words what was done")
    with database.session() as session:
        found = open_one(session, site, number)
        if day < found.received:
            raise RequestError(f"request {number} was received on {found.received} and cannot be answered before")
        found.answered, found.outcome, found.done = day, outcome, done
        return found


def open_one(session: Session, site: str, number: int) -> Request:
    found = session.get(Request, number, with_for_update=True) if number <= LAST_NUMBER else None
    if found is None or found.site != site:
        raise RequestError(f"{site} has no request {number}")
    if found.answered is not None:
        raise RequestError(f"request {number} was answered on {found.answered}")
    return found


def plain(field: str, text: str) -> str:
    """A text of an owner in one line. Raises RequestError when it is too long or looks like personal data."""
    text = " ".join(text.split())
    if len(text) > LONGEST[field]:
        raise RequestError(f"the {field} has at most {LONGEST[field]} characters")
    if without_personal(text) != text:
        raise RequestError("leave out e-mail addresses, telephone numbers and personal codes: a reference is enough")
    return text


def requests(database: Database, site: str, today: date) -> list[Request]:
    """The requests of a site: open ones by the day they are due, then answered ones, the newest first.

    Answered ones whose time is over are deleted before.
    """
    delete_old(database, today)
    with database.session() as session:
        found = session.scalars(select(Request).where(Request.site == site)).all()
    return [
        *sorted((each for each in found if each.answered is None), key=lambda each: (each.due, each.id)),
        *sorted((each for each in found if each.answered), key=lambda each: (each.answered, each.id), reverse=True),
    ]


def overdue(database: Database, site: str, today: date) -> int:
    """How many requests of a site should have been answered before that day."""
    with database.session() as session:
        late = select(func.count()).where(Request.site == site, Request.answered.is_(None), Request.due < today)
        return session.scalar(late) or 0


def delete_old(database: Database, today: date) -> int:
    """Delete answered requests that the settings of their site no longer keep. Their number."""
    with database.session() as session:
        answered = session.execute(
            select(Request.id, Request.answered, SiteRow.request_months)
            .join(SiteRow, SiteRow.domain == Request.site)
            .where(Request.answered.is_not(None))
        )
        old = [number for number, day, months in answered if day and months_later(day, months) < today]
        if old:
            session.execute(delete(Request).where(Request.id.in_(old)))
    return len(old)


def table(found: Iterable[Request]) -> list[list[str]]:
    """The register as rows of text, with a head."""
    rows = [[str(value) if (value := getattr(each, name)) is not None else "" for name in CSV_FIELDS] for each in found]
    return [list(CSV_FIELDS), *rows]
