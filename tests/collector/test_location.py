"""Both shapes of location databases answer through one function, and no address makes it fail."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from collector.location import UNKNOWN, Location, LocationError, open_locator

DBIP = Path(__file__).parents[2] / "node_modules" / "@ip-location-db" / "dbip-city-mmdb"
LIEPAJA: dict[str, Any] = {
    "country": {"iso_code": "LV", "names": {"en": "Latvia"}},
    "subdivisions": [{"iso_code": "LPX", "names": {"en": "Liepāja"}}],
    "city": {"names": {"en": "Liepāja", "de": "Libau"}},
}


def write_database(path: Path, kind: str, version: int, records: dict[str, dict[str, Any]]) -> Path:
    writer = MMDBWriter(version, kind, languages=["en"], description="test", ipv4_compatible=version == 6)
    for network, record in records.items():
        writer.insert_network(IPSet([network]), record)
    writer.to_db_file(str(path))
    return path


@pytest.fixture
def maxmind(tmp_path: Path) -> Path:
    estonia = {"country": {"iso_code": "EE"}}
    return write_database(
        tmp_path / "m.mmdb", "GeoLite2-City", 6, {"203.0.113.0/24": LIEPAJA, "2001:db8::/32": estonia}
    )


@pytest.fixture
def flat(tmp_path: Path) -> list[Path]:
    """As ip-location-db has it: one file for each version of IP."""
    riga = {"country_code": "LV", "state1": "Riga", "state2": "", "city": "Riga (Centra rajons)", "postcode": ""}
    vilnius = {"country_code": "lt", "state1": "Vilnius", "city": "Vilnius"}
    return [
        write_database(tmp_path / "v4.mmdb", "city ipv4", 4, {"198.51.100.0/24": riga, "203.0.113.0/24": vilnius}),
        write_database(tmp_path / "v6.mmdb", "city ipv6", 6, {"2001:db8::/32": vilnius}),
    ]


def test_maxminds_shape(maxmind: Path) -> None:
    locate = open_locator([maxmind])
    assert locate("203.0.113.7") == Location("LV", "Liepāja", "Liepāja")
    assert locate("2001:db8::1") == Location("EE", "", "")
    assert locate("8.8.8.8") == UNKNOWN


def test_maxminds_countries(tmp_path: Path) -> None:
    latvia = {"country": {"iso_code": "LV"}}
    path = write_database(tmp_path / "c.mmdb", "GeoLite2-Country", 4, {"203.0.113.0/24": latvia})
    locate = open_locator([path])
    assert locate("203.0.113.7") == Location("LV", "", "")


def test_flat_records_for_both_versions_of_ip(flat: list[Path]) -> None:
    for files in (flat, flat[::-1]):
        locate = open_locator(files)
        assert locate("198.51.100.7") == Location("LV", "Riga", "Riga")
        assert locate("2001:db8::1") == Location("LT", "Vilnius", "Vilnius")


def test_the_first_database_that_knows_answers(maxmind: Path, flat: list[Path]) -> None:
    assert open_locator([maxmind, *flat])("203.0.113.7").country == "LV"
    assert open_locator([*flat, maxmind])("203.0.113.7").country == "LT"
    assert open_locator([maxmind, *flat])("198.51.100.7").city == "Riga"


def test_without_a_database_all_is_unknown() -> None:
    assert open_locator([])("203.0.113.7") == UNKNOWN


@given(address=st.text(max_size=50) | st.ip_addresses().map(str))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_address_is_an_error(maxmind: Path, flat: list[Path], address: str) -> None:
    assert isinstance(open_locator([maxmind, *flat])(address), Location)


@pytest.mark.parametrize("content", [b"", b"not a database", b"\xab\xcd\xefMaxMind.com" + b"\xff" * 40])
def test_a_file_that_is_no_database_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.mmdb"
    path.write_bytes(content)
    with pytest.raises(LocationError, match=r"broken\.mmdb: not a location database"):
        open_locator([path])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LocationError, match=r"gone\.mmdb: No such file"):
        open_locator([tmp_path / "gone.mmdb"])


def test_the_data_that_make_run_brings() -> None:
    files = sorted(DBIP.glob("*.mmdb"))
    if not files:
        pytest.skip(f"no {DBIP}: run `npm ci` first")
    locate = open_locator(files)
    assert len(files) == 2
    assert locate("195.13.160.1")[::2] == ("LV", "Riga")
    assert locate("2a03:ec00:b100::1").country == "LV"
    assert locate("127.0.0.1") == UNKNOWN
