"""Tokens: what goes in comes out, small, and nothing else opens."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.payload import clean_path, clean_text, shorten
from collector.tokens import MAX_TOKEN, ConsentGrant, ConsentTokens, VisitTokens
from collector.visit import HASH_LENGTH, PAGES_REMEMBERED, Origin, State

OLD, NEW = b"o" * 32, b"n" * 32
TOKENS = VisitTokens([NEW])
LIMITS = {"medium": 32, "campaign": 48, "term": 48, "content": 48, "region": 40, "city": 40}
SHORT = {"channel": 20, "country": 2, "device": 8, "browser": 24, "os": 20, "browser_version": 4, "os_version": 4}
SHORT |= {"screen": 2, "language": 2, "audience": 16}


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
    day = draw(st.integers(20_000, 40_000))
    return State(
        day - 100, day, day * 1440, day * 1440 + 59, Origin(**fields), clean_path(draw(text)), 29, 999, True, 100, pages
    )


@settings(max_examples=200, deadline=None)
@given(states())
def test_a_state_survives_its_token(state: State) -> None:
    token = TOKENS.encode("example.lv", state)
    assert len(token) <= MAX_TOKEN
    opened = TOKENS.decode("example.lv", token)
    assert opened is not None
    assert msgspec.structs.replace(opened, pages="") == msgspec.structs.replace(state, pages="")
    assert state.pages.endswith(opened.pages)


def test_the_largest_state_fits() -> None:
    origin = Origin(**{name: "x" * LIMITS.get(name, SHORT.get(name, 64)) for name in Origin.__struct_fields__})
    full = msgspec.structs.replace(origin, entry=clean_path("/" + "ē" * 300))
    state = State(20_000, 20_396, 29_370_240, 29_370_299, full, clean_path("/" + "ā" * 300), 1440, 9999, True, 100)
    state = msgspec.structs.replace(state, pages="abcd" * PAGES_REMEMBERED)
    token = TOKENS.encode("example.lv", state)
    assert len(token) <= MAX_TOKEN
    opened = TOKENS.decode("example.lv", token)
    assert opened is not None
    assert opened.origin == full
    assert len(opened.pages) % HASH_LENGTH == 0


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
    older = b'{"born":1,"day":2,"start":3,"seen":4,"origin":{},"path":"/"}'
    newer = older[:-1] + b',"mood":"fine"}'
    for payload in (older, newer):
        opened = TOKENS.decode(site, TOKENS._tokens.sign(site, payload))
        assert opened == State(1, 2, 3, 4, Origin(), "/")
    assert TOKENS.decode(site, TOKENS._tokens.sign(site, b'{"born":"never"}')) is None


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
