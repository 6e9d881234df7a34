"""Devices are told from user agents and client hints, and nothing but families and major versions comes out."""

import time
import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.device import Device, Hints, describe
from collector.screen import language_of, screen_class

WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36"
)
PHONE = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile Safari/537.36"
)
TABLET = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) {} Mobile/15E148"
)
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X {}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15"
CHROME_OS = (
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36"
)
LINUX = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36"
FIREFOX = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0"


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (WINDOWS, ("desktop", "Chrome", "124", "Windows", "10")),
        (WINDOWS + " Edg/124.0.0.0", ("desktop", "Edge", "124", "Windows", "10")),
        (WINDOWS + " OPR/110.0.0.0", ("desktop", "Opera", "110", "Windows", "10")),
        (PHONE, ("mobile", "Chrome", "124", "Android", "")),
        (PHONE.replace("10; K", "14; SM-S911B"), ("mobile", "Chrome", "124", "Android", "14")),
        (PHONE.replace("Chrome/124", "SamsungBrowser/25.0 Chrome/124"),
         ("mobile", "Samsung Internet", "25", "Android", "")),
        (TABLET.replace("10; K", "13; SM-X700"), ("tablet", "Chrome", "124", "Android", "13")),
        (IPHONE.format("Version/17.4") + " Safari/604.1", ("mobile", "Safari", "17", "iOS", "17")),
        (IPHONE.format("CriOS/124.0.6367.71") + " Safari/604.1", ("mobile", "Chrome", "124", "iOS", "17")),
        (IPHONE.format("FxiOS/125.0") + " Safari/605.1.15", ("mobile", "Firefox", "125", "iOS", "17")),
        (IPHONE.format("") + " Instagram 330.0.0 (iPhone14,5)", ("mobile", "Instagram", "330", "iOS", "17")),
        ("Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 "
         "Mobile/15E148 Safari/604.1", ("tablet", "Safari", "17", "iOS", "17")),
        (MAC.format("10_15_7"), ("desktop", "Safari", "17", "macOS", "")),
        (MAC.format("10_14_6"), ("desktop", "Safari", "17", "macOS", "10.14")),
        (CHROME_OS, ("desktop", "Chrome", "124", "Chrome OS", "")),
        (FIREFOX, ("desktop", "Firefox", "125", "Ubuntu", "")),
        (LINUX.replace("Linux x86_64", "FreeBSD amd64"), ("desktop", "Chrome", "124", "FreeBSD", "")),
        ("Mozilla/5.0 (Android 14; Mobile; rv:125.0) Gecko/125.0 Firefox/125.0",
         ("mobile", "Firefox", "125", "Android", "14")),
        ("Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) Version/6.0 TV Safari/537.36",
         ("tv", "Safari", "6", "Tizen", "6")),
        ("Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/94.0.4606.128 Safari/537.36",
         ("tv", "Chrome", "94", "webOS", "")),
        ("Mozilla/5.0 (PlayStation 5 3.11) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.4 Safari/605.1.15",
         ("console", "Safari", "15", "", "")),
        ("Opera/9.80 (Android; Opera Mini/36.2/119.132; U; id) Presto/2.12.423 Version/12.16",
         ("mobile", "Opera Mini", "36", "Android", "")),
        ("Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
         ("desktop", "Internet Explorer", "11", "Windows", "7")),
        ("", ("", "", "", "", "")),
        ("something else entirely", ("", "", "", "", "")),
    ],
)  # fmt: skip
def test_user_agents(user_agent: str, expected: tuple[str, ...]) -> None:
    assert describe(user_agent, None) == expected


def brands(*names: str) -> str:
    return ", ".join(f'"{name}";v="{110 + at}"' for at, name in enumerate(("Not-A.Brand", "Chromium", *names)))


