"""Sites are checked when they are added, and collectors know them while the database is away."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from collector.config import Settings
from collector.database import Database, is_current, open_database, upgrade
from collector.sites import SiteDirectory, SiteError, add_site, list_sites, update_site

NOW = 1_800_000_000.0


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = open_database(settings.database)
    upgrade(opened)
    yield opened
    opened.close()


def test_a_site_is_added_with_its_settings(database: Database) -> None:
    site = add_site(database, " Example.LV ", "Europe/Riga", ["https://Shop.Example.com/"], now=NOW)
    assert site.domain == "example.lv"
    assert site.origins == ("https://shop.example.com",)
    assert (site.detail_days, site.rollup_months, site.policy_version) == (180, 25, 1)
    assert site.created.timestamp() == NOW
    assert list_sites(database) == [site]


@pytest.mark.parametrize(
    "domain", ["", "https://example.lv", "example.lv/x", "a b.lv", "lv", "-a.lv", "x" * 64 + ".lv", "a..lv", "ā.lv"]
)
def test_what_is_no_domain_is_refused(database: Database, domain: str) -> None:
    with pytest.raises(SiteError, match="is not a domain"):
        add_site(database, domain, now=NOW)


@pytest.mark.parametrize("name", ["controller", "contact"])
def test_what_visitors_are_told_of_the_controller_is_one_line(database: Database, name: str) -> None:
    add_site(database, "example.lv", now=NOW)
    for wrong in ("x" * 201, "SIA\0", "\u202eSIA"):
        with pytest.raises(SiteError, match=f"the {name} is one line"):
            update_site(database, "example.lv", **{name: wrong})
    kept = update_site(database, "example.lv", **{name: " SIA\u00a0«Piemērs»\n"})
    assert getattr(kept, name) == "SIA «Piemērs»"


@pytest.mark.parametrize("timezone", ["", "Riga", "../../etc/passwd", "/etc/localtime", "Europe/Riga\0"])
def test_what_is_no_time_zone_is_refused(database: Database, timezone: str) -> None:
    with pytest.raises(SiteError, match="is not a time zone"):
        add_site(database, "example.lv", timezone, now=NOW)


@pytest.mark.parametrize(
    "origin", ["shop.example.com", "ftp://a.lv", "https://a.lv/x", "https://u@a.lv", "https://[", "*"]
)
def test_what_is_no_origin_is_refused(database: Database, origin: str) -> None:
    with pytest.raises(SiteError, match="is not an origin"):
        add_site(database, "example.lv", origins=[origin], now=NOW)


def test_the_same_site_twice_is_refused(database: Database) -> None:
    add_site(database, "example.lv", now=NOW)
    with pytest.raises(SiteError, match="exists already"):
        add_site(database, "example.lv", now=NOW)


def test_a_site_can_be_changed(database: Database) -> None:
    add_site(database, "example.lv", now=NOW)
    changed = update_site(database, "example.lv", controller="SIA Piemērs", policy_version=2)
    assert (changed.controller, changed.policy_version) == ("SIA Piemērs", 2)
    assert list_sites(database) == [changed]
    with pytest.raises(SiteError, match="no setting created"):
        update_site(database, "example.lv", created=NOW)
    with pytest.raises(SiteError, match="there is no site"):
        update_site(database, "other.lv", controller="x")
    with pytest.raises(SiteError, match="detail_days"):
        update_site(database, "example.lv", detail_days=0)


def test_which_pages_may_report(database: Database) -> None:
    site = add_site(database, "example.lv", origins=["https://shop.example.com:8443", "http://other.lv"], now=NOW)
    for host in ("example.lv", "www.example.lv", "a.b.EXAMPLE.lv", "shop.example.com:8443", "other.lv"):
        assert site.allows(host), host
    for host in ("notexample.lv", "example.lv.evil.com", "shop.example.com", "example.lv:8080", "www.other.lv", ""):
        assert not site.allows(host), host


def test_collectors_see_a_new_site_within_two_seconds(database: Database) -> None:
    directory = SiteDirectory(database)
    assert directory.get("example.lv", NOW) is None
    add_site(database, "example.lv", now=NOW)
    assert directory.get("example.lv", NOW + 1.9) is None
    assert directory.get("example.lv", NOW + 2) is not None
    assert len(directory.all(NOW + 2)) == 1


def test_collectors_know_the_sites_while_the_database_is_away(database: Database) -> None:
    add_site(database, "example.lv", now=NOW)
    directory = SiteDirectory(database)
    assert directory.get("example.lv", NOW)
    with database.session() as session:
        session.execute(text("ALTER TABLE sites RENAME TO gone"))
    assert directory.get("example.lv", NOW + 60)


def test_no_thread_misses_a_site_while_another_one_reads_them_first(database: Database) -> None:
    add_site(database, "example.lv", now=NOW)
    for _ in range(20):
        directory = SiteDirectory(database)
        with ThreadPoolExecutor(8) as threads:
            assert all(threads.map(lambda _: directory.get("example.lv", NOW), range(16)))  # noqa: B023


def test_upgrading_again_changes_nothing(database: Database) -> None:
    add_site(database, "example.lv", now=time.time())
    upgrade(database)
    assert is_current(database)
    assert len(list_sites(database)) == 1
