"""Lists of all values of a dimension, over HTTP on a real store: how they moved, and what can be chosen on them."""

import re
from html import unescape

import pytest

from tests.dashboards import shop
from tests.dashboards.person import Person
from tests.dashboards.test_pages import Tables
from tests.dashboards.test_reports import anna, app, clock, shop_store, text_of

__all__ = ["anna", "app", "clock", "shop_store"]  # fixtures

SECOND_WEEK = "from=2026-03-09&to=2026-03-15"  # by itself compared with the first


def listed(person: Person, dimension: str, query: str = "") -> str:
    answer = person.get(f"/sites/{shop.DOMAIN}/list/{dimension}?{SECOND_WEEK}{query and '&' + query}")
    assert answer.status_code == 200
    return answer.text


def test_rows_tell_how_they_moved(anna: Person) -> None:
    """Four came from Google in the first week and two of them again in the second; the others by letter or directly."""
    html = listed(anna, "source")
    rows = Tables(html).rows["list"]
    assert rows[0] == ["Source", "Visitors", "Change", "Share"]
    assert ["Google", "2", "↓ 50%down by 50%", "40%"] in rows
    assert 'title="was 4"' in html
    pages = Tables(listed(anna, "page")).rows["list"]
    assert pages[0][:4] == ["Page", "Visitors", "Change", "Share"]
    assert pages[1][:3] == ["/", "5", "↓ 50%down by 50%"]


def test_without_days_to_compare_with_there_is_no_change(anna: Person) -> None:
    for query in ("compare=none", "compare=custom&with_from=2020-01-01&with_to=2020-01-07"):
        assert Tables(listed(anna, "source", query)).rows["list"][0] == ["Source", "Visitors", "Share"]


def test_where_shares_are_not_known_there_is_no_column_of_them(anna: Person) -> None:
    rows = Tables(listed(anna, "page", "compare=none&page.has=guides&device=mobile&match=any")).rows["list"]
    assert rows[0][:3] == ["Page", "Visitors", "Page views"]
    assert len({len(row) for row in rows}) == 1


def test_filters_are_changed_and_removed_on_the_list(anna: Person) -> None:
    html = listed(anna, "source", "device=desktop")
    chip = re.search(r'<a class="turn" href="([^"]+)".*?<a class="off" href="([^"]+)"', html)
    assert chip
    turned, removed = (anna.get(unescape(url)).text for url in chip.groups())
    assert "Device is not Desktop Remove this filter" in text_of(turned)
    assert ["newsletter", "1", "↓ 67%down by 67%", "100%"] in Tables(turned).rows["list"]
    assert 'class="chip"' not in removed
    assert "<h1>Sources" in turned
    assert "<h1>Sources" in removed


def test_the_form_of_filters_leads_to_the_list(anna: Person) -> None:
    html = listed(anna, "source", "filter=source&how=has&value=goo")
    assert f'action="/sites/{shop.DOMAIN}/list/source"' in html
    assert [row[0] for row in Tables(html).rows["list"][1:]] == ["Google"]


@pytest.mark.parametrize("dimension", ["source", "city", "exit"])
def test_days_are_chosen_on_the_list_and_rows_lead_to_the_overview(anna: Person, dimension: str) -> None:
    html = listed(anna, dimension)
    assert re.search(rf'href="/sites/{shop.DOMAIN}/list/{dimension}\?period=7d" data-swap', html)
    back = f'<a href="/sites/{shop.DOMAIN}?{SECOND_WEEK}">{shop.DOMAIN}</a>'
    assert back in unescape(html)
    if dimension != "exit":
        assert re.search(rf'<th scope="row"><a href="/sites/{shop.DOMAIN}\?', html)


def test_what_cannot_be_known_is_said_and_opens_no_menu(anna: Person) -> None:
    html = listed(anna, "exit", "page=/guides/chain")
    assert "This is not known of single pages" in text_of(html)
    assert not re.search(r"<details[^>]* open", html)


def test_every_table_with_rows_leads_to_the_list_of_them(anna: Person) -> None:
    """Also where it shows all its rows: on the list each says how it moved."""
    html = anna.get(f"/sites/{shop.DOMAIN}?{SECOND_WEEK}").text
    for part, dimension in (("sources", "channel"), ("devices", "device"), ("places", "country")):
        shown = html.split(f'id="{part}"')[1].split("</section>")[0]
        assert f'<a href="/sites/{shop.DOMAIN}/list/{dimension}?{SECOND_WEEK.replace("&", "&amp;")}">All</a>' in shown
    nothing = anna.get(f"/sites/{shop.DOMAIN}?{SECOND_WEEK}&country=FI").text
    assert ">All</a>" not in nothing
