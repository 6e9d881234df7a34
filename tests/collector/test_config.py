"""A setting is read strictly, and a wrong one stops the start with its name and what it takes."""

import stat
import threading
from pathlib import Path

import pytest

from collector.config import ConfigError, Settings, unknown_names

KEY = "x" * 32


def read(tmp_path: Path, **values: str) -> Settings:
    environment = {"SIKDATNE_DATA": str(tmp_path / "data"), "SIKDATNE_SECRET_KEY": KEY}
    return Settings.from_environment(environment | {f"SIKDATNE_{name}": value for name, value in values.items()})


def test_defaults_are_those_of_the_contract(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8000, 2)
    assert settings.clickhouse is None
    assert settings.database == f"sqlite:///{tmp_path}/data/sikdatne.db"
    assert (settings.trusted_proxies, settings.durability, settings.spool_limit) == (0, "process", 1 << 30)


@pytest.mark.parametrize(
    ("name", "value", "takes"),
    [
        ("PORT", "eighty", "1 to 65535"),
        ("PORT", "0", "1 to 65535"),
        ("PORT", "70000", "1 to 65535"),
        ("PORT", "8000 ", None),
        ("PORT", "٨٠٠٠", "1 to 65535"),
        ("WORKERS", "-1", "1 to 256"),
        ("TRUSTED_PROXIES", "all", "0 to 16"),
        ("DURABILITY", "maybe", "process or disk"),
        ("SPOOL_LIMIT", "1GB", "whole number"),
        ("CLICKHOUSE", "http://host:8123/", "clickhouse://"),
        ("CLICKHOUSE", "clickhouse:///sikdatne", "clickhouse://"),
        ("CLICKHOUSE", "clickhouse://host:99999/sikdatne", "clickhouse://"),
        ("CLICKHOUSE", "clickhouse://host/two/parts", "clickhouse://"),
        ("DATABASE", "not a url", "URL"),
        ("GEOIP", "/nowhere.mmdb", "not a file"),
        ("SECRET_KEY", "short", "at least 32"),
        ("SECRET_KEY", f"{KEY} short", "at least 32"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, name: str, value: str, takes: str | None) -> None:
    if takes is None:
        assert read(tmp_path, **{name: value})
        return
    with pytest.raises(ConfigError, match=f"SIKDATNE_{name} takes .*{takes}|SIKDATNE_{name} .*{takes}") as caught:
        read(tmp_path, **{name: value})
    assert "\n" not in str(caught.value)


def test_a_wrong_address_of_the_store_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, CLICKHOUSE="http://user:verysecret@host/")
    assert "verysecret" not in str(caught.value)


def test_secrets_can_come_from_files(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY + "\n")
    environment = {"SIKDATNE_DATA": str(tmp_path), "SIKDATNE_SECRET_KEY_FILE": str(file)}
    assert Settings.from_environment(environment).secret_keys == (KEY.encode(),)
    with pytest.raises(ConfigError, match="both set"):
        Settings.from_environment(environment | {"SIKDATNE_SECRET_KEY": KEY})
    file.unlink()
    with pytest.raises(ConfigError, match="SECRET_KEY_FILE must name a readable file"):
        Settings.from_environment(environment)


def test_several_keys_the_first_signs(tmp_path: Path) -> None:
    settings = read(tmp_path, SECRET_KEY=f"{'a' * 32}, {'b' * 32}")
    assert settings.secret_keys == (b"a" * 32, b"b" * 32)
    visit, consent = settings.key("visit"), settings.key("consent")
    assert len(set(visit + consent)) == 4
    assert {len(key) for key in visit + consent} == {32}
    assert read(tmp_path, SECRET_KEY="a" * 32).key("visit") == visit[:1]


def test_the_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    environment = {"SIKDATNE_DATA": str(tmp_path / "new" / "data")}
    found: list[tuple[bytes, ...]] = []
    threads = [
        threading.Thread(target=lambda: found.append(Settings.from_environment(environment).secret_keys))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    path = tmp_path / "new" / "data" / "secret_key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [item.name for item in path.parent.iterdir()] == ["secret_key"]


def test_secrets_do_not_show_when_settings_are_printed(tmp_path: Path) -> None:
    assert KEY not in repr(read(tmp_path))


def test_several_location_databases(tmp_path: Path) -> None:
    files = [tmp_path / "a.mmdb", tmp_path / "b.mmdb"]
    for file in files:
        file.touch()
    assert read(tmp_path, GEOIP=f"{files[0]},{files[1]}").geoip == tuple(files)


def test_misspelt_settings_are_found() -> None:
    environment = {"SIKDATNE_PROT": "1", "SIKDATNE_PORT": "1", "SIKDATNE_SECRET_KEY_FILE": "x", "HOME": "/"}
    assert unknown_names(environment) == ["SIKDATNE_PROT"]
