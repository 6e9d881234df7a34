"""The text of a notice: complete in every language, true about the site, and kept before it is shown."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from sqlalchemy import text

from collector.banner import Banner, BannerTexts, save_banner
from collector.config import Settings
from collector.database import Database, open_database, upgrade
from collector.declared import UNITS, Declared, declare
from collector.notice_text import KINDS, banner_content, hash_of
from collector.notices import Notices, make_notice
from collector.phrases import Phrases, languages, phrases
from collector.sites import Site, add_site, update_site

SITE = Site("example.lv", controller="SIA «Piemērs»")
GA = Declared("_ga", "statistics", "Google", 2, "years", True, {"lv": "Atšķir apmeklētājus"})
NOW = 1_800_000_000.0


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = open_database(settings.database)
    upgrade(opened)
    add_site(opened, SITE.domain, now=NOW)
    yield opened
    opened.close()


def shape(texts: Any) -> Any:
    """Which texts there are; forms for numbers count as one text."""
    if isinstance(texts, dict):
        return "forms" if "other" in texts else {key: shape(value) for key, value in texts.items()}
    return len(texts) if isinstance(texts, list) else "text"


def forms(texts: Any) -> Iterator[dict[str, str]]:
    if isinstance(texts, dict) and "other" in texts:
        yield texts
    elif isinstance(texts, dict):
        for each in texts.values():
            yield from forms(each)


def test_there_are_five_languages_and_latvian_is_the_first() -> None:
    assert languages()[0] == "lv"
    assert set(languages()) >= {"lv", "en", "lt", "et", "ru"}


@pytest.mark.parametrize("language", languages())
def test_every_language_says_everything_and_asks_for_the_same_purposes(language: str) -> None:
    words = phrases(language)
    assert shape(words.texts) == shape(phrases("en").texts)
    assert "{controller}" in words.texts["intro"]
    assert "{reopen}" in words.texts["change"]
    assert set(words.texts["units"]) == set(UNITS)
    assert re.findall(r"sīkfail", json.dumps(words.texts, ensure_ascii=False)) == []


@pytest.mark.parametrize("language", languages())
def test_every_form_that_whole_numbers_take_is_there(language: str) -> None:
    locale = Locale.parse(language)
    needed = {locale.plural_form(number) for number in range(201)}
    for given in forms(phrases(language).texts):
        assert set(given) <= set(locale.plural_form.tags) | {"other"}
        if any("{n}" in form for form in given.values()):
            assert set(given) | {"other"} >= needed


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [
        ("lv", 1, "1 sīkdatne"), ("lv", 2, "2 sīkdatnes"), ("lv", 10, "10 sīkdatnes"), ("lv", 11, "11 sīkdatnes"),
        ("lv", 21, "21 sīkdatne"), ("lv", 30, "30 sīkdatnes"), ("en", 1, "1 cookie"), ("en", 21, "21 cookies"),
        ("lt", 1, "1 slapukas"), ("lt", 3, "3 slapukai"), ("lt", 12, "12 slapukų"), ("et", 2, "2 küpsist"),
        ("ru", 1, "1 файл cookie"), ("ru", 4, "4 файла cookie"), ("ru", 12, "12 файлов cookie"),
    ],
)  # fmt: skip
def test_numbers_follow_the_rules_of_the_language(language: str, number: int, said: str) -> None:
    assert phrases(language).cookies(number) == said


def test_a_language_is_added_by_adding_a_file(tmp_path: Path) -> None:
    texts = json.loads(json.dumps(phrases("en").texts)) | {"title": "עוגיות באתר הזה"}
    (tmp_path / "he.json").write_text(json.dumps(texts), "utf-8")
    assert languages(tmp_path) == ("he",)
    words = phrases("he", tmp_path)
    content = banner_content(SITE, Banner(), (), words)
    assert (content["language"], content["direction"], content["title"]) == ("he", "rtl", "עוגיות באתר הזה")


def test_a_form_that_a_language_lacks_is_said_with_the_general_one() -> None:
    assert Phrases("lv", {}).counted({"other": "{n} x"}, 11) == "11 x"


def test_it_says_who_asks_who_else_gets_data_and_how_to_change_ones_mind() -> None:
    alone = make_notice(SITE, "lv").content["text"]
    assert "SIA «Piemērs»" in alone
    assert "trešajām personām nekas netiek nodots" in alone
    assert "«Sīkdatņu iestatījumi»" in alone
    shared = make_notice(SITE, "lv", cookies=(GA,)).content["text"]
    assert "Datus saņem arī 1 trešā persona: Google." in shared
    assert "nekas netiek nodots" not in shared


def test_each_cookie_is_told_with_name_provider_purpose_duration_and_third_party() -> None:
    purposes = {each["key"]: each for each in make_notice(SITE, "lv", cookies=(GA,)).content["purposes"]}
    assert list(purposes) == ["necessary", "statistics", "marketing"]
    assert purposes["statistics"]["count"] == "2 sīkdatnes"
    assert purposes["statistics"]["cookies"] == [
        ["visit, visit-left, sikdatne.visit", "SIA «Piemērs»", "Atceras jūsu apmeklējumus", "13 mēneši"],
        ["_ga", "Google (trešā persona)", "Atšķir apmeklētājus", "2 gadi"],
    ]
    assert purposes["marketing"]["count"] == "0 sīkdatnes"


def test_the_owner_s_words_replace_what_may_be_replaced_and_never_the_facts() -> None:
    own = Banner(texts={"lv": BannerTexts(title="Cepumi", intro="{controller} lūdz {atļauju}.", statistics="Skaitām.")})
    content = make_notice(SITE, "lv", banner=own).content
    assert content["title"] == "Cepumi"
    assert content["text"].startswith("SIA «Piemērs» lūdz {atļauju}. Tās ir šīs vietnes pašas")
    assert content["purposes"][1]["text"] == "Skaitām."
    nameless = Banner(texts={"lv": BannerTexts(intro="Lūdzam atļauju.")})
    assert make_notice(SITE, "lv", banner=nameless).content["text"].startswith("SIA «Piemērs»: Lūdzam atļauju.")
    assert make_notice(SITE, "en", banner=own).content["title"] == "Cookies on this site"


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_left_to_be_filled_in_but_what_the_page_fills_in(language: str, kind: str) -> None:
    content = json.dumps(make_notice(SITE, language, kind, cookies=(GA,)).content)
    allowed = {"{host}", "{purpose}"} if kind == "embed" else set()
    assert set(re.findall(r"\{\w+\}", content)) == allowed


def test_changed_texts_are_a_new_snapshot_of_the_same_policy_version(database: Database) -> None:
    notices = Notices(database)
    first = notices.current(SITE, "lv", NOW)
    save_banner(database, SITE.domain, {"texts": {"lv": {"title": "Cepumi"}}})
    assert notices.current(SITE, "lv", NOW + 1) == first  # known until two seconds have passed
    second = notices.current(SITE, "lv", NOW + 3)
    assert (second.version, second.content["title"]) == (first.version, "Cepumi")
    declare(database, SITE.domain, GA)
    third = notices.current(SITE, "lv", NOW + 6)
    assert len({first.hash, second.hash, third.hash}) == 3
    with database.session() as session:
        kept = session.scalars(text("SELECT content FROM notices")).all()
    assert {hash_of(json.loads(content)) for content in kept} == {first.hash, second.hash, third.hash}
    assert notices.find(first.hash) == first


def test_a_new_policy_version_is_a_new_notice_at_once(database: Database) -> None:
    notices = Notices(database)
    first = notices.current(SITE, "lv", NOW)
    changed = update_site(database, SITE.domain, policy_version=2)
    assert notices.current(changed, "lv", NOW).version == 2
    assert first.version == 1


def test_while_the_database_is_away_the_last_notice_is_shown_and_no_other(database: Database) -> None:
    notices = Notices(database)
    shown = notices.current(SITE, "lv", time.time())
    with database.session() as session:
        session.execute(text("ALTER TABLE banners RENAME TO hidden"))
    assert notices.current(SITE, "lv", time.time() + 60) == shown
    with pytest.raises(Exception, match="banners"):
        notices.current(SITE, "en", time.time() + 60)
