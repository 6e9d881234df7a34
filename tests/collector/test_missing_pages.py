"""Addresses below /privacy where nothing is: a page for people in their language, JSON for programs."""

import pytest
from flask.testing import FlaskClient

from tests.collector.installation import SITE

MISSING = {
    "lv": ("Šeit nekā nav", "Šī vietne šeit nav zināma.", "Tādas politikas versijas nav."),
    "en": ("There is nothing here", "This site is not known here.", "There is no such version of the policy."),
    "lt": ("Čia nieko nėra", "Ši svetainė čia nežinoma.", "Tokios politikos versijos nėra."),
    "et": ("Siin ei ole midagi", "See sait ei ole siin teada.", "Sellist poliitika versiooni ei ole."),
    "ru": ("Здесь ничего нет", "Этот сайт здесь неизвестен.", "Такой версии политики нет."),
}


@pytest.mark.parametrize("language", MISSING)
def test_people_are_told_in_their_language_what_is_not_there(client: FlaskClient, language: str) -> None:
    title, site, version = MISSING[language]
    asked = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": language}
    for path, reason in (
        ("/privacy/nobody.lv", site), ("/privacy/nobody.lv/7", site), ("/privacy/nobody.lv/me", site),
        ("/privacy/nobody.lv/v2", site), (f"/privacy/{SITE}/7", version), (f"/privacy/{SITE}/v2", version),
        (f"/privacy/{SITE}/7/changes", version), (f"/privacy/{SITE}/{10**30}", version),
    ):  # fmt: skip
        page = client.get(path, headers=asked)
        assert (page.status_code, page.mimetype) == (404, "text/html")
        assert page.headers["Content-Language"] == language
        assert page.headers["Cache-Control"] == "no-store"
        assert "script-src" not in page.headers["Content-Security-Policy"]
        assert f"<h1>{title}</h1>" in page.text
        assert f"<p>{reason}</p>" in page.text
        in_force = f'href="/privacy/{SITE}?language={language}"'
        assert (in_force in page.text) == (reason == version), "the way to what is there"
    assert client.get("/privacy/<b>x.lv", headers=asked).text.count("<b>") == 0


def test_programs_get_the_error_of_the_contract(client: FlaskClient) -> None:
    messages = {"/privacy/nobody.lv": "this site is not known here"}
    messages |= {f"/privacy/{SITE}/{each}": "there is no such version of the policy" for each in ("7", "v2")}
    for path, message in messages.items():
        wanted = {"error": {"type": "not_found", "message": message}}
        for accept in ("application/json", "*/*", ""):
            answer = client.get(path, headers={"Accept": accept, "Accept-Language": "lv"})
            assert (answer.status_code, answer.json) == (404, wanted)
        assert client.get(f"{path}?format=json", headers={"Accept": "text/html"}).json == wanted
