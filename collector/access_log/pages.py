"""Which requests of a log are page views: what a person looked at, as far as a log can tell."""

import re
from typing import Literal

from collector.access_log.lines import Line

Left = Literal["broken", "old", "future", "method", "redirect", "error", "asset", "feed", "bot", "order"]

# Why a line is not counted, for the summary. A closed list.
LEFT_OUT: dict[Left, str] = {
    "broken": "not in the combined format",
    "old": "older than the site keeps",
    "future": "dated in the future",
    "method": "other methods than GET",
    "redirect": "redirects",
    "error": "errors and answers without a page",
    "asset": "images, scripts, downloads and other files",
    "feed": "feeds, sitemaps and interfaces for programs",
    "bot": "robots",
    "order": "more than ten minutes out of order",
}

_ASSETS = """
    css js mjs cjs map ts wasm png jpg jpeg jpe gif svg svgz webp avif bmp ico cur tif tiff heic psd ai eps
    woff woff2 ttf otf eot mp3 mp4 m4a m4v m4s ogg oga ogv opus wav flac webm avi mov wmv mkv flv swf mpg mpeg 3gp ts
    m3u8 mpd vtt srt pdf doc docx xls xlsx ppt pptx odt ods odp rtf epub mobi djvu ps tex csv tsv json jsonld geojson
    xml xsl xsd dtd yaml yml toml ini cfg conf log txt md rst sql db sqlite bak old orig swp tmp ics vcf kml gpx
    zip gz tgz tar bz2 xz zst 7z rar jar war apk ipa dmg pkg deb rpm msi exe bin iso img cab gem whl
    py pyc rb pl pm sh bash bat ps1 c h cc cpp hpp cs java class go rs lua vim el patch diff m4 mk spec in
    asc sig sha1 sha256 md5 pem crt key webmanifest manifest appcache htc less scss sass vue jsx tsx
"""
ASSETS = frozenset(_ASSETS.split())
_FEED = re.compile(
    r"/(?:feed|feeds|rss|rss2|atom|sitemap)/?$|\.(?:rss|rss2|atom|rdf)$|/sitemap[^/]*\.xml$|/(?:rss|atom|feed)\.xml$"
    r"|^/(?:\.well-known|wp-json)/|/(?:xmlrpc|wp-cron|admin-ajax)\.php$",
    re.IGNORECASE,
)
_FEED_QUERY = re.compile(r"(?:^|&)(?:flav|feed|format|type)=(?:rss|atom|rdf)", re.IGNORECASE)


def split_target(target: str) -> tuple[str, str]:
    """Path and query of a request's target, also where it is a whole address."""
    if not target.startswith("/"):
        target = "/" + target.partition("://")[2].partition("/")[2] if "://" in target else "/" + target
    path, _, query = target.partition("#")[0].partition("?")
    return path, query


def left_out(line: Line, path: str, query: str) -> Left | None:
    """Why a request is no page view, or None when it is one (of a person or of a robot)."""
    if line.method != "GET":
        return "method"
    if 300 <= line.status < 400 and line.status != 304:
        return "redirect"
    if (line.status != 304 and not 200 <= line.status < 300) or line.status in (204, 205):
        return "error"
    name = path.rpartition("/")[2]
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    if extension in ASSETS and extension != "xml":
        return "asset"
    if _FEED.search(path) or (query and _FEED_QUERY.search(query)):
        return "feed"
    return "asset" if extension == "xml" else None
