"""A ClickHouse of one's own, with the users and grants that docs/operations.md tells to make, and no more."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from string import Template

import pytest

from collector import rows
from collector.engine_files import CONFIG, VIEWS
from collector.schema import apply_schema
from collector.store import Store, StoreError, connect
from collector.visit import Delta, Origin
from tests.running import await_true
from tests.service import free_port

PAGE = Path(__file__).parent.parent.parent / "docs" / "operations.md"
USERS = Template("""<clickhouse>
    <profiles><default/><reader><readonly>1</readonly></reader></profiles>
    <quotas><default/></quotas>
    <users>
        <default><password/><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota>
        </default>
$users
    </users>
</clickhouse>
""")
USER = Template("""<$name><password>$name</password><networks><ip>127.0.0.1</ip></networks>
    <profile>$profile</profile><quota>default</quota><grants>$grants</grants></$name>""")
PROGRAM = """
import os, sys
from collector.engine import STATEMENTS, load_query
from collector.process import die_with
die_with(int(sys.argv[2]))
query = load_query()
os.chdir(sys.argv[1])
query(STATEMENTS, "CSV", path=sys.argv[1] + "/data")
"""


def grants(user: str) -> list[str]:
    """The grants of a user in the statements of the page."""
    blocks = re.findall(r"```sql\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return [grant for block in blocks for grant in re.findall(rf"^(GRANT .*) TO {user};$", block, re.MULTILINE)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a ClickHouse that knows these users. Its local server can only read users from a file."""
    folder, port = tmp_path_factory.mktemp("clickhouse"), free_port()
    users = "".join(
        USER.substitute(name=name, profile=profile, grants="".join(f"<query>{grant}</query>" for grant in grants(name)))
        for name, profile in (("sikdatne", "default"), ("analyst", "reader"))
    )
    (folder / "users.xml").write_text(USERS.substitute(users=users))
    (folder / "config.xml").write_text(CONFIG.substitute(port=port, users="users.xml"))
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(folder), str(os.getpid())])
    admin = connect(f"clickhouse://default@127.0.0.1:{port}/default")
    await_true(admin.answers, "the server")
    admin.execute("CREATE DATABASE sikdatne")
    yield port
    admin.close()
    process.kill()
    process.wait()


def as_user(port: int, name: str) -> Store:
    return connect(f"clickhouse://{name}:{name}@127.0.0.1:{port}/sikdatne")


def test_the_service_can_do_its_work_with_the_grants_of_the_page(server: int) -> None:
    store = as_user(server, "sikdatne")
    for _ in range(2):
        apply_schema(store, time.time())
    delta = Delta(20_000, 20_000 * 86_400, "/", visitors=1, gap=65535, pageviews=1)
    payload = rows.encode_beacon("example.lv", (90_000 // 2, 90_000 // 2), Origin(), 20_000 * 86_400, 65535, [delta])
    beacons = rows.columns([payload]).beacons
    for _ in range(2):
        store.insert_columns("beacons", rows.BEACON_COLUMNS, beacons, "a token")
    assert store.execute("SELECT sum(pageviews) FROM counters") == [(1,)]
    store.execute("ALTER TABLE counters ADD COLUMN test UInt8")  # as a change of the schema would
    store.execute("ALTER TABLE counters DROP COLUMN test")
    store.close()


def test_the_analyst_reads_the_views_and_nothing_else(server: int) -> None:
    owner, analyst = as_user(server, "sikdatne"), as_user(server, "analyst")
    apply_schema(owner, time.time())
    views = {name for (name,) in owner.execute("SELECT name FROM system.tables WHERE engine = 'View'")}
    assert {grant.rpartition(".")[2] for grant in grants("analyst")} == views & set(VIEWS)
    for view in sorted(views - {"unique_visitors"}):
        analyst.execute(f"SELECT * FROM {view}")
    for table in ("counters", "consent_log", "networks"):
        with pytest.raises(StoreError):
            analyst.execute(f"SELECT * FROM {table}")
    owner.close()
    analyst.close()
