"""What a page may send, and what of it is kept."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.body import MAX_BODY, BadPayload, decode
from collector.hit import hit_of
from collector.page import MAX_PAGE, clean_path, page_of
from collector.text import clean_text

GOOD = {"site": "example.lv", "url": "https://example.lv/"}


def body(**changes: object) -> bytes:
    return msgspec.json.encode(GOOD | changes)


def test_a_page_view_needs_site_and_url_only() -> None:
    payload = decode(body())
    assert (payload.site, payload.kind, payload.seconds) == ("example.lv", "pageview", 0)


def test_unknown_fields_of_newer_pixels_are_passed_over() -> None:
    assert decode(body(mood="fine")).site == "example.lv"


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"", "malformed", 400),
        (b"[]", "invalid", 400),
        (b"{", "malformed", 400),
        (b'{"site":"\xff\xfe","url":"https://a.lv/"}', "malformed", 400),
        (b"[" * 8000, "invalid", 400),
        (body(site=7), "invalid", 400),
        (body(site=""), "invalid", 400),
        (body(site="x" * 254), "invalid", 400),
        (body(url=""), "invalid", 400),
        (body(kind="hover"), "kind", 400),
        (body(kind="event"), "name", 400),
        (body(kind="event", name="  "), "name", 400),
        (body(kind="leave", seconds=-1), "invalid", 400),
        (body(kind="leave", seconds=90_000), "invalid", 400),
        (body(kind="leave", depth=-1), "invalid", 400),
        (body(props={str(number): 1 for number in range(31)}), "invalid", 400),
        (body(props={"a": [1]}), "invalid", 400),
        (body(kind="vitals"), "vitals", 400),
        (body(kind="vitals", vitals={"lcp": -1}), "invalid", 400),
        (body(kind="vitals", vitals={"cls": "much"}), "invalid", 400),
        (body(revenue=5), "invalid", 400),
        (body(revenue={"amount": 5}), "invalid", 400),
        (body(revenue={"amount": 5, "currency": "euro"}), "invalid", 400),
        (body(revenue={"amount": 1e13, "currency": "EUR"}), "invalid", 400),
        (body(topic="x" * 65), "invalid", 400),
        (b" " * (MAX_BODY + 1), "too_large", 413),
    ],
)
def test_bad_bodies_get_a_reason(data: bytes, kind: str, status: int) -> None:
    with pytest.raises(BadPayload) as refused:
        decode(data)
    assert (refused.value.type, refused.value.status) == (kind, status)
    assert len(str(refused.value)) > 10


@given(st.binary(max_size=300))
def test_no_body_is_more_than_refused(data: bytes) -> None:
    with pytest.raises(BadPayload):
        decode(data)


def test_an_error_names_the_field_and_repeats_no_value() -> None:
    with pytest.raises(BadPayload, match=r"\$\.width"):
        decode(body(width="bob@example.com"))
    with pytest.raises(BadPayload) as refused:
        decode(body(width="bob@example.com"))
    assert "bob" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://example.lv", "example.lv", "/"),
        ("HTTPS://Example.LV/A?b=c#d", "example.lv", "/A"),
        ("http://user:secret@example.lv:8080/a", "example.lv:8080", "/a"),
        ("https://example.lv?x=1", "example.lv", "/"),
        ("https://example.lv/k%C4%93ks", "example.lv", "/kēks"),
        ("https://example.lv/a%3Fsecret=1", "example.lv", "/a"),
    ],
)
def test_the_page_of_an_address(url: str, host: str, path: str) -> None:
    page = page_of(url)
    assert page is not None
    assert (page.host, page.path) == (host, path)


@pytest.mark.parametrize(
    "url", ["", "file:///c:/a.html", "about:blank", "javascript:1", "//example.lv/", "/a", "https://"]
)
def test_other_addresses_have_no_page(url: str) -> None:
    assert page_of(url) is None


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/reset/bob@example.com/now", "/reset/(removed)/now"),
        ("/reset/bob%40example.com", "/reset/(removed)"),
        ("/ip/203.0.113.77", "/ip/(removed)"),
        ("/ip/2001:db8:0:1::77", "/ip/(removed)"),
        ("/ip/2001:db8::77", "/ip/(removed)"),
        ("/at/12:30:45", "/at/12:30:45"),
        ("/code/010190-12345", "/code/(removed)"),
        ("/call/+37126000000", "/call/(removed)"),
        ("/2026-11-22/v1.2.3", "/2026-11-22/v1.2.3"),
        ("/order/123456", "/order/123456"),
        ("/a\x00b\nc", "/abc"),
    ],
)
def test_personal_data_in_a_path_is_removed(path: str, kept: str) -> None:
    assert clean_path(path) == kept


@given(st.text(max_size=500))
def test_a_kept_path_is_short_and_of_one_line(path: str) -> None:
    kept = clean_path(path)
    assert len(kept.encode()) <= MAX_PAGE
    assert kept.startswith("/")
    assert not set(kept) & set('\n\r\0"\\?')
    assert clean_path(kept.replace("%", "")) == kept.replace("%", "")


@pytest.mark.parametrize("name", ["", " ", "\0", "\u202e", "\n\x85", "pageview", " pageview\0"])
def test_an_event_takes_a_name_of_its_own(name: str) -> None:
    with pytest.raises(BadPayload, match="an event") as caught:
        decode(body(kind="event", name=name))
    assert (caught.value.type, caught.value.status) == ("name", 400)


def test_text_is_one_short_line() -> None:
    assert clean_text("  Spring\nsale ") == "Springsale"
    assert clean_text("Or\u202eder\u2066 \x9b") == "Order"
    assert clean_text("\u06a9\u200c\u0645") == "\u06a9\u200c\u0645"  # a joiner is a part of words
    assert len(clean_text("ā" * 100).encode()) <= 64


def test_a_page_pulled_beyond_its_end_is_read_to_its_end() -> None:
    hit = hit_of(decode(body(kind="leave", depth=104.6, vitals={"lcp": 1200})), "/", marketing=False)
    assert (hit.depth, [metric for metric, _ in hit.vitals]) == (100, ["lcp"])
