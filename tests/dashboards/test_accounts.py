"""Who gets in and who does not: set-up link, login and its limits, sessions, cookies, roles."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from collector.database import open_database
from collector.services import of
from dashboards import accounts
from dashboards.accounts import AccountError, add_user, check_password, first_run, use_setup
from dashboards.commands import commands
from tests.dashboards.person import EMAIL, PASSWORD, Clock, Person, installed, with_user, words, worker

NOWHERE = "clickhouse://nobody:secret@127.0.0.1:1/none"  # none of this needs a store
WRONG = "The e-mail address or the password is not right."
DAY = 86_400


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    with installed(tmp_path, NOWHERE, clock) as made:
        yield made


@pytest.fixture
def anna(app: Flask) -> Person:
    with_user(app)
    return Person(app.test_client())


def setup_path(app: Flask, clock: Clock) -> str:
    link = first_run(of(app).database, "http://127.0.0.1:8000/", clock.now)
    assert link is not None
    assert link.startswith("http://127.0.0.1:8000/setup/")
    return link.removeprefix("http://127.0.0.1:8000")


def test_the_login_page_says_that_there_is_no_account_yet(app: Flask, clock: Clock) -> None:
    hint = "There is no account yet."
    assert hint in words(Person(app.test_client()).get("/login"))
    with_user(app)
    assert hint not in words(Person(app.test_client()).get("/login"))


def test_a_set_up_link_makes_the_first_user_and_logs_in(app: Flask, clock: Clock) -> None:
    person, path = Person(app.test_client()), setup_path(app, clock)
    assert person.submit(path, email=" Anna@Example.lv ", password=PASSWORD).location == "/"
    assert person.get("/").status_code == 200
    assert Person(app.test_client()).log_in().location == "/"


def test_a_set_up_link_is_good_once(app: Flask, clock: Clock) -> None:
    path = setup_path(app, clock)
    Person(app.test_client()).submit(path, email=EMAIL, password=PASSWORD)
    assert Person(app.test_client()).get(path).status_code == 410
    assert use_setup(of(app).database, path.split("/")[-1], "b@example.lv", PASSWORD, clock.now) is None
    assert first_run(of(app).database, "http://x", clock.now) is None


def test_a_set_up_link_is_good_for_a_day(app: Flask, clock: Clock) -> None:
    path = setup_path(app, clock)
    clock.now += DAY - 1
    assert Person(app.test_client()).get(path).status_code == 200
    clock.now += 1
    assert Person(app.test_client()).get(path).status_code == 410


def test_a_refused_password_leaves_the_set_up_link_open(app: Flask, clock: Clock) -> None:
    person, path = Person(app.test_client()), setup_path(app, clock)
    answer = person.submit(path, email=EMAIL, password="too short")
    assert answer.status_code == 400
    assert "at least 10 characters" in words(answer)
    assert person.submit(path, email=EMAIL, password=PASSWORD).location == "/"


def test_a_guessed_set_up_link_is_refused(app: Flask, clock: Clock) -> None:
    setup_path(app, clock)
    assert Person(app.test_client()).get("/setup/guessed").status_code == 410


def test_pages_ask_for_a_login_and_come_back(anna: Person) -> None:
    assert anna.get("/sites/example.lv?period=7d").location == "/login?next=/sites/example.lv?period%3D7d"
    answer = anna.log_in(next="/sites/example.lv?period=7d")
    assert answer.location == "/sites/example.lv?period=7d"


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example"])
def test_a_login_never_leads_to_a_foreign_site(anna: Person, target: str) -> None:
    assert anna.log_in(next=target).location == "/"


def test_unknown_people_and_wrong_passwords_get_the_same_answer(anna: Person) -> None:
    answers = [anna.log_in(password="wrong password"), anna.log_in(email="nobody@example.lv")]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert all(WRONG in words(answer) for answer in answers)


def test_unknown_people_take_as_long_as_wrong_passwords(anna: Person, app: Flask) -> None:
    def seconds(email: str) -> float:
        begun = time.perf_counter()
        assert check_password(of(app).database, email, "wrong password") is None
        return time.perf_counter() - begun

    pairs = [(seconds(EMAIL), seconds("nobody@example.lv")) for _ in range(7)]
    known, unknown = map(min, zip(*pairs, strict=True))  # the least is what it takes; the rest is what else ran
    assert 0.4 < unknown / known < 2.5


def test_passwords_are_kept_as_argon2id(anna: Person, app: Flask) -> None:
    user = check_password(of(app).database, EMAIL, PASSWORD)
    assert user is not None
    assert user.password_hash.startswith("$argon2id$")


def test_guessing_is_stopped_in_all_workers_and_later_allowed_again(
    anna: Person, app: Flask, tmp_path: Path, clock: Clock
) -> None:
    for _ in range(5):
        assert anna.log_in(password="wrong password").status_code == 401
    with worker(tmp_path, NOWHERE, clock) as other:
        neighbour = Person(other.test_client())
        for _ in range(5):
            assert neighbour.log_in(password="wrong password").status_code == 401
        stopped = neighbour.log_in()
    assert stopped.status_code == 429
    assert int(stopped.headers["Retry-After"]) > 0
    assert anna.log_in().status_code == 429
    assert anna.log_in(email="other@example.lv").status_code == 401
    clock.now += 301
    assert anna.log_in().location == "/"


def test_who_knows_the_password_is_not_stopped(anna: Person) -> None:
    for _ in range(8):
        anna.log_in(password="wrong password")
    for _ in range(4):
        anna.log_in()
        assert anna.submit("/", "/logout").location == "/login"
    assert anna.log_in(password="wrong password").status_code == 401


def test_the_table_of_attempts_names_nobody(anna: Person, app: Flask, tmp_path: Path) -> None:
    anna.log_in(password="wrong password")
    of(app).database.close()
    kept = b"".join(path.read_bytes() for path in (tmp_path / "data").glob("sikdatne.db*"))
    assert b"attempts" in kept
    assert b"127.0.0" not in kept
    assert kept.count(EMAIL.encode()) <= kept.count(b"$argon2id$") * 2  # in the users' table and its index alone


def test_a_login_begins_a_session_of_its_own(anna: Person) -> None:
    """Session fixation: what the browser held before is worth nothing after."""
    anna.get("/login")
    before = anna.client.get_cookie("sikdatne")
    anna.log_in()
    after = anna.client.get_cookie("sikdatne")
    assert before is not None
    assert after is not None
    anna.client.set_cookie("sikdatne", before.value)
    assert anna.get("/").status_code == 302


def test_a_copied_cookie_ends_with_the_logout(anna: Person) -> None:
    anna.log_in()
    cookie = anna.client.get_cookie("sikdatne")
    assert cookie is not None
    assert anna.submit("/", "/logout").location == "/login"
    assert anna.get("/").status_code == 302
    anna.client.set_cookie("sikdatne", cookie.value)
    assert anna.get("/").status_code == 302


def test_a_session_ends_after_thirty_days(anna: Person, clock: Clock) -> None:
    anna.log_in()
    clock.now += 30 * DAY - 1
    assert anna.get("/").status_code == 200
    clock.now += 1
    assert anna.get("/").status_code == 302


def test_the_cookie_is_kept_from_scripts_and_other_sites(anna: Person) -> None:
    cookie = anna.log_in().headers["Set-Cookie"]
    assert cookie.startswith("sikdatne=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


def test_the_cookie_is_secure_on_https(anna: Person) -> None:
    anna.base = "https://stats.example.lv"
    answer = anna.log_in()
    assert "Secure" in answer.headers["Set-Cookie"].split("; ")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


@pytest.mark.parametrize("path", ["/login", "/logout", "/setup/x", "/sites"])
def test_a_form_without_its_token_is_refused(anna: Person, path: str) -> None:
    anna.log_in()
    answer = anna.post(path, email=EMAIL, password=PASSWORD, domain="third.lv")
    assert answer.status_code == 400


def test_addresses_and_passwords_are_checked(app: Flask) -> None:
    database = of(app).database
    with pytest.raises(AccountError, match="e-mail"):
        add_user(database, "anna", PASSWORD, 0)
    with pytest.raises(AccountError, match="at least 10"):
        add_user(database, EMAIL, "123456789", 0)
    with pytest.raises(AccountError, match="no password"):
        add_user(database, EMAIL, EMAIL.upper(), 0)
    add_user(database, EMAIL, PASSWORD, 0)
    with pytest.raises(AccountError, match="already"):
        add_user(database, EMAIL.upper(), PASSWORD, 0)


def test_a_user_can_be_added_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIKDATNE_DATA", str(tmp_path))
    group = next(command for command in commands if command.name == "user")
    added = CliRunner().invoke(group, ["add", EMAIL, "--password-stdin"], input=f"{PASSWORD}\n")
    assert added.exit_code == 0, added.output
    again = CliRunner().invoke(group, ["add", EMAIL, "--password-stdin"], input=f"{PASSWORD}\n")
    assert again.exit_code == 1
    database = open_database(f"sqlite:///{tmp_path / 'sikdatne.db'}")
    assert accounts.check_password(database, EMAIL, PASSWORD)
    database.close()
