"""The page on which the goals and funnels of a site are added and removed."""

from typing import cast

from flask import redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from collector.goal_checks import ALL_PAGES, KINDS, LONGEST_ENGAGED, LONGEST_NAME, STEPS, Funnel, Goal, GoalError, Kind
from collector.goals import add_funnel, add_goal, list_funnels, list_goals, remove_funnel, remove_goal
from collector.services import services
from collector.sites import Site
from dashboards import context
from dashboards.figures import duration
from dashboards.i18n import _
from dashboards.members import members, only_admins
from dashboards.pages import sentence

PROPS = 3  # pairs of fields in the form

blueprint = members("goal_settings", __name__)


@blueprint.get("/sites/<domain>/settings/goals")
def page(domain: str) -> str:
    return shown(context.site_or_404(domain), request.args)


@blueprint.post("/sites/<domain>/settings/goals")
def add(domain: str) -> Response | tuple[str, int]:
    """Adds a goal or a funnel; where that cannot be, the form comes back as it was, with the reason."""
    only_admins()
    site, form = context.site_or_404(domain), request.form
    funnel = form.get("what") == "funnel"
    try:
        if funnel:
            steps = [step for step in form.getlist("step") if step]
            strict, across = form.get("order") == "strict", form.get("scope") == "visitor"
            add_funnel(context.database(), domain, form.get("name", ""), steps, strict, across, now=context.now())
        else:
            add_goal(context.database(), domain, goal_of(form), now=context.now())
    except GoalError as error:
        return shown(site, form, error=sentence(str(error)), failed="funnel" if funnel else "goal"), 400
    return changed(domain, "funnels" if funnel else "goals")


@blueprint.post("/sites/<domain>/settings/goals/remove")
def remove(domain: str) -> Response | tuple[str, int]:
    only_admins()
    site, name = context.site_or_404(domain), request.form.get("name", "")
    funnel = request.form.get("what") == "funnel"
    try:
        (remove_funnel if funnel else remove_goal)(context.database(), domain, name, now=context.now())
    except GoalError as error:
        return shown(site, request.args, error=sentence(str(error)), failed="list"), 400
    return changed(domain, "funnels" if funnel else "goals")


def goal_of(form: MultiDict[str, str]) -> Goal:
    """The goal that a form describes. Raises GoalError."""
    pairs = zip(form.getlist("key"), form.getlist("value"), strict=False)
    props = tuple((key, value) for key, value in pairs if key.strip() or value.strip())
    threshold = form.get("threshold", "0").strip()
    return Goal(
        name=form.get("name", ""),
        kind=cast(Kind, form.get("kind", "")),
        event=form.get("event", ""),
        props=props,
        page=form.get("page", ""),
        threshold=int(threshold) if threshold.isdecimal() and len(threshold) < 6 else 0,
    )


def shown(site: Site, form: MultiDict[str, str], error: str = "", failed: str = "") -> str:
    """The page, with the fields of the failed form filled in as they were."""
    goals = list_goals(context.database(), site.domain)
    names = {goal.number: goal.name for goal in goals}
    funnels = list_funnels(context.database(), site.domain)
    asked = form.get("kind", "")
    kind = asked if asked in KINDS else KINDS[0]
    return render_template(
        "goal_settings.html", site=site, sites=services().sites.all(context.now()),
        goals=[(goal.name, condition(goal)) for goal in goals],
        funnels=[(funnel.name, [names[number] for number in funnel.steps], manner(funnel)) for funnel in funnels],
        kind=kind, kinds=[(name, label) for name, label in kinds().items()], form=form, error=error, failed=failed,
        props=PROPS, most_steps=STEPS.stop - 1, longest_name=LONGEST_NAME, longest_engaged=LONGEST_ENGAGED,
    )  # fmt: skip


def changed(domain: str, part: str) -> Response:
    """Back to the page; this process knows the change at once, the others within two seconds."""
    services().sites.fresh_until = float("-inf")
    return redirect(url_for("goal_settings.page", domain=domain, _anchor=part), 303)


def kinds() -> dict[str, str]:
    return {"event": _("Event"), "page": _("Page"), "scroll": _("Scroll depth"), "engaged": _("Engaged time")}


def condition(goal: Goal) -> str:
    """When a goal is reached, in words."""
    if goal.kind == "event":
        rest = ", ".join(f"{key} = {value}" for key, value in goal.props)
        if rest:
            return _("Event “%(name)s” with %(properties)s", name=goal.event, properties=rest)
        return _("Event “%(name)s”", name=goal.event)
    if goal.kind == "page":
        return _("Page %(page)s", page=goal.page)
    if goal.kind == "engaged":
        minutes, seconds = divmod(goal.threshold, 60)
        time = duration(goal.threshold) if seconds or minutes >= 60 else _("%(minutes)s min", minutes=minutes)
        return _("%(time)s of engaged time in a visit", time=time)
    if goal.page == ALL_PAGES:
        return _("%(depth)s%% of any page scrolled", depth=goal.threshold)
    return _("%(depth)s%% of %(page)s scrolled", depth=goal.threshold, page=goal.page)


def manner(funnel: Funnel) -> str:
    """How the steps of a funnel have to follow one another, in words."""
    order = _("One directly after the other") if funnel.strict else _("Anything may lie between")
    return f"{order} · {_('across visits') if funnel.across else _('within a visit')}"
