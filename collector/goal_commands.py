"""`sikdatne goal` and `sikdatne funnel`: what visitors of a site are to reach, and in which order."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from collector.database import Database
from collector.goal_checks import Goal, GoalError
from collector.goals import add_funnel, add_goal, list_funnels, list_goals, remove_funnel, remove_goal
from collector.opening import database, settings

site_option = click.option("--site", required=True, help="The site, by its domain.")


@contextmanager
def opened() -> Iterator[Database]:
    """The relational database while a command runs."""
    found = database(settings())
    try:
        yield found
    finally:
        found.close()


@click.group("goal")
def goal_group() -> None:
    """Goals of a site: what is counted as a conversion, once a visit."""


@goal_group.command("add")
@click.argument("name")
@site_option
@click.option("--event", default="", help="Reached by this event; * stands for anything.")
@click.option("--prop", "props", multiple=True, metavar="KEY=VALUE", help="The event has this property as well.")
@click.option("--page", default="", help="Reached on this page; * stands for anything but a slash, ** for anything.")
@click.option("--scroll", type=int, default=0, help="Percent of the page that were scrolled (of any, without --page).")
@click.option("--engaged", type=int, default=0, help="Engaged seconds of the visit.")
def goal_add(name: str, site: str, event: str, props: tuple[str, ...], page: str, scroll: int, engaged: int) -> None:
    """Add a goal: an event, a page, a scroll depth or an engaged time.

    \b
    Examples:
      sikdatne goal add "Paid sign-up" --site example.lv --event Signup --prop plan=pro
      sikdatne goal add "Thanks" --site example.lv --page /order/*/thanks
      sikdatne goal add "Read an article" --site example.lv --page "/blog/**" --scroll 75
      sikdatne goal add "Stayed a minute" --site example.lv --engaged 60
    """
    chosen = [kind for kind, given in (("event", event), ("scroll", scroll), ("engaged", engaged)) if given]
    if len(chosen) > 1 or (page and chosen and chosen != ["scroll"]) or not (chosen or page):
        raise GoalError("a goal takes one of --event, --page, --scroll (with or without --page) and --engaged")
    if props and not event:
        raise GoalError("--prop goes with --event")
    goal = Goal(name, chosen[0] if chosen else "page", event, tuple(map(pair, props)), page, scroll or engaged)  # type: ignore[arg-type]
    with opened() as found:
        goal = add_goal(found, site, goal, now=time.time())
    click.echo(f"{goal.name} is a goal of {site} now: {condition(goal)}.")


def pair(text: str) -> tuple[str, str]:
    """A property as the command line gives it. Raises GoalError."""
    key, equals, value = text.partition("=")
    if not equals:
        raise GoalError(f"--prop takes KEY=VALUE, not {text!r}")
    return key, value


def condition(goal: Goal) -> str:
    """When the goal is reached, in words."""
    if goal.kind == "event":
        return "event " + goal.event + "".join(f", {key}={value}" for key, value in goal.props)
    if goal.kind == "page":
        return f"page {goal.page}"
    return f"{goal.threshold} % of {goal.page}" if goal.kind == "scroll" else f"{goal.threshold} engaged seconds"


@goal_group.command("list")
@site_option
def goal_list(site: str) -> None:
    """List the goals of a site, one a line: name, and when it is reached, separated by a tab.

    \b
    Example:
      sikdatne goal list --site example.lv
    """
    with opened() as found:
        for goal in list_goals(found, site):
            click.echo(f"{goal.name}\t{condition(goal)}")


@goal_group.command("remove")
@click.argument("name")
@site_option
def goal_remove(name: str, site: str) -> None:
    """Stop counting a goal. What was counted stays.

    \b
    Example:
      sikdatne goal remove "Thanks" --site example.lv
    """
    with opened() as found:
        remove_goal(found, site, name, now=time.time())
    click.echo(f"{name} is no goal of {site} any more.")


@click.group("funnel")
def funnel_group() -> None:
    """Funnels of a site: goals that are to be reached one after the other."""


@funnel_group.command("add")
@click.argument("name")
@site_option
@click.option("--step", "steps", multiple=True, required=True, metavar="GOAL", help="A goal; two to eight, in order.")
@click.option("--strict", is_flag=True, help="Nothing may lie between two steps: no other page, no other event.")
@click.option("--across-visits", is_flag=True, help="The steps may lie in several visits.")
def funnel_add(name: str, site: str, steps: tuple[str, ...], strict: bool, across_visits: bool) -> None:
    """Add a funnel over two to eight goals.

    \b
    Example:
      sikdatne funnel add "Order" --site example.lv --step "Basket" --step "Address" --step "Thanks"
    """
    with opened() as found:
        funnel = add_funnel(found, site, name, steps, strict, across_visits, now=time.time())
    click.echo(f"{funnel.name} is a funnel of {site} now: {' → '.join(steps)}.")


@funnel_group.command("list")
@site_option
def funnel_list(site: str) -> None:
    """List the funnels of a site, one a line: name, order (loose or strict), scope (visit or visitor), and steps.

    \b
    Example:
      sikdatne funnel list --site example.lv
    """
    with opened() as found:
        names = {goal.number: goal.name for goal in list_goals(found, site)}
        for funnel in list_funnels(found, site):
            order, scope = "strict" if funnel.strict else "loose", "visitor" if funnel.across else "visit"
            click.echo("\t".join((funnel.name, order, scope, *(names[number] for number in funnel.steps))))


@funnel_group.command("remove")
@click.argument("name")
@site_option
def funnel_remove(name: str, site: str) -> None:
    """Stop counting a funnel. What was counted stays.

    \b
    Example:
      sikdatne funnel remove "Order" --site example.lv
    """
    with opened() as found:
        remove_funnel(found, site, name, now=time.time())
    click.echo(f"{name} is no funnel of {site} any more.")
