"""Programs are told from people."""

import timeit

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA, is_crawler
from hypothesis import given
from hypothesis import strategies as st

from collector.bot import is_bot

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    "user_agent",
    [
        "",
        "   ",
        "-",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        CHROME.replace("Chrome/", "HeadlessChrome/"),
        CHROME + " Playwright/1.49",
        "curl/8.5.0",
        "python-requests/2.32",
        "Mozilla/5.0 (Macintosh) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1 Safari/538.1",
        "Mozilla/5.0 (compatible; Ezooms/1.0; help@moz.com)",
        "Digg Feed Fetcher 1.0 (Mozilla/5.0 (Macintosh; Intel Mac OS X 10_7_1) AppleWebKit/534.48.3)",
        "MobileSafari/9537.53 CFNetwork/672.0.8 Darwin/14.0.0",
        "Mozilla/4.0 (compatible;)",
        "Ruby",
        "UniversalFeedParser/4.2-pre-314-svn +http://feedparser.org/",
    ],
)
def test_programs(user_agent: str) -> None:
    assert is_bot(user_agent)


@pytest.mark.parametrize(
    "user_agent",
    [
        CHROME,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 "
        "Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0",
        "Mozilla/5.0 (Linux; Android 9; CUBOT_X18_Plus) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile "
        "Safari/537.36",
        "Mozilla/5.0 (Linux; Android 14; SM-S911B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
        "Chrome/124.0.0.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/460.0.0;]",
        "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1; http://www.tropicdesigns.net)",
        "SAMSUNG-GT-E2232/1.0 Openwave/6.2.3 Profile/MIDP-2.0 Configuration/CLDC-1.1",
    ],
)
def test_people(user_agent: str) -> None:
    assert not is_bot(user_agent)


def test_the_rust_matcher_agrees_with_the_package_on_all_its_examples() -> None:
    examples = [text for entry in CRAWLER_USER_AGENTS_DATA for text in entry["instances"]]
    assert len(examples) > 1000
    missed = [text for text in examples if is_crawler(text) and not is_bot(text)]
    assert missed == []


@given(st.text())
def test_no_user_agent_is_an_error(user_agent: str) -> None:
    assert is_bot(user_agent) in (True, False)


def test_the_patterns_cost_little() -> None:
    """160 µs in pure Python for each; the limit is for crawler patterns and user-agent parsing together."""
    is_bot(CHROME)
    fresh = iter([f"{CHROME} {number}" for number in range(200)])
    assert timeit.timeit(lambda: is_bot(next(fresh)), number=200) / 200 < 300e-6
