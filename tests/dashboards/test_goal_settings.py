"""The page on which goals and funnels are added and removed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from collector.goal_checks import Goal
from collector.goals import add_goal, list_funnels, list_goals
from collector.services import of
from collector.store import Store
from tests.dashboards.person import Clock, Person, installed, signed_in, words

PAGE = "/sites/example.lv/settings/goals"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(tmp_path: Path, counted: Store, clock: Clock) -> Iterator[Flask]:
    with installed(tmp_path, counted.address(), clock) as made:
        yield made


@pytest.fixture
def anna(app: Flask, clock: Clock) -> Person:
    return signed_in(app, clock)


@pytest.fixture
def two_goals(app: Flask, clock: Clock) -> None:
    for name in ("Basket", "Thanks"):
        add_goal(of(app).database, "example.lv", Goal(name, "page", page=f"/{name.lower()}"), now=clock.now)


@pytest.mark.parametrize(
    ("fields", "condition"),
    [
        ({"kind": "event", "event": "Signup*"}, "Event “Signup*”"),
        ({"kind": "event", "event": "Signup", "key": "plan", "value": "pro"}, "Event “Signup” with plan = pro"),
        ({"kind": "page", "page": "https://example.lv/order/*/thanks"}, "Page /order/*/thanks"),
        ({"kind": "scroll", "page": "/blog/**", "threshold": "75"}, "75% of /blog/** scrolled"),
        ({"kind": "scroll", "page": "", "threshold": "90"}, "90% of any page scrolled"),
        ({"kind": "engaged", "threshold": "90"}, "1 min 30 s of engaged time in a visit"),
        ({"kind": "engaged", "threshold": "120"}, "2 min of engaged time in a visit"),
    ],
)
def test_a_goal_is_added_and_listed(anna: Person, app: Flask, fields: dict[str, str], condition: str) -> None:
    answer = anna.submit(PAGE, what="goal", name="Mine", **fields)
    assert (answer.status_code, answer.location) == (303, f"{PAGE}#goals")
    assert f"Mine {condition} Remove Mine" in words(anna.get(PAGE))
    assert [goal.name for goal in list_goals(of(app).database, "example.lv")] == ["Mine"]


def test_a_goal_that_cannot_be_comes_back_with_the_reason(anna: Person) -> None:
    answer = anna.submit(PAGE, what="goal", kind="page", name="Search", page="/search?q=1")
    assert answer.status_code == 400
    assert "path alone" in words(answer)
    assert 'value="/search?q=1"' in answer.text
    assert 'value="Search"' in answer.text


def test_the_way_on_is_there_when_a_form_comes_back(anna: Person) -> None:
    text = anna.submit(PAGE, what="goal", kind="page", name="Search", page="/search?q=1").text
    assert 'aria-current="page">Settings</a>' in text
    assert 'aria-current="page">Goals and funnels</a>' in text


def test_the_collector_of_this_process_knows_at_once(anna: Person, app: Flask, clock: Clock) -> None:
    anna.submit(PAGE, what="goal", kind="page", name="Thanks", page="/thanks")
    site = of(app).sites.get("example.lv", clock.now)
    assert site is not None
    assert [goal.name for goal in site.rules.goals] == ["Thanks"]


@pytest.mark.usefixtures("two_goals")
def test_a_funnel_is_added_listed_and_removed(anna: Person, app: Flask) -> None:
    fields = {"what": "funnel", "name": "Order", "order": "strict", "scope": "visitor"}
    page = anna.get(PAGE).text
    assert page.count('<select name="step"') == 2
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    data = {**fields, "step": ["Basket", "Thanks"], "csrf_token": token}
    answer = anna.client.post(PAGE, data=data, base_url=anna.base)
    assert answer.location == f"{PAGE}#funnels"
    assert "Order Basket Thanks One directly after the other · across visits" in words(anna.get(PAGE))
    assert anna.submit(PAGE, f"{PAGE}/remove", what="goal", name="Basket").status_code == 400
    assert anna.submit(PAGE, f"{PAGE}/remove", what="funnel", name="Order").status_code == 303
    assert list_funnels(of(app).database, "example.lv") == []
    assert anna.submit(PAGE, f"{PAGE}/remove", what="goal", name="Basket").status_code == 303
    assert [goal.name for goal in list_goals(of(app).database, "example.lv")] == ["Thanks"]


@pytest.mark.usefixtures("two_goals")
def test_who_may_only_look_sees_no_forms_and_changes_nothing(app: Flask, clock: Clock) -> None:
    viewer = signed_in(app, clock, role="viewer")
    page = viewer.get(PAGE)
    assert "Basket Page /basket" in words(page)
    assert f'action="{PAGE}' not in page.text
    for path in (PAGE, f"{PAGE}/remove"):
        assert viewer.submit("/", path, what="goal", name="Basket").status_code == 403


def test_without_its_form_token_nothing_is_changed(anna: Person, app: Flask) -> None:
    assert anna.post(PAGE, what="goal", kind="page", name="A", page="/").status_code == 400
    assert list_goals(of(app).database, "example.lv") == []


def test_only_who_is_logged_in_gets_there(app: Flask) -> None:
    assert app.test_client().get(PAGE).status_code == 302
    assert app.test_client().post(PAGE).status_code in (400, 403)
