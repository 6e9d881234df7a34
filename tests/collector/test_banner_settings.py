"""What may be set about a banner, and that what the law leaves no choice about cannot be."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from collector.banner import LONGEST, Banner, BannerError, BannerTexts, banner_of, save_banner
from collector.config import Settings
from collector.database import Database, open_database, upgrade
from collector.declared import DeclarationError, Declared, checked, declare, declared, withdraw
from collector.sites import add_site

SITE = "example.lv"


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = open_database(settings.database)
    upgrade(opened)
    add_site(opened, SITE, now=0)
    yield opened
    opened.close()


def test_a_site_has_the_standard_banner_until_it_is_set_up(database: Database) -> None:
    assert banner_of(database, SITE) == Banner()
    saved = save_banner(
        database,
        SITE,
        {"position": "end", "floating": True, "texts": {"lv": {"title": " Cepumi "}, "en": {"intro": " "}}},
    )
    assert saved == Banner("end", True, {"lv": BannerTexts(title="Cepumi")})
    assert banner_of(database, SITE) == saved


UNLAWFUL: list[dict[str, Any]] = [
    {"preticked": ["statistics"]},
    {"checked": True},
    {"reject": False},
    {"buttons": {"accept": "large", "reject": "small"}},
    {"texts": {"lv": {"reject": ""}}},
    {"texts": {"lv": {"accept": "OK"}}},
    {"texts": {"lv": {"failed": ""}}},
    {"purposes": ["necessary"]},
    {"position": "center"},
    {"position": "bottom", "days": 3650},
    {"floating": "yes"},
]


@pytest.mark.parametrize("values", UNLAWFUL, ids=str)
def test_what_would_be_unlawful_is_refused(database: Database, values: dict[str, Any]) -> None:
    with pytest.raises(BannerError):
        save_banner(database, SITE, values)
    assert banner_of(database, SITE) == Banner()


@pytest.mark.parametrize("values", UNLAWFUL, ids=str)
def test_and_where_somebody_wrote_it_into_the_database_the_standard_banner_is_shown(
    database: Database, values: dict[str, Any]
) -> None:
    with database.session() as session:
        session.execute(text("INSERT INTO banners VALUES (:site, :all)"), {"site": SITE, "all": json.dumps(values)})
    assert banner_of(database, SITE) == Banner()


@pytest.mark.parametrize("name", LONGEST)
def test_texts_have_a_length_that_leaves_the_buttons_in_view(database: Database, name: str) -> None:
    save_banner(database, SITE, {"texts": {"lv": {name: "ā" * LONGEST[name]}}})
    with pytest.raises(BannerError, match=name):
        save_banner(database, SITE, {"texts": {"lv": {name: "ā" * (LONGEST[name] + 1)}}})


def test_a_banner_belongs_to_a_site(database: Database) -> None:
    with pytest.raises(BannerError):
        save_banner(database, "other.lv", {})
    with pytest.raises(DeclarationError):
        declare(database, "other.lv", Declared("_ga", "statistics"))


def test_cookies_are_declared_changed_and_taken_back(database: Database) -> None:
    ga = Declared("_ga", "statistics", "Google", 2, "years", True, {"lv": "Skaita", "en": " "})
    pixel = Declared("_fbp", "marketing", "Meta", 90, "days", True)
    cart = Declared("cart", "necessary", "", 5, "session")
    for cookie in (pixel, ga, cart):
        declare(database, SITE, cookie)
    kept = declared(database, SITE)
    assert [cookie.name for cookie in kept] == ["cart", "_ga", "_fbp"]
    assert kept[0].amount == 0
    assert kept[1].texts == {"lv": "Skaita"}
    declare(database, SITE, Declared("_ga", "marketing", "Google", 1, "years", True))
    assert [cookie.purpose for cookie in declared(database, SITE) if cookie.name == "_ga"] == ["marketing"]
    assert withdraw(database, SITE, "_ga")
    assert not withdraw(database, SITE, "_ga")
    assert len(declared(database, SITE)) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        Declared("", "statistics"), Declared("a b", "statistics"), Declared("a;b", "statistics"),
        Declared("*", "statistics"), Declared("x" * 101, "statistics"), Declared("consent", "necessary"),
        Declared("sikdatne.visit", "statistics"), Declared("_ga", "statistics", unit="days"),
        Declared("_ga", "statistics", amount=1001, unit="days"), Declared("_ga", "statistics", third_party=True),
        Declared("_ga", "statistics", "x" * 81), Declared("_ga", "statistics", texts={"lv": "x" * 301}),
        Declared("_ga", "fun"), Declared("_ga", "statistics", amount=1, unit="weeks"),  # type: ignore[arg-type]
    ],
    ids=str,
)  # fmt: skip
def test_a_declaration_that_says_too_little_is_refused(wrong: Declared) -> None:
    with pytest.raises(DeclarationError):
        checked(wrong)


@pytest.mark.parametrize(
    ("name", "cookie", "covers"),
    [("_ga", "_ga", True), ("_ga", "_gat", False), ("_ga_*", "_ga_ABC1", True), ("_ga_*", "_ga", False),
     ("a[b]?", "a[b]?", True), ("a[b]?", "abc", False)],
)  # fmt: skip
def test_a_star_in_a_name_stands_for_anything_and_nothing_else_does(name: str, cookie: str, covers: bool) -> None:
    assert Declared(name, "statistics").covers(cookie) is covers
