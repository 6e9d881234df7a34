"""Sites that keep another consent banner: it asks, ours follows, and the log says how.

The pages behave as the documentation of those banners says; none of them is loaded from its maker.
"""

import json
from typing import Any

import pytest

from collector.config import Settings
from collector.database import open_database
from collector.notices import snapshot
from tests.browser.banner import ACCEPT, TAG, NewVisitor, put, record
from tests.browser.conftest import Visitor, await_in
from tests.running import await_true
from tests.service import Service

COOKIEBOT = """
window.Cookiebot = {
  hasResponse: false, consent: { necessary: true, preferences: false, statistics: false, marketing: false },
  renew() { window.shown = true },
};
window.answer = (statistics, marketing) => {
  Cookiebot.hasResponse = true;
  Object.assign(Cookiebot.consent, { statistics, marketing });
  dispatchEvent(new Event(statistics || marketing ? "CookiebotOnAccept" : "CookiebotOnDecline"));
  dispatchEvent(new Event("CookiebotOnConsentReady"));
};
"""
COOKIEYES = """
{
  const categories = { necessary: true, analytics: false, advertisement: false };
  const state = { isUserActionCompleted: false, categories };
  window.getCkyConsent = () => state;
  window.revisitCkyConsent = () => { window.shown = true };
  document.dispatchEvent(new CustomEvent("cookieyes_banner_load", { detail: state }));
  window.answer = (analytics, advertisement) => {
    document.dispatchEvent(new CustomEvent("cookieyes_consent_update", { detail: {} }));
    state.isUserActionCompleted = true;
    Object.assign(state.categories, { analytics, advertisement });
  };
}
"""
KLARO = """
setTimeout(() => {
  const watchers = new Set();
  const manager = {
    confirmed: false, consents: { matomo: false, other: false, ads: false },
    config: { services: [
      { name: "matomo", purposes: ["analytics"] }, { name: "other", purposes: ["functional"] },
      { name: "ads", purposes: ["marketing"] },
    ] },
    watch: (watcher) => watchers.add(watcher),
  };
  window.klaro = { getManager: () => manager, show: () => { window.shown = true } };
  window.answer = (matomo, ads) => {
    Object.assign(manager.consents, { matomo, ads });
    for (const watcher of watchers) watcher.update(manager, "saveConsents", {});
    manager.confirmed = true;
  };
}, 300);
"""
TCF = """
{
  const listeners = [];
  const data = (eventStatus, consents = {}) => ({ eventStatus, gdprApplies: true, purpose: { consents } });
  window.__tcfapi = (command, version, callback) => {
    if (command == "addEventListener") {
      listeners.push(callback);
      callback(data("cmpuishown", { 1: true, 2: true, 3: true, 4: true, 8: true }), true);
    } else if (command == "displayConsentUi") window.shown = true;
  };
  window.answer = (statistics, marketing) => {
    const all = (numbers, yes) => Object.fromEntries(numbers.map((number) => [number, yes]));
    const consents = { ...all([2, 3, 4], marketing), ...all([8], statistics), 1: statistics || marketing };
    for (const each of listeners) each(data("useractioncomplete", consents), true);
  };
}
"""
OWN = """
document.addEventListener("sikdatne:ask", () => { window.shown = true });
window.answer = (statistics, marketing) => { window.taken = sikdatne.decide({ statistics, marketing }) };
"""
BANNERS = {"cookiebot": COOKIEBOT, "cookieyes": COOKIEYES, "klaro": KLARO, "tcf": TCF, "own": OWN}


def open_with(visitor: NewVisitor, site: str, name: str) -> tuple[Visitor, Any]:
    tag = f"<script>{BANNERS[name]}</script>" + TAG.replace("data-site", f'data-banner="{name}" data-site')
    person = visitor()
    page = person.open(put(f"http://www.{site}/", tag=tag))
    await_in(page, "window.answer")
    if name == "own":
        await_in(page, "window.shown && sikdatne.decide")
        page.evaluate("window.shown = false")
    return person, page


@pytest.mark.parametrize("name", BANNERS)
def test_another_banner_decides_and_ours_stays_away(
    site: str, service: Service, visitor: NewVisitor, name: str
) -> None:
    person, page = open_with(visitor, site, name)
    assert page.locator(ACCEPT).count() == 0
    assert record(page) is None
    assert person.asked("/beacon") == []
    page.evaluate("answer(true, false)")
    await_in(page, "sikdatne.consent?.statistics && !sikdatne.consent.marketing")
    await_true(lambda: page.evaluate("1") and len(person.views()) == 1, "the page to be counted")
    page.evaluate("sikdatne.open()")
    await_in(page, "window.shown")
    page.evaluate("answer(false, false)")
    await_in(page, "sikdatne.consent && !sikdatne.consent.statistics")
    assert page.locator(ACCEPT).count() == 0
    decisions = [each for each in person.requests if each.method == "POST" and "/consent" in each.url]
    sent = [json.loads(each.post_data or "") for each in decisions]
    assert [(each["method"], each["choices"]["statistics"]) for each in sent] == [("api", True), ("api", False)]
    database = open_database(Settings.from_environment(service.env).database)
    notice = snapshot(database, sent[0]["notice"])
    database.close()
    assert notice is not None
    assert (notice["site"], notice["banner"], notice["language"]) == (site, name, "lv")


@pytest.mark.parametrize("name", BANNERS)
def test_an_answer_that_holds_is_not_recorded_again(site: str, visitor: NewVisitor, name: str) -> None:
    person, page = open_with(visitor, site, name)
    page.evaluate("answer(true, true)")
    await_in(page, "sikdatne.consent?.marketing")
    person.requests.clear()
    page.evaluate("answer(true, true)")
    page.evaluate("answer(true, false)")
    await_in(page, "sikdatne.consent.statistics && !sikdatne.consent.marketing")
    assert len([request for request in person.requests if request.method == "POST" and "/consent" in request.url]) == 1


def test_without_proof_the_answer_of_another_banner_does_not_take_effect(site: str, visitor: NewVisitor) -> None:
    person, page = open_with(visitor, site, "own")
    person.context.route(
        "**/consent?*", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    page.evaluate("answer(true, true)")
    assert page.evaluate("window.taken.then(() => 'taken', () => 'refused')") == "refused"
    assert record(page) is None
    assert person.asked("/beacon") == []


def test_a_banner_that_never_comes_is_a_refusal(site: str, visitor: NewVisitor) -> None:
    tag = TAG.replace("data-site", 'data-banner="klaro" data-site')
    person = visitor()
    page = person.open(put(f"http://www.{site}/", tag=tag))
    assert page.locator(ACCEPT).count() == 0
    assert person.cookies() == {}
    assert person.asked("/beacon") == []
