"""Names of cookies are kept so that they tell nobody apart."""

import re
import secrets
from uuid import uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from collector.cookie_names import LONGEST, MOST, fold, folded

PLAIN = (
    "_ga", "_gid", "_fbp", "_gcl_au", "PHPSESSID", "JSESSIONID", "ASP.NET_SessionId", "XSRF-TOKEN", "__cf_bm", "MUID",
    "CookieConsent", "cookieyes-consent", "woocommerce_cart_hash", "__Host-next-auth.csrf-token", "wp-settings-time-1",
    "AWSALBTGCORS", "hjIncludedInPageviewSample", "OptanonAlertBoxClosed", "csrftoken", "laravel_session", "CM14",
    "__gfp_64b", "ajs_anonymous_id", "optimizelyEndUserId", "_shopify_y", "__utma", "_lfa", "intercom-session",
)  # fmt: skip
FOLDED = {
    "_ga_G-1AB2CD3EF4": "_ga_G-*",
    "_hjSession_123456": "_hjSession_*",
    "_gat_UA-12345-1": "_gat_UA-*-1",
    "_pk_id.1.1fff": "_pk_id.1.*",
    "_pk_ses.2.ab12": "_pk_ses.2.*",
    "wordpress_logged_in_6f9c1a2b3c4d5e6f6f9c1a2b3c4d5e6f": "wordpress_logged_in_*",
    "mp_abcdef0123456789_mixpanel": "mp_*_mixpanel",
    "ASPSESSIONIDQABCDSTT": "ASPSESSIONID*",
    ".AspNetCore.Antiforgery.9fXoN5jHCXs": ".AspNetCore.Antiforgery.*",
    "AMCV_0123%40AdobeOrg": "AMCV_*",
    "anna.berzina@pasts.lv": "*",
    "user_anna@pasts.lv": "*",
    "010199-11337": "*",
    "zvans_+37126543217": "zvans_+*",
    "lapa_Jānis_x": "lapa_*_x",
    "550e8400-e29b-41d4-a716-446655440000": "*",
    "cart.550e8400-e29b-41d4-a716-446655440000": "cart.*",
    "192.168.17.203": "*",
}


@pytest.mark.parametrize("name", PLAIN)
def test_names_that_programmers_gave_stay(name: str) -> None:
    assert fold(name) == name


@pytest.mark.parametrize("name", FOLDED)
def test_identifiers_in_names_go(name: str) -> None:
    assert fold(name) == FOLDED[name]


@pytest.mark.parametrize("separator", ["_", "-", ".", ":"])
def test_what_is_drawn_at_random_never_stays(separator: str) -> None:
    """Each kind of identifier that programs make, drawn 200 times."""
    for _ in range(200):
        number = str(10**9 + secrets.randbelow(10**12))
        for drawn in (str(uuid4()), secrets.token_hex(4), secrets.token_hex(16), number, secrets.token_hex(8).upper()):
            assert fold(f"session{separator}{drawn}") == f"session{separator}*"
            assert fold(drawn) == "*"


@given(st.text(max_size=200))
@example("AMCV_@AdobeOrg")
@example("*a*")
def test_every_text_becomes_a_short_name_that_stays_as_it_is(text: str) -> None:
    name = fold(text)
    assert len(name) <= LONGEST
    assert fold(name) == name
    assert not re.search(r"\d{3}|@|[^\x20-\x7e]|[\s;,=]", name)


def test_a_report_has_each_name_once_and_not_too_many() -> None:
    assert folded(["_ga", "_hjSession_1234", "_hjSession_4321", "_ga", "", " "]) == ["_ga", "_hjSession_*"]
    assert (
        len(folded("name" + "abcdefgh"[at % 8] + "xyzuvw"[at // 8 % 6] + "klm"[at // 48 % 3] for at in range(144)))
        == MOST
    )
