"""Filters of the dashboards, over HTTP on a real store: their conditions, how they hold together, and wrong ones."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from dashboards.address import FILTERS, OPPOSITE
from tests.dashboards import shop
from tests.dashboards.person import Person, words
from tests.dashboards.test_pages import Tables, figures
from tests.dashboards.test_reports import MARCH, anna, app, clock, page, said, shop_store, text_of

__all__ = ["anna", "app", "clock", "shop_store"]  # fixtures
REPORTS = ["goals", "funnels", "paths", "retention", "speed", "audience", "list/page"]


@pytest.mark.parametrize(
    ("query", "visitors"),
    [
        ("country.not=LV", "6"),
        ("country.not=LV&country.not=EE", "3"),
        ("source.has=goo", "4"),
        ("source.lacks=goo", "6"),
        ("source.fits=^(Goo|news)", "7"),
        ("country.has=latv", "4"),
        ("source.has=o", "4"),  # what the API calls Direct / None is called otherwise here, and has no parts
        ("source.lacks=none", "10"),
        ("source.fits=.", "7"),
        ("source.misfits=^Direct", "10"),
        ("source.has=goo&country.has=(not&match=any", "4"),
        ("country=LV&country=EE&device.not=mobile", "4"),
        ("filter=country&how=&value=estonia", "3"),
        ("filter=language&how=not&value=Latvian&country=EE", "3"),
        ("filter=source&how=&value=direct", "3"),
        ("audience=customer", "3"),
        ("connection=3g", "5"),
    ],
)
def test_filters_of_every_kind_hold_together(anna: Person, query: str, visitors: str) -> None:
    assert figures(page(anna, "", query))["visitors"] == visitors


def test_of_several_pages_views_are_known_and_visitors_are_not(anna: Person) -> None:
    shown = figures(page(anna, "", "page.has=/basket"))
    assert (shown["visitors"], shown["pageviews"]) == ("–", "13")
    html = page(anna, "", "page.has=/basket")
    assert html.count("not known of several pages") == 1
    assert html.count("not known of pages") == 3, "visits, bounces, duration"
    rows = Tables(html).rows
    assert rows["pages"][1:] == [["/basket", "8", ""], ["/basket/address", "5", ""]]
    assert rows["devices"][0] == ["Device", "Page views", "Share"]
    assert rows["devices"][1] == ["Desktop", "8", "62%"]
    assert figures(page(anna, "", "page=/basket"))["visitors"] == "8"


def test_a_filter_by_form_becomes_a_chip_that_takes_it_back(anna: Person) -> None:
    html = page(anna, "", "filter=country&how=not&value=Latvia")
    assert "Country is not Latvia Remove this filter" in text_of(html)
    assert figures(page(anna, ""))["visitors"] == "10"
    chip = html.split('</a> Latvia</span><a class="off" href="')[1].split('"')[0]
    assert "filter" not in chip
    assert "country" not in chip


def test_a_filter_is_turned_into_its_opposite_by_a_click(anna: Person) -> None:
    html = page(anna, "", "country=LV&source.has=goo")
    links = [unescape(link) for link in re.findall(r'class="turn" href="([^"]+)"', html)]
    assert [link.partition("?")[2].removeprefix(f"{MARCH}&") for link in links] == [
        "source.lacks=goo&country=LV", "source.has=goo&country.not=LV",
    ]  # fmt: skip
    answer = anna.get(links[1])
    assert "Country is not Latvia" in words(answer)
    back = unescape(re.findall(r'class="turn" href="([^"]+)"', answer.text)[1])
    assert "country=LV" in back


def test_one_of_several_filters_is_enough_where_one_says_so(anna: Person) -> None:
    both, either = "country=LV&device=mobile", "country=LV&device=mobile&match=any"
    counted = {query: int(figures(page(anna, "", query))["visitors"]) for query in ("country=LV", "device=mobile")}
    assert figures(page(anna, "", both))["visitors"] == "0", "those with a letter were on the way, in Estonia"
    assert figures(page(anna, "", either))["visitors"] == str(sum(counted.values()))
    html = page(anna, "", either)
    chosen = re.findall(r'<a href="([^"]+)" data-swap aria-current="true">Any is enough</a>', html)
    assert chosen, html
    assert "match=any" in unescape(chosen[0])
    assert "match=any" in html.split('href="/sites/shop.lv/goals?')[1].split('"')[0], "other pages keep it"
    assert '<input type="hidden" name="match" value="any">' in html, "and so do forms"
    assert "Any is enough" not in page(anna, "", "country=LV&country=EE"), "values of one condition are either anyway"


@pytest.mark.parametrize(
    "view",
    ["goals", "goals?goal=Order", "funnels", "paths", "retention", "speed", "audience", "list/city", "list/page"],
)
def test_any_filter_is_enough_in_every_report(anna: Person, view: str) -> None:
    path, _mark, rest = view.partition("?")
    queries = [f"{rest}&device=mobile&country=LV&match=any", f"{rest}&page=/basket&country=LV&match=any"]
    for query in queries:
        assert "went wrong" not in said(anna, path, query)


def test_views_are_known_where_a_page_is_one_of_several_filters(anna: Person) -> None:
    """Who saw the page or came from Latvia: views add up, visitors of both together are not known."""
    shown = figures(page(anna, "", "page=/basket&country=EE&match=any"))
    assert shown["visitors"] == "–"
    both = int(figures(page(anna, "", "page=/basket"))["pageviews"]) + int(
        figures(page(anna, "", "country=EE&page.not=/basket"))["pageviews"]
    )
    assert shown["pageviews"] == str(both)


@pytest.mark.parametrize("view", ["", *REPORTS])
def test_every_report_has_the_form_of_filters_and_the_choice_of_days_to_compare_with(anna: Person, view: str) -> None:
    html = page(anna, view)
    assert '<select name="filter">' in html
    assert 'name="with_from"' in html


@pytest.mark.parametrize("name", FILTERS)
def test_every_dimension_takes_every_condition(anna: Person, name: str) -> None:
    """Page views with a filter and with its opposite add up to all."""

    def views(query: str = "") -> int:
        answer = anna.get(f"/sites/{shop.DOMAIN}/live?{MARCH}&{query}")
        return int(answer.get_json()["figures"]["pageviews"])

    total = views()
    values = {
        "page": "/basket",
        "source": "Google",
        "country": "LV",
        "device": "mobile",
        "connection": "4g",
    }
    names = {"country": "atvi"}  # looked for in the name, not in the code
    for how, opposite in OPPOSITE.items():
        value = values.get(name, "a") if how in ("", "not") else names.get(name, values.get(name, "a"))
        found, rest = (views(f"{name}.{each}={value}".replace(".=", "=")) for each in (how, opposite))
        assert found + rest == total
        if name in values:
            assert 0 < found < total


@pytest.mark.parametrize("view", ["", *REPORTS, "list/source"])
@pytest.mark.parametrize("query", ["source.fits=(", "page.misfits=[a&page=/", f"source={'a' * 1001}"])
def test_a_filter_that_is_none_is_told_on_the_page(anna: Person, view: str, query: str) -> None:
    answer = anna.get(f"/sites/{shop.DOMAIN}{view and '/' + view}?{MARCH}&{query}")
    assert answer.status_code == 200
    text = words(answer)
    assert "is not a regular expression in RE2's syntax" in text or "at most 1000 printable characters" in text
    assert 'role="alert"' in answer.text or "nothing" in answer.text
    if "/" not in view:
        assert "Remove this filter" in text


def test_a_filter_that_fits_nothing_is_named_as_the_reason(anna: Person) -> None:
    assert "Nothing here in this period with these filters." in page(anna, "", "source=Nobody")
    assert "with these filters" not in page(anna, "", "from=2026-01-01&to=2026-01-02")


@pytest.mark.parametrize(
    ("asked", "suggested"),
    [
        ("country?how=", ["Latvia", "Unknown", "Estonia"]),
        ("country?how=has", ["Latvia", "Estonia"]),
        ("country?how=&device=mobile", ["Estonia"]),
        ("device?how=not", ["Desktop", "Mobile"]),
        ("device?how=fits", ["desktop", "mobile"]),
        ("term?how=&page.has=/basket&source.fits=(", []),
    ],
)
def test_the_field_of_a_filter_suggests_what_there_is(anna: Person, asked: str, suggested: list[str]) -> None:
    assert anna.get(f"/sites/{shop.DOMAIN}/values/{asked}&{MARCH}").json == suggested


def test_what_is_suggested_can_be_chosen(anna: Person) -> None:
    """Of every dimension, every value: the filter leaves the visitors of its row."""
    for name in FILTERS:
        for value in anna.get(f"/sites/{shop.DOMAIN}/values/{name}?{MARCH}").json or []:
            html = page(anna, "", urlencode({"filter": name, "how": "", "value": value}))
            assert figures(html)["pageviews"] not in ("0", "–"), (name, value)


@pytest.mark.parametrize("address", ["exit", "nothing", "country?how=is"])
def test_what_no_filter_takes_is_not_suggested(anna: Person, address: str) -> None:
    assert anna.get(f"/sites/{shop.DOMAIN}/values/{address}").status_code == 404
