"""`sikdatne goal` and `sikdatne funnel`, as their users type them."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from collector.cli import cli
from collector.goal_checks import GoalError
from tests.collector.test_cli import run

SITE = ("--site", "example.lv")


@pytest.fixture
def typed(tmp_path: Path) -> CliRunner:
    """A shell with a data folder and one site in it."""
    runner = CliRunner(env={"SIKDATNE_DATA": str(tmp_path)})
    assert runner.invoke(cli, ["site", "add", "example.lv"]).exit_code == 0
    return runner


def say(runner: CliRunner, *words: str) -> str:
    result = runner.invoke(cli, [*words, *SITE], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_goals_of_every_kind_are_added_listed_and_removed(typed: CliRunner) -> None:
    for name, *condition in (
        ("Paid sign-up", "--event", "Signup", "--prop", "plan=pro", "--prop", "from=a=b"),
        ("Thanks", "--page", "/order/*/thanks"),
        ("Read an article", "--page", "/blog/**", "--scroll", "75"),
        ("Read anything", "--scroll", "90"),
        ("Stayed a minute", "--engaged", "60"),
    ):
        assert f"{name} is a goal of example.lv now" in say(typed, "goal", "add", name, *condition)
    assert say(typed, "goal", "list").splitlines() == [
        "Paid sign-up\tevent Signup, plan=pro, from=a=b",
        "Thanks\tpage /order/*/thanks",
        "Read an article\t75 % of /blog/**",
        "Read anything\t90 % of /**",
        "Stayed a minute\t60 engaged seconds",
    ]
    assert say(typed, "goal", "remove", "Thanks") == "Thanks is no goal of example.lv any more.\n"
    assert "Thanks" not in say(typed, "goal", "list")


def test_funnels_are_added_listed_and_removed(typed: CliRunner) -> None:
    for name in ("Basket", "Thanks"):
        say(typed, "goal", "add", name, "--page", f"/{name}")
    steps = ("--step", "Basket", "--step", "Thanks")
    assert say(typed, "funnel", "add", "Order", *steps) == "Order is a funnel of example.lv now: Basket → Thanks.\n"
    say(typed, "funnel", "add", "Quick", *steps, "--strict", "--across-visits")
    assert say(typed, "funnel", "list").splitlines() == [
        "Order\tloose\tvisit\tBasket\tThanks",
        "Quick\tstrict\tvisitor\tBasket\tThanks",
    ]
    say(typed, "funnel", "remove", "Order")
    assert say(typed, "funnel", "list").startswith("Quick\t")


@pytest.mark.parametrize(
    "condition",
    [
        (),
        ("--event", "a", "--page", "/"),
        ("--scroll", "5", "--engaged", "5"),
        ("--engaged", "5", "--page", "/"),
        ("--page", "/", "--prop", "a=b"),
        ("--event", "a", "--prop", "b"),
        ("--event", "a", "--engaged", "0", "--scroll", "7"),
        ("--scroll", "101"),
    ],
)
def test_what_no_goal_can_be(typed: CliRunner, condition: tuple[str, ...]) -> None:
    result = typed.invoke(cli, ["goal", "add", "Mine", *SITE, *condition])
    assert isinstance(result.exception, GoalError)
    assert say(typed, "goal", "list") == ""


def test_an_error_is_one_clear_line(tmp_path: Path) -> None:
    done = run(tmp_path, "goal", "add", "Thanks", "--site", "example.lv", "--page", "/thanks")
    assert done.returncode == 1
    assert done.stderr == "sikdatne: there is no site example.lv; `sikdatne site list` shows those that are\n"
