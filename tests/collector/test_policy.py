"""The policy: generated from settings and schema so that it cannot drift, in every language, and versioned."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector import bot, channel, device
from collector.database import Database, open_database, upgrade
from collector.decision import VALID_DAYS, Method
from collector.declared import Declared, declare
from collector.differences import differences
from collector.gate import in_force
from collector.markdown import MAX_LENGTH, MarkdownError, escaped, render
from collector.policies import PolicyError, PolicyRow, Publication, current, find, hash_of, publish, versions
from collector.policy import compose
from collector.schema import SCHEMA
from collector.sites import Site, add_site, list_sites, update_site
from collector.stored import read, tables
from collector.tokens import ConsentGrant
from collector.visit import Origin, State
from collector.wording import SOURCE, TEXTS, choose, languages, words

SITE = "example.lv"
NOW = time.time()
WANTED = ["lv", "en", "et", "lt", "ru"]
TRANSLATED = [language for language in WANTED if language != SOURCE]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path}/sikdatne.db")
    upgrade(opened)
    add_site(opened, SITE, now=NOW)
    yield opened
    opened.close()


def site_of(database: Database) -> Site:
    return list_sites(database)[0]


# The words


def test_there_are_five_languages_and_latvian_is_the_first() -> None:
    assert sorted(languages()) == sorted(WANTED)
    assert languages()[0] == "lv"
    assert [choose([tag]).language for tag in ("ru-RU", "EN", "et", "fr", "")] == ["ru", "en", "et", "lv", "lv"]


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_language_says_everything_with_the_same_placeholders(language: str) -> None:
    def shape(value: object, path: str = "") -> dict[str, list[str]]:
        if isinstance(value, dict):
            return {k: v for key, part in value.items() for k, v in shape(part, f"{path}/{key}").items()}
        if isinstance(value, list):
            return {k: v for at, part in enumerate(value) for k, v in shape(part, f"{path}/{at}").items()}
        return {path: sorted(set(re.findall(r"\{\w+\}", str(value))))}

    source, other = [msgspec.json.decode((TEXTS / f"{each}.json").read_bytes()) for each in (SOURCE, language)]
    source.pop("schema"), other.pop("schema")
    source.pop("units", None), other.pop("units", None)  # only where Babel has no good word
    assert shape(other) == shape(source)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_comment_of_the_schema_is_translated_and_no_translation_is_left_over(language: str) -> None:
    """The key is the comment itself: whoever changes a comment has to look at its translations."""
    comments = {table.comment for table in tables()} | {each.comment for table in tables() for each in table.columns}
    known = words(language).schema
    assert sorted(comments - set(known)) == [], f"collector/texts/{language}.json lacks these under “schema”"
    assert sorted(set(known) - comments) == []


@pytest.mark.parametrize("language", WANTED)
def test_every_field_and_code_that_a_browser_holds_has_a_word(language: str) -> None:
    said = words(language)
    fields = {*State.__struct_fields__, *Origin.__struct_fields__, *ConsentGrant.__struct_fields__}
    assert sorted(fields - set(said.fields)) == []
    channels = {*channel.BY_KIND.values(), *channel.PAID_BY_KIND.values(), *channel.BY_MEDIUM.values()}
    channels |= {"Direct", "Referral", "Paid Other", "Other"}
    assert sorted(channels - set(said.values["channel"])) == []
    assert sorted(set(Method.__args__) - set(said.values["method"])) == []  # type: ignore[attr-defined]
    assert said.value("country", "LV") not in ("", "LV")


# What is generated


@pytest.mark.parametrize("language", WANTED)
def test_the_policy_names_every_column_that_is_stored(language: str) -> None:
    data = compose(Site(SITE), words(language)).data
    for table in tables():
        for column in table.columns:
            assert f"| `{column.name}` | {escaped(words(language).comment(column.comment))} |" in data


def test_a_column_that_is_added_to_the_schema_is_read() -> None:
    """Whatever stands in a CREATE TABLE must be found, or the policy would leave it out in silence."""
    sql = SCHEMA.read_text("utf-8").replace(
        "    requests        Int64                   COMMENT",
        "    shoe_size       UInt8 DEFAULT 0         COMMENT 'Size of the visitor''s shoes' CODEC(T64),\n"
        "    requests        Int64                   COMMENT",
    )
    networks = next(table for table in read(sql) if table.name == "networks")
    assert ("shoe_size", "Size of the visitor's shoes") in networks.columns
    assert networks.kept == "30 day"


def test_every_column_of_every_stored_table_is_found() -> None:
    """Counted in another way than the policy reads them: by their comments between CREATE TABLE and ENGINE."""
    text = SCHEMA.read_text("utf-8")
    bodies = re.findall(
        r"^CREATE TABLE IF NOT EXISTS (\w+)\n\((.*?)^\)\nENGINE = (\w+)", text, re.MULTILINE | re.DOTALL
    )
    expected = {
        name: body.count(" COMMENT '") + body.count(")COMMENT '") for name, body, engine in bodies if engine != "Null"
    }
    assert {table.name: len(table.columns) for table in tables()} == expected
    assert all(table.comment for table in tables())


@pytest.mark.parametrize("language", WANTED)
def test_terms_and_sizes_are_those_in_force(language: str) -> None:
    said = words(language)
    site = Site(SITE, detail_days=99, rollup_months=14, proof_months=48, request_months=17, contact="dati@example.lv")
    text = compose(site, said).text
    for number, unit in ((99, "day"), (14, "month"), (48, "month"), (17, "month"), (30, "day"), (VALID_DAYS, "day")):
        assert said.duration(number, unit) in text  # type: ignore[arg-type]
    for needed in (
        max(device.CACHED, bot.CACHED),
        "Argon2",
        "Global Privacy Control",
        "Do Not Track",
        "mailto:dati@example.lv",
        "Elijas iela 17",
        "mailto:pasts@dvi.gov.lv",
        "/privacy/example.lv/me",
    ):
        assert str(needed) in text, needed


def test_the_promise_of_the_founding_policy_is_told() -> None:
    """IP address, system, browser, location and pages as statistics; customers and others; security; rights."""
    text = compose(Site(SITE), words("en")).text
    promises = ["IP address", "Operating system, browser", "Location", "Visited pages", "tell customers from other"]
    promises += ["## Security", "object to processing", "what changed in it", "What is in memory for a while"]
    for promised in promises:
        assert promised in text, promised


def test_cookies_that_the_site_declares_are_listed_in_the_visitors_language(database: Database) -> None:
    texts = {"lv": "Skaita | pārdod", "en": "Counts"}
    declare(database, SITE, Declared("_ga_*", "marketing", "Google", 2, "years", True, texts))
    for language, expected in (("lv", "Mārketings: Skaita"), ("en", "Marketing: Counts"), ("ru", "Skaita")):
        made = current(database, SITE, NOW)
        assert made is not None
        html = render(made.text(language).text)
        row = next(row for row in html.split("<tr") if "_ga_*" in row)
        assert "Google" in row
        assert expected in row
        assert row.count("<td ") == 4


# Versions


def test_the_first_reader_makes_the_first_version_and_the_next_one_finds_it(database: Database) -> None:
    first, second = current(database, SITE, NOW), current(database, SITE, NOW + 99)
    assert first == second
    assert first is not None
    assert first.version == 1
    assert current(database, "nobody.lv", NOW) is None


def test_a_change_of_the_settings_makes_a_version_and_asks_nobody_again(database: Database) -> None:
    grant = ConsentGrant(SITE, 1, True, True, 0, 2**31)
    before = current(database, SITE, NOW)
    update_site(database, SITE, detail_days=90)
    after = current(database, SITE, NOW + 10)
    assert before is not None
    assert after is not None
    assert (before.version, after.version) == (1, 2)
    assert find(database, SITE, 1) == before  # for ever as it was
    assert in_force(grant, site_of(database), 1)
    newest, oldest = versions(database, SITE)
    assert (newest.material, newest.by_owner, newest.ended, newest.before) == (False, False, None, 1)
    assert oldest.ended == newest.published


def test_a_material_change_asks_every_visitor_again(database: Database) -> None:
    grant = ConsentGrant(SITE, 1, True, True, 0, 2**31)
    current(database, SITE, NOW)
    publish(database, SITE, Publication({"lv": "Jauns"}, material=False), NOW + 1)
    assert in_force(grant, site_of(database), 1)
    made = publish(database, SITE, Publication({"lv": "Jauns"}, material=True, note="A new purpose"), NOW + 2)
    assert made.version == 3
    assert not in_force(grant, site_of(database), 1)
    assert [(each.material, each.note) for each in versions(database, SITE)] == [
        (True, "A new purpose"), (False, ""), (False, ""),
    ]  # fmt: skip


def test_publishing_what_is_in_force_makes_no_version(database: Database) -> None:
    publish(database, SITE, Publication({"lv": "Teksts\r\n\r\ntālāk "}, material=False), NOW)
    again = publish(database, SITE, Publication({"lv": "Teksts\n\ntālāk", "en": "  "}, material=False), NOW)
    assert (again.version, again.own) == (1, {"lv": "Teksts\n\ntālāk"})


def test_paragraphs_stay_when_something_else_changes(database: Database) -> None:
    publish(database, SITE, Publication({"lv": "Savs"}, material=False), NOW)
    update_site(database, SITE, controller="SIA Piemērs")
    made = current(database, SITE, NOW)
    assert made is not None
    assert (made.version, made.own) == (2, {"lv": "Savs"})
    assert made.own_text("ru") == ("Savs", "lv")


def test_a_snapshot_is_what_its_hash_says(database: Database) -> None:
    publish(database, SITE, Publication({"lv": "Savs"}, material=False), NOW)
    with database.session() as session:
        row = session.get(PolicyRow, (SITE, 1))
        assert row is not None
        assert hash_of(row.content) == row.hash


@pytest.mark.parametrize(
    "wanted",
    [
        Publication({"tlh": "x"}, material=False),
        Publication({"lv": "x" * (MAX_LENGTH + 1)}, material=False),
        Publication({"lv": "x"}, material=False, note="n" * 301),
    ],
)
def test_what_cannot_be_published_is_refused(database: Database, wanted: Publication) -> None:
    with pytest.raises(PolicyError):
        publish(database, SITE, wanted, NOW)
    with pytest.raises(PolicyError):
        publish(database, "nobody.lv", Publication({}, material=False), NOW)
    assert versions(database, SITE) == []


def test_what_changed_is_told_word_by_word_under_its_heading() -> None:
    before = "## Terms\n\nKept for 180 days.\n\n* one\n* two\n\n## Rest\n\nStays."
    after = "## Terms\n\nKept for 90 days.\n\n* one\n\n## Rest\n\nStays.\n\nIs new."
    found = [(change.heading, [tuple(piece) for piece in change.pieces]) for change in differences(before, after)]
    assert found == [
        ("Terms", [("", "Kept for "), ("del", "180"), ("ins", "90"), ("", " days.")]),
        ("Terms", [("del", "* two")]),
        ("Rest", [("ins", "Is new.")]),
    ]
    assert differences(after, after) == []


@given(before=st.text(max_size=200), after=st.text(max_size=200))
def test_the_kept_and_the_added_words_are_the_new_text(before: str, after: str) -> None:
    changes = differences(before, after)
    if before == after:
        assert changes == []
    for change in changes:
        assert any(piece.mark for piece in change.pieces)


# Markdown


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<div onclick='alert(1)'>x</div>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](vbscript:msgbox)",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](file:///etc/passwd)",
        "[x](//evil.example)",
        "[x](/\\evil.example)",
        "<javascript:alert(1)>",
        "![x](https://evil.example/pixel.gif)",
        "[x]: javascript:alert(1)\n\n[x]",
        '[x](https://a.lv "onmouseover=alert(1)")',
        '[x](https://a.lv"onmouseover="alert(1))',
        "`</code><script>alert(1)</script>`",
        "    <script>alert(1)</script>",
        "```html\n<script>alert(1)</script>\n```",
        "| <script> | b |\n|---|---|\n| <iframe src=x> | y |",
        "<svg/onload=alert(1)>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ],
)
def test_markdown_can_do_nothing_but_text(attack: str) -> None:
    harmless_html(str(render(attack)))
    harmless_html(str(render(escaped(attack))))


@given(st.text(alphabet=st.sampled_from("<>\"'()[]!&#;:/\\`*_|-\n\t ax1javascript"), max_size=120))
def test_no_text_makes_another_element(text: str) -> None:
    harmless_html(str(render(text)))


def harmless_html(html: str) -> None:
    """Only elements that Markdown has, only the attributes that are set here, and only harmless addresses."""
    for tag, attributes in re.findall(r"<\s*/?([a-zA-Z0-9!]+)([^>]*)>", html):
        assert re.fullmatch(
            r"p|a|em|strong|code|ul|ol|li|h[1-6]|blockquote|hr|br|div|table|thead|tbody|tr|th|td|s", tag
        )
        for name, value in re.findall(r'([\w-]+)="([^"]*)"', attributes):
            assert name in ("href", "title", "rel", "class", "tabindex", "start", "style"), (name, value)
            if name == "href":
                assert re.match(r"https?:|mailto:|tel:|#|/(?![/\\])", value), value
            if name == "style":
                assert re.fullmatch(r"text-align:(left|right|center)", value)
        bare = re.sub(r'[\w-]+="[^"]*"', "", attributes).strip(" /")
        assert bare == "", html


def test_links_do_not_recommend_and_headings_stand_below_those_of_the_page() -> None:
    html = str(render("# Mine\n\n[Us](https://example.lv)", 1))
    assert "<h2>Mine</h2>" in html
    assert 'rel="nofollow noopener noreferrer"' in html


@given(st.text(max_size=100))
def test_an_escaped_value_reads_as_it_was(value: str) -> None:
    html = str(render(escaped(value)))
    assert "<a " not in html
    assert "<strong" not in html


def test_too_much_text_is_refused() -> None:
    with pytest.raises(MarkdownError):
        render("x" * (MAX_LENGTH + 1))
