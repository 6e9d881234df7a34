"""Findings about cookies: each in a sentence, with what to do about it, and one click to declare."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from collector.declared import Declared, declare, declared
from collector.services import of
from collector.store import Store, connect
from dashboards.context import STORE
from tests.dashboards.answers import cookies, insert
from tests.dashboards.counting import at
from tests.dashboards.person import Clock, Person, installed, signed_in, words

PAGE = "/sites/example.lv/privacy/cookies"
MONDAY, THURSDAY = date(2026, 3, 2), date(2026, 3, 5)
OPERATORS = """ID,Platform,Category,Cookie / Data Key name,Domain,Description,Retention period,Data Controller,\
User Privacy & GDPR Rights Portals,Wildcard match
1,Draugiem,Marketing,dr_seen,example.lv (1st party),"Remembers, what was seen",3 weeks,Draugiem Group,https://example.org/,0
2,Nobody,Functional,odd_,,Nothing much,session,Nobody,,1
"""


@pytest.fixture
def clock() -> Clock:
    return Clock(at("2026-03-05 12:00"))


@pytest.fixture
def app(tmp_path: Path, store: Store, clock: Clock) -> Iterator[Flask]:
    seen = [
        *cookies(MONDAY, "/kontakti", ["_ga"], [], 200), *cookies(THURSDAY, "/kontakti", ["_ga"], ["_gid"], 14),
        *cookies(MONDAY, "/", ["_fbp", "PHPSESSID"], [], 3), *cookies(THURSDAY, "/cenas", ["_fbp"], ["_hjSession_*"]),
        *cookies(date(2026, 1, 1), "/", ["too_old"], []),
        *cookies(MONDAY, "/", ["dr_seen", "who_knows"], []),
    ]  # fmt: skip
    insert(store, seen, "one")
    with installed(tmp_path, store.address(), clock) as made:
        database = of(made).database
        declare(database, "example.lv", Declared("PHPSESSID", "necessary"))
        declare(database, "example.lv", Declared("_hj*", "statistics", "Hotjar", third_party=True))
        declare(database, "example.lv", Declared("_fbp", "marketing", "Meta", 90, "days", third_party=True))
        declare(database, "example.lv", Declared("NID", "marketing", "Google", 6, "months", third_party=True))
        yield made


@pytest.fixture
def anna(app: Flask, clock: Clock) -> Person:
    return signed_in(app, clock)


def test_each_finding_is_a_sentence_with_what_to_do_about_it(anna: Person) -> None:
    said = words(anna.get(PAGE))
    assert "_ga was set on /kontakti before consent, 214 times since Monday" in said
    assert (
        'Hold back the script that sets it until the visitor agrees: type="text/plain" data-consent="statistics"'
        in said
    )
    assert "_fbp was set on / and one other page before consent, 4 times since Monday" in said
    assert "Declared for marketing." in said
    assert "who_knows was set on / before consent, once since Monday" in said
    assert "Nothing is known of a cookie with this name." in said
    assert "_gid is set on one page after consent, and visitors are told nothing of it" in said
    assert "NID is declared, and no page has seen it for 30 days" in said


def test_what_is_in_order_is_no_finding(anna: Person) -> None:
    said = words(anna.get(PAGE)).partition("All names of 30 days")
    assert "PHPSESSID" not in said[0], "necessary, and declared"
    assert "_hjSession_*" not in said[0], "declared by a pattern, and seen after consent alone"
    assert "_hj* is declared, and no page" not in said[0]
    assert "PHPSESSID" in said[2]
    assert "too_old" not in said[0] + said[2]


def test_one_click_leads_to_a_form_that_is_filled_in(anna: Person, app: Flask) -> None:
    text = anna.get(PAGE).text
    links = [unescape(found) for found in re.findall(r'href="([^"]+)">Declare this cookie', text)]
    link = next(each for each in links if "name=_gid" in each).partition("#")[0]
    form = anna.get(link).text
    assert (
        'name="name" required maxlength="100" autocapitalize="none" autocomplete="off" spellcheck="false" value="_gid"'
        in form
    )
    assert '<option value="statistics" selected>' in form
    assert 'value="Google Analytics"' in form
    assert re.search(r'name="amount"[^>]*value="24"', form)
    assert '<option value="hours" selected>' in form
    fields = {"name": "_gid", "purpose": "statistics", "provider": "Google", "amount": "24", "unit": "hours"}
    assert anna.submit(link, "/sites/example.lv/settings/cookies", **fields).status_code == 302
    assert any(each.name == "_gid" for each in declared(of(app).database, "example.lv"))
    assert "_gid is set" not in words(anna.get(PAGE))


def test_those_who_may_not_change_anything_are_offered_nothing_to_change(app: Flask, clock: Clock) -> None:
    said = words(signed_in(app, clock, "viewer").get(PAGE))
    assert "_ga was set on /kontakti" in said
    assert "Declare this cookie" not in said


def test_functional_is_no_exemption(anna: Person, app: Flask, store: Store) -> None:
    """Nor is it taken for one in the form: what may need consent is declared as if it did."""
    (of(app).settings.data / "open-cookie-database.csv").write_text(OPERATORS, "utf-8")
    insert(store, cookies(THURSDAY, "/", ["odd_one"], []), "odd")
    text = anna.get(PAGE).text
    assert "“Functional”" in unescape(text)
    assert "“functional” or “useful” is not enough" in unescape(text)
    assert re.search(r"name=odd_one[^\"]*purpose=statistics", unescape(text))


def test_the_operators_own_copy_of_the_database_is_read(anna: Person, app: Flask) -> None:
    assert "Draugiem" not in words(anna.get(PAGE))
    file = of(app).settings.data / "open-cookie-database.csv"
    file.write_text(OPERATORS, "utf-8")
    said = words(anna.get(PAGE))
    assert "Draugiem; the list of known cookies calls it “Marketing”. Remembers, what was seen" in said
    file.write_text("name;purpose\n_ga;statistics\n", "utf-8")
    said = words(anna.get(PAGE))
    assert "lacks the column 'Category' of the Open Cookie Database" in said
    assert "_ga was set on /kontakti before consent, 214 times since Monday" in said


def test_a_site_without_reports_and_a_site_in_order(anna: Person, app: Flask) -> None:
    assert "No names of cookies were reported" in words(anna.get(PAGE.replace("example.lv", "new.lv")))
    database = of(app).database
    for name in ("_ga", "_fbp", "_gid", "dr_seen", "who_knows"):
        declare(database, "example.lv", Declared(name, "necessary"))
    assert "Nothing to do" not in words(anna.get(PAGE)), "NID is still declared, and nobody saw it"


def test_without_the_store_the_page_says_so(app: Flask, anna: Person) -> None:
    app.extensions[STORE].close()
    app.extensions[STORE] = connect("clickhouse://default:@127.0.0.1:1/none")
    answer = anna.get(PAGE)
    assert answer.status_code == 200
    assert "_ga" not in words(answer)
