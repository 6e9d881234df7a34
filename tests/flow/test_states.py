"""A browser whose state is lost, repeated, forged or old, and a clock that steps: the real counter against a model.

The model is a tree. A token stands for the hits that its state has seen; a hit that is sent with it is one more hit
behind these, whatever else was sent meanwhile, and adds what the plain reading says of the longer row less what it says
of the shorter one. A browser without trouble is one straight row, and there the model is the plain reading itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from collector import rows
from collector.beacon import Counted, Counter, Request
from collector.body import decode
from collector.config import Settings
from collector.database import upgrade
from collector.device import Hints
from collector.goal_checks import Goal
from collector.goals import add_funnel, add_goal
from collector.ledger import SpoolReader
from collector.services import Services, open_services
from collector.sites import add_site
from collector.spool import SpoolWriter
from collector.state import Origin
from collector.tokens import MAX_TOKEN, ConsentGrant, SignedTokens, VisitTokens
from tests.collector.oracle import RawHit, day_of, totals, visits_of
from tests.collector.test_endpoint import CHROME
from tests.flow.books import Books, counted, read, reports, without_nothing
from tests.flow.examples import DAY, GOALS, HOUR, MINUTE, body, raw_hits

SITE, OTHER, ZONE = "example.lv", "other.lv", "Europe/Riga"
NOON = int(datetime(2026, 10, 23, 9, tzinfo=UTC).timestamp())  # a Friday; on Sunday the clocks go back
FUNNELS = (
    ("Loose", False, False),
    ("Strict", True, False),
    ("Loose across", False, True),
    ("Strict across", True, True),
)
CORE = {"visits", "bounces", "pageviews", "events", "seconds", "entries", "exits", "visitors", "depth", "depths"}
pauses = st.one_of(
    st.integers(0, 90), st.integers(0, 45 * MINUTE), st.integers(0, 10 * HOUR), st.integers(0, 40 * DAY),
    st.integers(28 * MINUTE, 31 * MINUTE), st.sampled_from([200 * DAY, 392 * DAY, 393 * DAY]),
    st.integers(-9 * MINUTE, 0), st.integers(-13 * MINUTE, -9 * MINUTE), st.integers(-2 * HOUR, 0),
)  # fmt: skip


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """A site with goals and funnels."""
    opened = open_services(Settings.from_environment({"SIKDATNE_DATA": str(tmp_path_factory.mktemp("data"))}))
    upgrade(opened.database)
    for site in (SITE, OTHER):
        add_site(opened.database, site, ZONE, now=NOON)
    for goal in GOALS:
        fields = {name: getattr(goal, name) for name in Goal.__struct_fields__}
        add_goal(opened.database, SITE, Goal(**fields), now=NOON)
    for name, strict, across in FUNNELS:
        add_funnel(opened.database, SITE, name, ["Any page", "Blog", "Anything"], strict, across, now=NOON)
    yield opened
    opened.close()


@dataclass(frozen=True)
class Kept:
    """A token that a browser keeps or kept, and the hits that its state has seen; none where it says nothing here."""

    text: str = ""
    key: int = 0
    seen: tuple[RawHit, ...] = ()


class Browser(RuleBasedStateMachine):
    """One browser, its collector, and what should have been counted."""

    services: Services

    @initialize()
    def start(self) -> None:
        self.directory = TemporaryDirectory()
        self.spool = SpoolWriter.open(Path(self.directory.name))
        self.counter = Counter(
            self.services.sites, self.spool, VisitTokens([b"0" * 32]), self.services.consents, self.services.locate
        )
        site = self.services.sites.get(SITE, NOON)
        assert site is not None
        self.wanted = site.rules
        self.now, self.keys = NOON, [0]
        self.token, self.issued = Kept(), [Kept()]
        self.expected: Books = read([], self.wanted, ZONE)
        self.drops = {"token": 0, "no_visit": 0}
        self.received: list[RawHit] = []
        self.troubles = self.went_back = 0
        self.forgot = False

    @rule(data=st.data(), waits=st.lists(st.integers(0, 20 * MINUTE) | pauses, min_size=2, max_size=8))
    def browses(self, data: st.DataObject, waits: list[int]) -> None:
        """Several beacons, and nothing goes wrong but for the clock."""
        for pause in waits:
            self.sends(data, pause, True)

    @rule(data=st.data(), pause=pauses, answered=st.booleans())
    def sends(self, data: st.DataObject, pause: int, answered: bool) -> None:
        """A beacon. When its answer is lost, the browser goes on with what it had."""
        self.now += pause
        new = self.count(data.draw(raw_hits(0, self.now)), self.token)
        if answered:
            self.token = new
        else:
            self.troubles += 1

    @rule(data=st.data(), pause=st.integers(0, 5))
    def sends_twice(self, data: st.DataObject, pause: int) -> None:
        """A beacon arrives twice, with the same state; the browser keeps one of the answers."""
        hit = data.draw(raw_hits(0, self.now))
        answers = [self.count(hit, self.token)]
        self.now += pause
        answers.append(self.count(replace(hit, at=self.now), self.token))
        self.token = data.draw(st.sampled_from(answers))
        self.troubles += 1

    @rule(data=st.data(), pause=pauses)
    def sends_an_old_state(self, data: st.DataObject, pause: int) -> None:
        """A tab on another host of the site, a restored backup: any state that was ever given out."""
        self.now += pause
        self.token = self.count(data.draw(raw_hits(0, self.now)), data.draw(st.sampled_from(self.issued)))
        self.troubles += 1

    @precondition(lambda self: self.token.text)
    @rule(data=st.data())
    def changes_a_character(self, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(self.token.text) - 1))
        other = "A" if self.token.text[at] != "A" else "B"
        self.spoils(self.token.text[:at] + other + self.token.text[at + 1 :])

    @precondition(lambda self: self.token.text)
    @rule()
    def brings_a_state_of_another_site(self) -> None:
        state = self.counter.visits.decode(SITE, self.token.text)
        self.spoils(self.counter.visits.encode(OTHER, state) if state else "foreign.token")

    @rule()
    def deletes_the_data_of_the_site(self) -> None:
        self.token = Kept()
        self.troubles += 1

    @rule(forget=st.booleans())
    def the_secret_is_changed(self, forget: bool) -> None:
        """The old one still opens states, or is gone with all of them."""
        self.keys = [self.keys[0] + 1, *([] if forget else self.keys)]
        self.counter.visits = VisitTokens([str(key).encode() * 32 for key in self.keys])
        self.troubles += forget

    @precondition(lambda self: self.token.text)
    @rule()
    def brings_a_state_of_version_0_1(self) -> None:
        """Which had no goals, funnels and flows in it, and the names of the origin's fields."""
        state = self.counter.visits.decode(SITE, self.token.text)
        if state is None or self.token.key != self.keys[0]:
            return
        fields = msgspec.to_builtins(state)
        for name in ("seconds", "goals", "funnels", "trail", "steps", "reached", "first", "spent"):
            fields.pop(name, None)
        names = [name for name in Origin.__struct_fields__ if name != "connection"]
        fields["origin"] = {name: value for name, value in zip(names, fields["origin"], strict=False) if value}
        text = SignedTokens([str(self.keys[0]).encode() * 32]).sign(SITE, msgspec.json.encode(fields))
        self.token = replace(self.token, text=text)
        self.forgot = True

    def spoils(self, text: str) -> None:
        self.token = Kept(text, -1)
        self.troubles += 1

    def count(self, hit: RawHit, token: Kept) -> Kept:
        """Send a hit with a token, and book in the model what it should add."""
        seen = self.row_of(token)
        payload = decode(body(SITE, hit))
        minute = self.now // 60
        payload.consent = self.services.consents.encode(ConsentGrant(SITE, 1, True, True, minute, minute + 9))
        payload.visit = token.text
        answer = self.counter.count(payload, REQUEST, self.now)
        if not seen and not hit.is_step:
            self.drops["no_visit"] += 1
            assert not isinstance(answer, Counted)
            return token
        assert isinstance(answer, Counted)
        assert len(answer.token) <= MAX_TOKEN
        if seen:  # the clock may have gone back a little; for the state it stands still then
            hit = replace(hit, at=max(hit.at, [one for one in seen if one.is_step][-1].at // 60 * 60))
        self.received.append(hit)
        self.expected.update(read([*seen, hit], self.wanted, ZONE))
        self.expected.subtract(read(seen, self.wanted, ZONE))
        made = Kept(answer.token, self.keys[0], (*seen, hit))
        self.issued.append(made)
        return made

    def row_of(self, token: Kept) -> tuple[RawHit, ...]:
        """The hits that the collector will believe were there before."""
        if not token.text:
            return ()
        last = max((one.at // 60 for one in token.seen if one.is_step), default=0)
        if token.key not in self.keys or last > self.now // 60 + 10:
            self.drops["token"] += 1
            self.troubles += 1
            self.went_back += token.key in self.keys
            return ()
        if (day_of(self.now, ZONE) - day_of(token.seen[0].at, ZONE)).days >= 393:
            self.troubles += 1  # it has expired
            return ()
        return token.seen

    def teardown(self) -> None:
        self.spool.seal()
        directory = Path(self.directory.name)
        segments = SpoolReader(directory, directory / "quarantine").sealed()
        batches = rows.columns(payload for segment in segments for payload in segment.read()[1].payloads)
        self.spool.close()
        self.directory.cleanup()
        found = counted(batches)
        assert without_nothing(self.comparable(found)) == without_nothing(self.comparable(self.expected))
        drops = dict.fromkeys(self.drops, 0)
        for _, _, reason, number in zip(*batches.drops, strict=True):
            drops[reason] += number
        assert drops == self.drops
        self.check_bounds(found)

    def comparable(self, books: Books) -> Books:
        """A state of an older version does not know what it never saw; the visits stay exact."""
        return Books({key: number for key, number in books.items() if key[0] in CORE or not self.forgot})

    def check_exits(self, found: Books, true: Books) -> None:
        """One trouble is at most one exit too many on a page, for a goal too, and as many too few; it moves at most
        what was paid. All that was paid is on some page, once."""
        for exits in ("exits", "goal exits") if not self.forgot else ("exits",):
            for kind in {key[3] for key in found if key[0] == exits}:
                keys = {key for key in {*found, *true} if key[0] == exits and key[3] == kind}
                apart = [found[key] - true[key] for key in keys]
                assert -self.troubles <= sum(min(number, 0) for number in apart), (exits, kind)
                assert sum(max(number, 0) for number in apart) <= self.troubles, (exits, kind)
        paid = {(hit.currency, goal) for hit in self.received for goal in ("", *(goal.name for goal in GOALS))}
        for currency, goal in paid:
            keys = {key for key in {*found, *true} if key[0] == "exit revenue" and key[3:] == (goal, currency)}
            revenue = sum(n for key, n in found.items() if key[0] == "revenue" and key[3:] == (goal, currency))
            assert sum(found[key] for key in keys) == revenue
            most = sum(abs(hit.revenue) for hit in self.received if hit.currency == currency) * self.troubles
            assert self.forgot or all(abs(found[key] - true[key]) <= most for key in keys)

    def check_bounds(self, found: Books) -> None:
        """What docs/counting.md says: one trouble is at most one visitor, one visit, one conversion of a goal, one of
        each step of a funnel, and two bounces."""
        visits, steps = visits_of(self.received), [hit for hit in self.received if hit.is_step]
        true = totals(visits)
        sums = {name: sum(number for key, number in found.items() if key[0] == name) for name in CORE}
        assert (sums["pageviews"], sums["events"]) == (true["pageviews"], true["events"])
        assert -self.went_back <= sums["visits"] - true["visits"] <= self.troubles
        assert sums["visits"] == sums["entries"] == sums["exits"]
        assert -self.troubles <= sums["bounces"] - true["bounces"] <= 2 * self.troubles
        for goal in GOALS:
            booked = [
                sum(number for key, number in found.items() if key[0] == name and key[3] == goal.name)
                for name in ("conversions", "goal exits")
            ]
            assert booked[0] == booked[1], "whatever happens, a conversion has one exit"
        true_reports = reports(visits, self.wanted, ZONE)
        self.check_exits(found, read(self.received, self.wanted, ZONE))
        for name in ("conversions", "goal_visitors", "step") if not self.forgot else ():
            for kind in {key[2:] if name == "step" else key[3] for key in found if key[0] == name}:
                counts = [
                    sum(n for key, n in books.items() if key[0] == name and kind in (key[2:], key[3]))
                    for books in (found, true_reports)
                ]
                assert abs(counts[0] - counts[1]) <= self.troubles, (name, kind, counts)
        days: set[date] = {day_of(hit.at, ZONE) for hit in steps}
        for key, number in found.items():
            if key[0] == "visitors" and number:
                there = any(0 <= (day - key[1]).days <= key[2] for day in days)
                assert 0 <= number - there <= self.troubles, key


REQUEST = Request("203.0.113.7", None, CHROME, Hints, "", False, "", "")


def test_states_in_trouble_are_counted_as_the_model_says(services: Services) -> None:
    Browser.services = services
    checked: Any = settings(
        max_examples=60, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
    )
    run_state_machine_as_test(Browser, settings=checked)
