"""The files the embedded engine reads at its start: its configuration, its users, their passwords."""

import hashlib
import json
import os
import secrets
from pathlib import Path
from string import Template

VIEWS = (
    "site_daily", "pages_daily", "sources_daily", "places_daily", "devices_daily", "events_daily", "goals_daily",
    "funnels_daily", "flows_daily", "cohorts_weekly", "consents_daily", "unique_visitors",
)  # fmt: skip
USERS = ("collector", "dashboards", "analyst")

CONFIG = Template("""<clickhouse>
    <tcp_port>$port</tcp_port>
    <listen_host>127.0.0.1</listen_host>
    <user_directories><users_xml><path>$users</path></users_xml></user_directories>
    <mark_cache_size>67108864</mark_cache_size>
    <max_server_memory_usage>1500000000</max_server_memory_usage>
    <max_connections>256</max_connections>
    <send_crash_reports><enabled>false</enabled></send_crash_reports>
</clickhouse>
""")

# `default` is who the engine itself logs in as and cannot have a password. It may do nothing but open the port, and
# with its one session taken by the engine nobody else can log in as it.
USERS_FILE = Template("""<clickhouse>
    <profiles>
        <default/>
        <starter>
            <max_sessions_for_user>1</max_sessions_for_user>
        </starter>
        <dashboards>
            <readonly>2</readonly>
            <max_execution_time>60</max_execution_time>
        </dashboards>
        <analyst>
            <readonly>1</readonly>
            <max_execution_time>60</max_execution_time>
            <max_memory_usage>500000000</max_memory_usage>
        </analyst>
    </profiles>
    <quotas><default/></quotas>
    <users>
        <default>
            <password/>
            <networks><ip>127.0.0.1</ip></networks>
            <profile>starter</profile>
            <quota>default</quota>
            <grants>
                <query>GRANT SYSTEM LISTEN ON *.*</query>
                <query>GRANT SELECT(number) ON system.numbers</query>
            </grants>
        </default>
$users    </users>
</clickhouse>
""")

USER = Template("""        <$name>
            <password_sha256_hex>$digest</password_sha256_hex>
            <networks><ip>127.0.0.1</ip></networks>
            <profile>$profile</profile>
            <quota>default</quota>
            <grants>
$grants            </grants>
        </$name>
""")

GRANTS = {
    "collector": (
        "GRANT SHOW, SELECT, INSERT, ALTER TABLE, ALTER VIEW, CREATE DATABASE, CREATE TABLE, CREATE VIEW, "
        "DROP DATABASE, DROP TABLE, DROP VIEW, TRUNCATE, OPTIMIZE ON sikdatne*.*",
        "GRANT TABLE ENGINE ON MergeTree, TABLE ENGINE ON SummingMergeTree, TABLE ENGINE ON Null",
        "GRANT SELECT ON system.*",
    ),
    "dashboards": ("GRANT SELECT ON sikdatne*.*",),
    "analyst": tuple(f"GRANT SELECT ON sikdatne.{view}" for view in VIEWS),
}
PROFILES = {"collector": "default", "dashboards": "dashboards", "analyst": "analyst"}


def write_private(path: Path, text: str) -> None:
    """Replace the file as a whole, readable for its owner alone."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def write_passwords(folder: Path) -> None:
    """Make the users' passwords once; they stay the same from then on."""
    path = folder / "passwords.json"
    if not path.exists():
        write_private(path, json.dumps({user: secrets.token_urlsafe(24) for user in USERS}) + "\n")


def read_passwords(folder: Path) -> dict[str, str]:
    """User to password. Raises FileNotFoundError before the first start, ValueError when the file is damaged."""
    found = json.loads((folder / "passwords.json").read_text("utf-8"))
    return {user: str(found[user]) for user in USERS}


def write_config(folder: Path, port: int) -> None:
    """Write config.xml and users.xml anew, so that a new version's settings are in force at its first start."""
    users = "".join(
        USER.substitute(
            name=name,
            digest=hashlib.sha256(password.encode()).hexdigest(),
            profile=PROFILES[name],
            grants="".join(f"                <query>{grant}</query>\n" for grant in GRANTS[name]),
        )
        for name, password in read_passwords(folder).items()
    )
    write_private(folder / "users.xml", USERS_FILE.substitute(users=users))
    # Relative: the engine runs in this folder, whatever characters the folder's own name has.
    write_private(folder / "config.xml", CONFIG.substitute(port=port, users="users.xml"))
