"""The page on which a site's banner is set up, with a preview of what visitors will see."""

from pathlib import Path
from typing import Any

import msgspec
from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from collector.banner import LONGEST, POSITIONS, Banner, BannerError, BannerTexts, banner_from, banner_of, save_banner
from collector.declared import declared
from collector.notice_text import banner_content
from collector.phrases import Phrases, choose_language, languages, phrases
from collector.services import services
from collector.sites import Site
from dashboards import context
from dashboards.i18n import _, locale
from dashboards.members import members, only_admins
from dashboards.pages import sentence
from dashboards.security import POLICY

STYLE = Path(__file__).parent.parent / "collector" / "pixel" / "banner.css"
ABOUT_THE_FORM = ("csrf_token", "language")

blueprint = members("banner_pages", __name__)


@blueprint.get("/sites/<domain>/settings/banner")
def page(domain: str) -> Response:
    site = context.site_or_404(domain)
    return shown(site, banner_of(context.database(), domain), wished(request.args))


@blueprint.post("/sites/<domain>/settings/banner")
def save(domain: str) -> AnyResponse:
    """Saves the form; where that cannot be, it comes back as it was, with the reason."""
    only_admins()
    site, language = context.site_or_404(domain), wished(request.form)
    try:
        save_banner(context.database(), domain, values_of(request.form, domain))
    except BannerError as error:
        answer = shown(site, banner_of(context.database(), domain), language, sentence(str(error)))
        answer.status_code = 400
        return answer
    return redirect(url_for("banner_pages.page", domain=domain, language=language, saved=1))


@blueprint.route("/sites/<domain>/settings/banner/preview", methods=["GET", "POST"])
def preview(domain: str) -> Response:
    """What visitors would see: of the banner as it is, or of a form that is not saved yet. Nothing is recorded."""
    site, given = context.site_or_404(domain), request.form or request.args
    language, problem, banner = wished(given), "", banner_of(context.database(), domain)
    if request.method == "POST":
        try:
            banner = banner_from(values_of(request.form, domain))
        except BannerError as error:
            problem = sentence(str(error))
    content = banner_content(site, banner, declared(context.database(), domain), phrases(language))
    html = render_template(
        "banner_preview.html", site=site, notice=content, choices="choices" in request.args, problem=problem
    )
    answer = make_response(html, 400 if problem else 200)
    answer.headers["Content-Security-Policy"] = POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    return answer


@blueprint.get("/sites/<domain>/settings/banner/style.css")
def style(domain: str) -> Response:
    """The banner's own style sheet, for the preview."""
    context.site_or_404(domain)
    return Response(STYLE.read_bytes(), mimetype="text/css")


def wished(given: MultiDict[str, str]) -> str:
    """The language that is asked for, if there are texts for it; else the default."""
    return choose_language([given.get("language", "")])


def values_of(form: MultiDict[str, str], domain: str) -> dict[str, Any]:
    """The settings that a form asks for, with the texts of the other languages as they are. Raises BannerError."""
    given = {name: value for name, value in form.items() if name not in ABOUT_THE_FORM}
    if "texts" in given:
        raise BannerError("the banner cannot be set up so: texts come in fields of their own")
    kept = msgspec.to_builtins(banner_of(context.database(), domain)).get("texts", {})
    words = {name: given.pop(name).replace("\r\n", " ").replace("\n", " ") for name in LONGEST if name in given}
    return given | {"floating": given.pop("floating", "") == "on", "texts": kept | {wished(form): words}}


def shown(site: Site, banner: Banner, language: str, error: str = "") -> Response:
    """The page; after an error with the fields as they were sent."""
    given = request.form if error else msgspec.structs.asdict(banner.texts.get(language, BannerTexts()))
    places = (_("Along the bottom"), _("In the corner where lines start"), _("In the corner where lines end"))
    html = render_template(
        "banner.html", site=site, sites=services().sites.all(context.now()), error=error,
        saved="saved" in request.args, given=given, language_shown=language,
        languages=[(each, name_of(phrases(each))) for each in languages()],
        position=request.form.get("position") if error else banner.position,
        floating="floating" in request.form if error else banner.floating,
        positions=list(zip(POSITIONS, places, strict=True)),
        texts=standard_texts(phrases(language), site), longest=LONGEST,
    )  # fmt: skip
    answer = make_response(html)
    answer.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
    return answer


def name_of(words: Phrases) -> str:
    """The name of a language, in the language of the dashboards."""
    return (locale().languages.get(words.language) or words.name).capitalize()


def standard_texts(words: Phrases, site: Site) -> dict[str, str]:
    """What is shown where the owner says nothing."""
    purposes = {key: each["text"] for key, each in words.texts["purposes"].items()}
    intro = words.texts["intro"].replace("{controller}", site.controller or site.domain)
    return {"title": words.texts["title"], "intro": intro, **purposes}
