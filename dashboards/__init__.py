"""Dashboards: from the store to the eye. `init_app` adds them to the collector's application."""

from pathlib import Path

from flask import Flask
from flask_babel import Babel

from collector.config import Settings
from collector.services import of
from collector.store import open_store
from dashboards import (
    api,
    assets,
    auth,
    banner_pages,
    consent_pages,
    context,
    cookie_pages,
    declared_pages,
    errors,
    goal_settings,
    i18n,
    pages,
    policy_pages,
    proof_pages,
    report_pages,
    request_pages,
    sections,
    security,
    suggestions,
)

HERE = Path(__file__).parent
ASSETS_LIVE = 31_536_000  # seconds a browser keeps an asset; its address changes with its content


def init_app(app: Flask) -> None:
    """Registers pages, login, form tokens, limits, headers and error pages. Needs `app.extensions["sikdatne"]`."""
    shared = of(app)
    app.extensions[context.STORE] = open_store(shared.settings, "dashboards")
    ours = (
        pages.blueprint,
        suggestions.blueprint,
        report_pages.blueprint,
        goal_settings.blueprint,
        banner_pages.blueprint,
        declared_pages.blueprint,
        consent_pages.blueprint,
        cookie_pages.blueprint,
        policy_pages.blueprint,
        proof_pages.blueprint,
        request_pages.blueprint,
        auth.blueprint,
        assets.blueprint,
    )
    configure(app, shared.settings)
    security.protect(app, shared.settings, ours)
    security.limit_attempts(app, shared.settings, shared.database, auth.blueprint)
    for blueprint in (*ours, api.blueprint):
        app.register_blueprint(blueprint)
    errors.init_app(app, frozenset(blueprint.name for blueprint in ours))


def configure(app: Flask, settings: Settings) -> None:
    """Languages, and what every template may use."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = ASSETS_LIVE
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", str(HERE / "translations"))
    Babel(app, locale_selector=i18n.choose)
    app.jinja_env.globals.update(asset=assets.asset, _=i18n._, navigation=sections.navigation)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def given() -> dict[str, object]:
        return {"user": context.user(), "language": str(i18n.locale().language)}
