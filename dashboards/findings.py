"""What the names of a site's cookies tell: set before consent, not declared, declared and never seen. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from collector.declared import Declared
from collector.tallies import BEFORE
from dashboards.known_cookies import Directory, Known

Kind = Literal["before", "undeclared", "unseen"]
KINDS: tuple[Kind, ...] = ("before", "undeclared", "unseen")


class Seen(NamedTuple):
    """How often pages saw a name, before or after consent."""

    name: str
    moment: str
    page: str
    times: int
    first: date
    last: date


@dataclass
class Cookie:
    """A name with everything that is known of it. `before` and `after` are sums by page."""

    name: str
    declared: Declared | None
    known: Known | None
    before: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)
    since: date = date.max  # first day before consent
    last: date = date.min

    @property
    def pages(self) -> list[tuple[str, int]]:
        """Pages that saw it before consent, the most frequent first."""
        return sorted(self.before.items(), key=lambda pair: (-pair[1], pair[0]))

    @property
    def all_pages(self) -> int:
        return len(self.before | self.after)

    @property
    def kind(self) -> Kind | None:
        """What is wrong with it, if anything is."""
        if self.declared is None:
            return "before" if self.before else "undeclared"
        return "before" if self.before and self.declared.purpose != "necessary" else None


class Finding(NamedTuple):
    """One thing to do something about."""

    kind: Kind
    cookie: Cookie

    @property
    def times(self) -> int:
        return sum((self.cookie.before if self.kind == "before" else self.cookie.after).values())


def cookies(seen: Iterable[Seen], declared: Sequence[Declared], known: Directory) -> list[Cookie]:
    """The names that were seen, the most frequent first."""
    found: dict[str, Cookie] = {}
    for each in seen:
        cookie = found.get(each.name)
        if cookie is None:
            cookie = found[each.name] = Cookie(each.name, declaration(each.name, declared), known.find(each.name))
        pages = cookie.before if each.moment == BEFORE else cookie.after
        pages[each.page] = pages.get(each.page, 0) + each.times
        cookie.last = max(cookie.last, each.last)
        if each.moment == BEFORE:
            cookie.since = min(cookie.since, each.first)
    return sorted(found.values(), key=lambda each: (-sum(each.before.values()) - sum(each.after.values()), each.name))


def declaration(name: str, declared: Sequence[Declared]) -> Declared | None:
    """The declaration that covers a name: that of the name itself before one with a `*`."""
    covering = [each for each in declared if each.name == name or each.covers(name)]
    return min(covering, key=lambda each: (each.name != name, -len(each.name)), default=None)


def findings(found: Sequence[Cookie], declared: Sequence[Declared]) -> list[Finding]:
    """What to do something about, the most urgent first. Without any report nothing can be missing."""
    made = [Finding(kind, each) for kind in KINDS for each in found if each.kind == kind]
    if found:
        met = {each.declared.name for each in found if each.declared is not None}
        seen = {each.name for each in found}
        made += [
            Finding("unseen", Cookie(each.name, each, None))
            for each in declared
            if each.name not in met and not any(each.covers(name) for name in seen)
        ]
    return made
