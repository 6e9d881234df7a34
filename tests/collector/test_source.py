"""Channel and source follow the rules in docs/sources.md, and nothing of a person slips through."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.channel import BY_KIND
from collector.referrers import ALIASES, APPS, KINDS
from collector.source import Source, classify


def internal(host: str) -> bool:
    return host in ("example.lv", "127.0.0.1:8000") or host.endswith(".example.lv")


def seen(query: str = "", referrer: str = "") -> tuple[str, str]:
    return classify(query, referrer, internal)[:2]


@pytest.mark.parametrize(
    ("referrer", "channel", "source"),
    [
        ("", "Direct", ""),
        ("-", "Direct", ""),
        ("about:blank", "Direct", ""),
        ("https://example.lv/a", "Direct", ""),
        ("https://shop.example.lv/a", "Direct", ""),
        ("http://127.0.0.1:8000/demo/", "Direct", ""),
        ("https://www.google.com/", "Organic Search", "Google"),
        ("https://www.google.lv/search?q=john@example.com", "Organic Search", "Google"),
        ("https://www.google.co.uk/", "Organic Search", "Google"),
        ("android-app://com.google.android.googlequicksearchbox/", "Organic Search", "Google"),
        ("android-app://com.google.android.gm/", "Email", "Gmail"),
        ("android-app://com.unknown.app/", "Referral", "com.unknown.app"),
        ("https://duckduckgo.com/", "Organic Search", "DuckDuckGo"),
        ("https://yandex.ru/", "Organic Search", "Yandex"),
        ("https://lm.facebook.com/l.php?u=x", "Organic Social", "Facebook"),
        ("https://t.co/abc", "Organic Social", "X"),
        ("https://old.reddit.com/r/x/", "Organic Social", "Reddit"),
        ("https://www.draugiem.lv/user/1234567/", "Organic Social", "Draugiem.lv"),
        ("https://m.youtube.com/watch?v=1", "Video", "YouTube"),
        ("https://mail.google.com/", "Email", "Gmail"),
        ("https://www.inbox.lv/", "Email", "Inbox.lv"),
        ("https://webmail.firma.lv/", "Email", "webmail.firma.lv"),
        ("https://chatgpt.com/", "AI Assistants", "ChatGPT"),
        ("https://gemini.google.com/app/1", "AI Assistants", "Gemini"),
        ("https://www.perplexity.ai/", "AI Assistants", "Perplexity"),
        ("https://copilot.microsoft.com/", "AI Assistants", "Copilot"),
        ("https://claude.ai/", "AI Assistants", "Claude"),
        ("https://www.delfi.lv/a/1", "Referral", "Delfi"),
        ("https://www.tvnet.lv/1", "Referral", "TVNET"),
        ("https://www.salidzini.lv/", "Organic Shopping", "Salidzini.lv"),
        ("https://www.ss.com/msg/lv/x.html", "Organic Shopping", "SS.com"),
        ("https://googleads.g.doubleclick.net/", "Display", "Google Ads"),
        ("https://blog3.example.org/post/21", "Referral", "blog3.example.org"),
        ("https://WWW.Blog.Example.ORG:8443/x", "Referral", "blog.example.org"),
        ("https://user:password@blog.example.org/", "Referral", "blog.example.org"),
        ("https://notgoogle.com/", "Referral", "notgoogle.com"),
        ("https://google.com.evil.example/", "Referral", "google.com.evil.example"),
        ("https://google.example.lv.evil.org/", "Referral", "google.example.lv.evil.org"),
        ("http://192.168.1.17/intranet", "Referral", "(removed)"),
        ("http://[2001:db8::1]/", "Referral", "(removed)"),
        ("https://exa mple.org/", "Referral", "exa"),
        ("https://<script>/", "Direct", ""),
    ],
)
def test_referrers(referrer: str, channel: str, source: str) -> None:
    assert seen(referrer=referrer) == (channel, source)


@pytest.mark.parametrize(
    ("query", "referrer", "channel", "source"),
    [
        ("utm_source=google&utm_medium=cpc", "https://www.google.com/", "Paid Search", "Google"),
        ("gclid=Cj0KCQjw", "https://www.google.com/", "Paid Search", "Google"),
        ("gclid=Cj0KCQjw", "", "Paid Search", "Google"),
        ("gclid=Cj0KCQjw", "https://www.youtube.com/", "Paid Video", "YouTube"),
        ("gclid=Cj0KCQjw&utm_medium=email&utm_source=news", "", "Email", "news"),
        ("gclid=Cj0KCQjw&utm_medium=organic&utm_source=google", "", "Paid Search", "Google"),
        ("msclkid=1", "", "Paid Search", "Bing"),
        ("fbclid=IwAR0", "", "Organic Social", "Facebook"),
        ("fbclid=IwAR0", "https://l.instagram.com/", "Organic Social", "Instagram"),
        ("fbclid=IwAR0&utm_source=fb&utm_medium=paid_social", "", "Paid Social", "Facebook"),
        ("utm_source=Spring-Offer&utm_medium=paid_social", "", "Paid Social", "spring-offer"),
        ("utm_source=facebook&utm_medium=cpc", "", "Paid Social", "Facebook"),
        ("utm_source=linkedin.com&utm_medium=social", "", "Organic Social", "LinkedIn"),
        ("utm_source=https://www.delfi.lv/x&utm_medium=banner", "", "Display", "Delfi"),
        ("utm_source=delfi&utm_medium=cpm", "", "Display", "Delfi"),
        ("utm_source=newsletter", "", "Email", "Newsletter"),
        ("utm_source=May&utm_medium=e-mail", "", "Email", "may"),
        ("utm_source=may-news", "https://mail.google.com/", "Email", "may-news"),
        ("utm_source=chatgpt.com", "", "AI Assistants", "ChatGPT"),
        ("utm_source=partner.lv&utm_medium=affiliate", "", "Affiliates", "partner.lv"),
        ("utm_source=leaflet&utm_medium=print", "", "Other", "leaflet"),
        ("utm_source=shop&utm_medium=cpc", "", "Paid Other", "shop"),
        ("utm_medium=sms", "", "SMS", ""),
        ("utm_source=X", "https://www.google.com/", "Organic Social", "X"),
        ("ref=producthunt", "", "Organic Social", "Product Hunt"),
        ("source=blog.example.org", "", "Referral", "blog.example.org"),
        ("ref=12345678", "https://www.bing.com/", "Organic Search", "Bing"),
        ("UTM_Source=Google&UTM_Medium=CPC", "", "Paid Search", "Google"),
        ("utm_source=&utm_medium=", "", "Direct", ""),
        ("utm_source=a&utm_source=b", "", "Referral", "a"),
        ("page=2&sort=asc", "https://www.google.com/", "Organic Search", "Google"),
        ("utm_campaign=x", "https://example.lv/a", "Direct", ""),
        ("&&=&=x&utm_source", "", "Direct", ""),
    ],
)
def test_campaigns(query: str, referrer: str, channel: str, source: str) -> None:
    assert seen(query, referrer) == (channel, source)


def test_all_parts_of_a_campaign() -> None:
    query = "utm_source=Newsletter&utm_medium=Email&utm_campaign=L%C4%ABgo+2024&utm_term=Alus&utm_content=Poga-A&x=1"
    assert classify(query, "", internal) == Source("Email", "Newsletter", "email", "Līgo 2024", "alus", "Poga-A")


@pytest.mark.parametrize(
    "value",
    [
        "john.smith@example.com", "john.smith%40example.com", "john%2540example.com", "J Smith <j@x.lv>", "26123456",
        "+37126123456", "%2B371 26 123 456", "010190-12345", "32123456789", "203.0.113.7", "id-203.0.113.7-x",
        "2001:db8::1", "2001:db8:0:1:2:3:4:5", "123e4567-e89b-12d3-a456-426614174000",
        "d41d8cd98f00b204e9800998ecf8427e",
        "eyJhbGciOiJIUzI1NiJ9", "user 1234567",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"])
def test_what_may_point_to_a_person_is_removed(name: str, value: str) -> None:
    found = classify(f"{name}={value}", "", internal)
    assert "(removed)" in found
    assert all(part in ("", "(removed)") for part in found[1:])


@pytest.mark.parametrize("value", ["sale-20240517", "2024-05-17", "līgo.2024", "top10", "v1.2.3", "50% off", "LV1010"])
def test_ordinary_values_stay(value: str) -> None:
    assert classify(f"utm_campaign={quote(value)}", "", internal).campaign == value


def test_click_ids_are_never_kept() -> None:
    query = "&".join(
        f"{name}=sEcReT{name}" for name in ("gclid", "fbclid", "msclkid", "dclid", "igshid", "mc_eid", "mc_cid")
    )
    assert "secret" not in str(classify(query, "https://www.google.com/?gclid=sEcReT", internal)).lower()


@given(query=st.text(), value=st.text(), referrer=st.text())
def test_no_input_is_an_error_and_no_value_is_long(query: str, value: str, referrer: str) -> None:
    found = classify(f"{query}&utm_campaign={value}&utm_source={quote(value)}", "https://" + referrer, internal)
    assert found.channel
    assert all(len(part.encode()) <= 64 and part.isprintable() for part in found)


@given(st.text(alphabet="abcdefgh", min_size=1, max_size=300))
def test_the_page_of_a_referrer_is_never_kept(page: str) -> None:
    secret = f"secret-{page}"
    for referrer in (
        f"https://blog.example.org/{secret}",
        f"https://blog.example.org?{secret}",
        f"https://blog.example.org#{secret}",
    ):
        assert seen(referrer=referrer) == ("Referral", "blog.example.org")


def test_long_values_are_cut_on_a_character() -> None:
    found = classify("utm_campaign=" + quote("ž" * 50), "", internal)
    assert found.campaign == "ž" * 32


def test_the_list_contradicts_itself_nowhere() -> None:
    hosts = [host for table in KINDS.values() for text in table.values() for host in text.split()]
    names = [name for table in KINDS.values() for name in table]
    assert len(hosts) == len(set(hosts)) > 300
    assert len(names) == len(set(names))
    assert set(ALIASES.values()) | set(APPS.values()) <= set(names)
    assert set(KINDS) == set(BY_KIND) | {"site"}
