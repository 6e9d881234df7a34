"""Websites of others, on loopback: small pages that carry the tag of the service, with a policy as strict as can be.

The host says which site it is: pages of www.NAME.lv have their collector at stats.NAME.lv, within reach of cookies;
pages of NAME.example belong to the site NAME.lv too, but cookies of its collector do not reach them.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = """<!doctype html>
<html lang="lv">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{path}</title>
<link rel="icon" href="data:,"><script async src="{collector}/pixel.js" data-site="{site}"{more}></script></head>
<body><main><h1>{path}</h1><p><a id="next" href="/cits">Cita lapa</a></p>{body}</main></body>
</html>"""
FILLER = "<p>Teksts, kas aizņem vietu.</p>" * 200


@dataclass
class Website:
    """Where the websites are served."""

    port: int


@dataclass(frozen=True)
class Own:
    """A page, or a file, that a test wrote itself. In its text COLLECTOR and SITE stand for those of its host."""

    text: str
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    csp: str = ""


OWN: dict[str, Own] = {}  # by host and path


def write(address: str, text: str, status: int = 200, kind: str = "text/html; charset=utf-8", csp: str = "") -> str:
    """Serve this text at an address, with this Content-Security-Policy or none. Returns the address."""
    OWN[address.partition("://")[2].partition("?")[0].partition("#")[0]] = Own(text, status, kind, csp)
    return address


class Handler(BaseHTTPRequestHandler):
    """Any path is a page. In the query: `link` adds a link of the page's own to the cookie settings, `language` a
    data-language for the banner."""

    def do_GET(self) -> None:
        host = self.headers["Host"].partition(":")[0]
        name = host.removesuffix(".example").removesuffix(".lv").rpartition(".")[2]
        path, _, query = self.path.partition("?")
        collector = f"http://stats.{name}.lv"
        if own := OWN.get(host + path):
            return self.send(own, own.text.replace("COLLECTOR", collector).replace("SITE", f"{name}.lv").encode())
        link = '<button type="button" data-consent-open>Iestatījumi</button>' if "link" in query else ""
        more = ' data-language="en"' if "language" in query else ""
        body = PAGE.format(path=path, collector=collector, site=f"{name}.lv", more=more, body=link + FILLER).encode()
        csp = (
            f"default-src 'none'; script-src {collector}; connect-src {collector}; img-src data:; base-uri 'none'; "
            "require-trusted-types-for 'script'"
        )
        return self.send(Own("", csp=csp), body)

    def send(self, own: Own, body: bytes) -> None:
        """Answer with what a test wrote."""
        self.send_response(own.status)
        self.send_header("Content-Type", own.kind)
        self.send_header("Content-Length", str(len(body)))
        if own.csp:
            self.send_header("Content-Security-Policy", own.csp)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@contextmanager
def website(handler: type[Handler] = Handler) -> Iterator[Website]:
    """Serves until the end of the block, on a port of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Website(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
