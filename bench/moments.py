"""Short times: one step of the counting with its tokens, and the start of the service."""

import time
from itertools import cycle
from pathlib import Path
from statistics import median

from bench.history import CLOCK, SITE, begun, origin
from bench.load import View, read_model, views
from bench.processes import running
from bench.table import Cell, table
from bench.traffic import scratch, settings_for
from collector.location import UNKNOWN
from collector.rules import NO_RULES, FunnelRule, GoalRule, Rules
from collector.tokens import VisitTokens
from collector.visit import Hit, Origin, State, Step, advance

STEPS = 20_000
GOALS = (  # no page of the model reaches one, so that the visit stays as far as it has come
    GoalRule(1, "Article", "page", page="/blog/**"),
    GoalRule(2, "List", "page", page="/*/page/*"),
    GoalRule(3, "Prices", "page", page="/prices"),
    GoalRule(4, "Thanks", "page", page="/**/thanks"),
    GoalRule(5, "Order", "event", event="Order"),
    GoalRule(6, "Signup", "event", event="Sign*", props=(("plan", "pro"),)),
    GoalRule(7, "Download", "event", event="File*"),
    GoalRule(8, "Video", "event", event="Video *"),
    GoalRule(9, "Read", "scroll", page="/blog/**", threshold=75),
    GoalRule(10, "Prices read", "scroll", page="/prices*", threshold=50),
    GoalRule(11, "Stayed", "engaged", threshold=120),
)
RULES = Rules(GOALS, (FunnelRule(1, "Order", (3, 5, 4)), FunnelRule(2, "Reader", (1, 9, 6), across=True)))
# What came before the page views that are measured: three goals, of which one was paid for.
BEFORE = (
    Hit("pageview", "/prices"),
    Hit("event", "/prices", "Order", revenue=1999, currency="EUR"),
    Hit("leave", "/prices", seconds=50, depth=80),
)


def measure_step() -> str:
    """Microseconds for decoding a visit state, `advance`, and encoding the new one; without goals and with many."""
    with scratch() as folder:
        tokens = VisitTokens(settings_for(Path(folder)).key("visit"))
    now = int(time.time())
    view = next(views(read_model()))
    plain = begun(view, now)
    busy = plain
    for hit in BEFORE:
        busy = counted(busy, hit, now, view, RULES).state
    columns = [steps(tokens, plain, view, now, NO_RULES), steps(tokens, busy, view, now, RULES)]
    rows: list[list[Cell]] = [[name, *(each[name] for each in columns)] for name in columns[0]]
    rows.append(["together", *(sum(each.values()) for each in columns)])
    header = ("step", "µs, median, no goals", f"µs, median, {len(GOALS)} goals")
    note = (
        f"The second site has {len(GOALS)} goals of all kinds and {len(RULES.funnels)} funnels. Its visit has reached "
        "three goals and paid once: each page view takes back where it ended so far, goal by goal."
    )
    return table("One page view of a visit that goes on, to another page", header, rows, note)


def steps(tokens: VisitTokens, state: State, view: View, now: int, rules: Rules) -> dict[str, float]:
    """Medians of the parts of a page view, each of which leads this visit to another page."""
    token = tokens.encode(SITE, state)
    taken: dict[str, list[int]] = {"decode": [], "advance": [], "encode": []}
    clock = time.perf_counter_ns
    for path, _ in zip(cycle(read_model().paths), range(STEPS), strict=False):
        hit = Hit("pageview", path)
        start = clock()
        known = tokens.decode(SITE, token)
        decoded = clock()
        step = counted(known, hit, now, view, rules)
        advanced = clock()
        token = tokens.encode(SITE, step.state)
        for name, since, until in (
            ("decode", start, decoded), ("advance", decoded, advanced), ("encode", advanced, clock()),
        ):  # fmt: skip
            taken[name].append(until - since)
    return {name: median(times) / 1000 for name, times in taken.items()}


def counted(state: State | None, hit: Hit, now: int, view: View, rules: Rules) -> Step:
    """One hit of a visit that goes on, on a site with these goals."""

    def came() -> Origin:
        return origin(view, lambda address: UNKNOWN)

    step = advance(state, hit, now, CLOCK, came, rules)
    assert step is not None, "the visit has begun"
    return step


def measure_start() -> str:
    """Seconds from starting the service to its being ready, with a fresh and with an existing data folder."""
    with scratch() as folder:
        rows: list[list[Cell]] = [[name, started(Path(folder) / "data")] for name in ("fresh", "existing")]
    note = "`python -m collector serve --demo`, as `make run` starts it, until /readyz answers 200; two workers."
    return table("Start", ("data folder", "seconds until ready"), rows, note)


def started(data: Path) -> float:
    begun_at = time.monotonic()
    with running(("serve", "--demo"), data, "/readyz", workers=2):
        return time.monotonic() - begun_at
