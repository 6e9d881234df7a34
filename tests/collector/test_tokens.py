"""Tokens: what goes in comes out, small, and nothing else opens."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.location import Location
from collector.messages import Arrival
from collector.origin import origin_of
from collector.page import clean_path
from collector.progress import SPENT_REMEMBERED
from collector.state import HASH_LENGTH, Origin, State
from collector.text import clean_text, shorten
from collector.tokens import MAX_TOKEN, ConsentGrant, ConsentTokens, VisitTokens
from collector.visit import PAGES_REMEMBERED, STEPS_REMEMBERED

OLD, NEW = b"o" * 32, b"n" * 32
TOKENS = VisitTokens([NEW])
LIMITS = {"medium": 32, "campaign": 48, "term": 48, "content": 48, "region": 40, "city": 40}
SHORT = {"channel": 20, "country": 2, "device": 8, "browser": 24, "os": 20, "browser_version": 6, "os_version": 6}
SHORT |= {"screen": 2, "language": 2, "audience": 8, "connection": 7}
RUN = (255, 8, 8, 40_000)  # the longest one, of a funnel
FIRST = ("LV", "x" * 8, "x" * 20, "customer")  # the longest
SPENT = tuple((2**63 - 1 - number, "EUR", -(10**15)) for number in range(SPENT_REMEMBERED))
FORGOTTEN = {"pages": "", "steps": "", "trail": ()}


@st.composite
def states(draw: st.DrawFn) -> State:
    """States as large as they get, with every kind of character a page or a campaign may bring."""
    text = st.text(min_size=0, max_size=300)
    fields = {}
    for name in Origin.__struct_fields__:
        limit = LIMITS.get(name, SHORT.get(name, 64))
        fields[name] = clean_text(draw(text), limit)
    fields["entry"] = clean_path(draw(text))
    pages = "abcd" * draw(st.integers(0, PAGES_REMEMBERED))
    steps = "efgh" * draw(st.integers(0, STEPS_REMEMBERED))
    day = draw(st.integers(20_000, 40_000))
    runs = (RUN,) * draw(st.integers(0, 8))
    trail = tuple(clean_path(draw(text)) for _ in range(draw(st.integers(0, 3))))
    return State(
        day - 100, day, day * 1440, day * 1440 + 59, Origin(**fields), clean_path(draw(text)), 29, 999, True, 100,
        pages, 86_400, draw(st.integers(0, 2**63 - 1)), runs, trail, steps, draw(st.integers(0, 2**63 - 1)),
        draw(st.sampled_from([(), FIRST])), SPENT[: draw(st.integers(0, SPENT_REMEMBERED))],
    )  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(states())
def test_a_state_survives_its_token(state: State) -> None:
    token = TOKENS.encode("example.lv", state)
    assert len(token) <= MAX_TOKEN
    opened = TOKENS.decode("example.lv", token)
    assert opened is not None
    assert opened.reached in (state.reached, 0)
    assert opened.first in (state.first, ())
    assert opened.spent in (state.spent, ())
    kept = msgspec.structs.replace(state, **FORGOTTEN, spent=opened.spent, reached=opened.reached, first=opened.first)
    assert msgspec.structs.replace(opened, **FORGOTTEN) == kept
    assert state.pages.endswith(opened.pages)
    assert state.steps.endswith(opened.steps)
    # In this order: no step is forgotten while a page is remembered, the way only when both are gone, then what was
    # spent, then the goals, and last what the first visit was like.
    remembered: list[object] = []
    for name in ("pages", "steps", "trail", "spent", "reached", "first"):
        assert getattr(opened, name) == getattr(state, name) or not any(remembered), name
        remembered.append(getattr(opened, name))


def test_the_largest_state_fits() -> None:
    origin = Origin(**{name: "x" * LIMITS.get(name, SHORT.get(name, 64)) for name in Origin.__struct_fields__})
    full = msgspec.structs.replace(origin, entry=clean_path("/" + "ē" * 300))
    path = clean_path("/" + "ā" * 300)
    state = State(
        40_000, 40_392, 58_164_480, 58_165_919, full, path, 99_999, 99_999, True, 100, "abcd" * PAGES_REMEMBERED,
        9_999_999, 2**63 - 1, (RUN,) * 8, (path, path, path), "efgh" * STEPS_REMEMBERED, 2**63 - 1,
        FIRST, SPENT,
    )  # fmt: skip
    token = TOKENS.encode("example.lv", state)
    assert len(token) <= MAX_TOKEN
    opened = TOKENS.decode("example.lv", token)
    assert opened is not None
    assert opened == msgspec.structs.replace(state, **FORGOTTEN, spent=(), reached=0, first=())


@pytest.mark.parametrize(
    "user_agent",
    [
        '"' * 100 + "\\" * 99 + "/1234567890 CFNetwork/1 Darwin/22",
        "ē" * 200 + "/1234567890 CFNetwork/1 Darwin/22",
        f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_{'1' * 900}) Version/{'9' * 900} Safari/1",
    ],
)
def test_the_largest_state_that_a_browser_can_bring_about_fits(user_agent: str) -> None:
    """Whatever a browser says of itself, where it comes from and where it goes."""
    names = ("source", "medium", "campaign", "term", "content")
    query = "&".join(f"utm_{name}={'ē' * 300}" for name in names)
    path = clean_path("/" + "ā" * 300)
    arrival = Arrival(path, query, "", "", user_agent, None, 400, "lv", "customer", "slow-2g")
    origin = origin_of(arrival, lambda address: Location("LV", "ā" * 99, "ē" * 99), lambda host: False)
    state = State(
        40_000, 40_392, 58_164_480, 58_165_919, origin, path, 565_919, 9_999_999, True, 100, "abcd" * PAGES_REMEMBERED,
        999_999_999, 2**63 - 1, (RUN,) * 8, (path, path, path), "efgh" * STEPS_REMEMBERED, 2**63 - 1,
        FIRST, SPENT,
    )  # fmt: skip
    token = TOKENS.encode("example.lv", state)
    assert len(token) <= MAX_TOKEN
    opened = TOKENS.decode("example.lv", token)
    assert opened is not None
    assert opened.first in (state.first, ())
    assert opened == msgspec.structs.replace(state, **FORGOTTEN, spent=(), reached=0, first=opened.first)


def test_a_usual_state_forgets_nothing() -> None:
    origin = Origin("/blog/2026/a-post-of-usual-length", "Organic Search", "Google", country="LV", region="Riga",
                    city="Riga", device="mobile", browser="Chrome", browser_version="141", os="Android",
                    os_version="14", screen="s", language="lv", connection="4g")  # fmt: skip
    state = State(
        20_700, 20_751, 29_881_440, 29_881_460, origin, "/prices/small-companies", 3, 9, False, 80,
        "abcd" * PAGES_REMEMBERED, 300, 5, ((1, 2, 2, 20_751),), ("/features", "/about-us", "/"),
        "efgh" * STEPS_REMEMBERED, 5, ("LV", "mobile", "Organic Search", "other"), ((5, "EUR", 2599),),
    )  # fmt: skip
    token = TOKENS.encode("example.lv", state)
    assert TOKENS.decode("example.lv", token) == state
    assert len(token) < 1100


def test_hashes_are_forgotten_whole() -> None:
    origin = Origin(**{name: "x" * LIMITS.get(name, SHORT.get(name, 64)) for name in Origin.__struct_fields__})
    for length in range(0, 144, 7):
        pages, steps = "abcd" * PAGES_REMEMBERED, "efgh" * STEPS_REMEMBERED
        state = State(1, 2, 3, 4, origin, "/" * 144, pages=pages, trail=("/" * length, "/" * 144), steps=steps)
        token = TOKENS.encode("example.lv", state)
        opened = TOKENS.decode("example.lv", token)
        assert opened is not None
        assert len(opened.pages) % HASH_LENGTH == len(opened.steps) % HASH_LENGTH == 0
        assert len(token) > MAX_TOKEN - 40  # not more than needed is forgotten


def token_of(site: str = "example.lv", key: bytes = NEW) -> str:
    return VisitTokens([key]).encode(site, State(1, 1, 1, 1, Origin(), "/"))


def test_a_token_of_another_site_is_no_token() -> None:
    assert TOKENS.decode("other.lv", token_of("example.lv")) is None


def test_every_changed_character_is_noticed() -> None:
    token = token_of()
    for at, character in enumerate(token):
        changed = token[:at] + ("A" if character != "A" else "B") + token[at + 1 :]
        opened = TOKENS.decode("example.lv", changed)
        # The last character of a base64 text carries unused bits: another one may say the same bytes, never others.
        assert opened is None, at


@pytest.mark.parametrize("text", ["", ".", "a.b", "ā.b", "x" * 5000, token_of() + "=", token_of() + "\n", "%00.%00"])
def test_other_texts_are_no_tokens(text: str) -> None:
    assert TOKENS.decode("example.lv", text) is None


def test_a_rotated_key_still_opens_and_a_removed_one_does_not() -> None:
    old = token_of(key=OLD)
    assert VisitTokens([NEW, OLD]).decode("example.lv", old) is not None
    assert TOKENS.decode("example.lv", old) is None
    assert TOKENS.decode("example.lv", VisitTokens([NEW, OLD]).encode("example.lv", State(1, 1, 1, 1, Origin(), "/")))


def test_a_state_of_an_older_or_newer_version_opens() -> None:
    site = "example.lv"
    older = b'{"born":1,"day":2,"start":3,"seen":4,"origin":{"entry":"/a","audience":"other"},"path":"/","bounce":true}'
    newer = b'{"born":1,"day":2,"start":3,"seen":4,"origin":%s,"path":"/","bounce":true,"mood":"fine"}'
    fields = ["/a", *[""] * 16, "other"]
    for payload in (older, *(newer % msgspec.json.encode(fields + more) for more in ([], ["4g"], ["4g", "new"]))):
        opened = TOKENS.decode(site, TOKENS._tokens.sign(site, payload))
        assert opened is not None
        assert opened.origin in (Origin("/a", audience="other"), Origin("/a", audience="other", connection="4g"))
        assert (opened.born, opened.seen, opened.path, opened.bounce, opened.funnels) == (1, 4, "/", True, ())
    for payload in (
        b'{"born":"never"}',
        b'{"born":1,"origin":{}}',
        b'{"origin":{"entry":5}}',
        b"[]",
        b"{",
        b'{"origin":[]}',
    ):
        assert TOKENS.decode(site, TOKENS._tokens.sign(site, payload)) is None


def test_consent_is_bound_to_its_site_and_holds_no_id() -> None:
    tokens = ConsentTokens([NEW])
    grant = ConsentGrant("example.lv", 3, statistics=True, marketing=False, decided=1, until=2)
    assert tokens.decode("example.lv", tokens.encode(grant)) == grant
    assert tokens.decode("other.lv", tokens.encode(grant)) is None
    assert ConsentGrant.__struct_fields__ == ("site", "policy", "statistics", "marketing", "decided", "until")


def test_shorten_cuts_on_a_character() -> None:
    assert shorten("āāā", 5) == "āā"


def test_the_latest_of_two_decisions_counts_and_at_once_the_one_that_allows_less() -> None:
    tokens = ConsentTokens([b"k" * 32])
    yes = tokens.encode(ConsentGrant("example.lv", 1, True, True, 100, 900))
    no = tokens.encode(ConsentGrant("example.lv", 1, False, False, 100, 900))
    later = tokens.encode(ConsentGrant("example.lv", 1, True, False, 101, 901))
    forged = later[:-2] + "AA"

    def allows(*given: str) -> bool | None:
        grant = tokens.latest("example.lv", *given)
        return None if grant is None else grant.statistics

    assert allows(yes, no) is allows(no, yes) is False
    assert allows(no, later) is allows(later, no) is True
    assert allows(no, forged) is False
    assert allows("", "") is allows(forged, "") is None