@pytest.mark.parametrize(
    ("user_agent", "hints", "expected"),
    [
        (WINDOWS, Hints(brands("Google Chrome"), "?0", '"Windows"'), ("desktop", "Chrome", "124", "Windows", "10")),
        (WINDOWS, Hints(brands("Brave"), "?0", '"Windows"'), ("desktop", "Brave", "112", "Windows", "10")),
        (WINDOWS, Hints(brands("Microsoft Edge"), "?0", '"Windows"'), ("desktop", "Edge", "112", "Windows", "10")),
        (WINDOWS, Hints(brands("Opera"), "?0", '"Windows"'), ("desktop", "Opera", "112", "Windows", "10")),
        (WINDOWS, Hints(brands("Anything I Like"), "?0", '"Windows"'), ("desktop", "Chrome", "124", "Windows", "10")),
        (LINUX, Hints(brands("Google Chrome"), "?0", '"Chrome OS"'), ("desktop", "Chrome", "124", "Chrome OS", "")),
        (LINUX, Hints(brands("Google Chrome"), "?1", '"Android"'), ("mobile", "Chrome", "124", "Android", "")),
        (TABLET, Hints(brands("Google Chrome"), "?0", '"Android"'), ("tablet", "Chrome", "124", "Android", "")),
        (WINDOWS, Hints(brands("Google Chrome"), "?0", '"Plan 9"'), ("desktop", "Chrome", "124", "Windows", "10")),
        (WINDOWS, Hints("garbage\"';;;", "?7", "\x00"), ("desktop", "Chrome", "124", "Windows", "10")),
        (WINDOWS, Hints(), ("desktop", "Chrome", "124", "Windows", "10")),
        # No Firefox sends hints, so these are forged.
        (FIREFOX, Hints(brands("Brave"), "?1", '"Android"'), ("desktop", "Firefox", "125", "Ubuntu", "")),
    ],
)
def test_client_hints_correct_what_chromium_froze(user_agent: str, hints: Hints, expected: tuple[str, ...]) -> None:
    assert describe(user_agent, hints) == expected


def test_an_app_keeps_its_name_though_its_web_view_has_a_brand() -> None:
    app = PHONE.replace("K)", "K; wv)") + " [FB_IAB/FB4A;FBAV/460.0.0;]"
    assert describe(app, Hints(brands("Android WebView"), "?1", '"Android"')).browser == "Facebook"


@given(st.text(), st.text(), st.text(), st.text())
def test_no_header_is_an_error(user_agent: str, brand: str, mobile: str, platform: str) -> None:
    described = describe(user_agent, Hints(brand, mobile, platform))
    assert described.device in ("", "desktop", "mobile", "tablet", "tv", "console")
    assert all(isinstance(part, str) for part in described)


def test_a_lone_surrogate_is_no_error() -> None:
    assert describe("\ud800") == Device()


def test_the_fast_parser_is_used() -> None:
    """The pure Python parser takes 1,600 µs for each of these; the time is the processor's, so others do not matter."""
    fresh = iter([f"{WINDOWS.replace('124', str(number))} {number}" for number in range(200)])
    describe(WINDOWS)
    assert timeit.timeit(lambda: describe(next(fresh)), timer=time.thread_time, number=200) / 200 < 600e-6


def test_screens_fall_into_five_classes() -> None:
    widths = (None, 0, -5, 320, 575, 576, 991, 992, 1439, 1440, 1919, 1920, 10**9)
    assert [screen_class(width) for width in widths] == [
        "",
        "",
        "",
        "xs",
        "xs",
        "s",
        "s",
        "m",
        "m",
        "l",
        "l",
        "xl",
        "xl",
    ]


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("lv-LV", "lv"), ("EN", "en"), ("zh-Hans-CN", "zh"), ("pt_BR", "pt"), ("lv,en;q=0.8", "lv"), (" ru", "ru"),
        ("", ""), ("*", ""), ("fil", ""), ("x", ""), ("l1", ""), ("ļv", ""), ("lvL", ""),
    ],
)  # fmt: skip
def test_languages_are_two_letters(tag: str, expected: str) -> None:
    assert language_of(tag) == expected
