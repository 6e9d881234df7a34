"""The privacy policy of a site as Markdown, made from its settings, from schema.sql and from what the program does.

Nothing is told here by hand that could be read from where it is decided: retention comes from the settings and from the
schema, the sizes of the caches from the modules that have them, the columns from their comments. No I/O.
"""

from typing import NamedTuple

import msgspec

from collector import bot, device, tokens
from collector.beacon import NETWORKS_SECONDS
from collector.decision import VALID_DAYS
from collector.markdown import escaped
from collector.sites import Site
from collector.stored import Table, table, tables
from collector.tokens import ConsentGrant
from collector.visit import Origin, State
from collector.wording import Unit, Words

AUTHORITY = "Datu valsts inspekcija, Elijas iela 17, Rīga, LV-1050, [pasts@dvi.gov.lv](mailto:pasts@dvi.gov.lv)"
SECTIONS = ("controller", "gathered", "purposes", "cookies", "memory", "retention", "security", "recipients", "signals",
            "rights", "complaints", "changes")  # fmt: skip


class Declared(NamedTuple):
    """A cookie that a site says it uses, in words of one language."""

    name: str
    provider: str
    purpose: str
    kept: str


class Text(msgspec.Struct, frozen=True):
    """The policy in one language, as Markdown: what everybody reads, and the list of everything that is kept."""

    text: str
    data: str


def compose(site: Site, words: Words, declared: tuple[Declared, ...] = ()) -> Text:
    """The policy as it is true now."""
    values = placeholders(site, words)
    parts = [words.policy["intro"]]
    for name in SECTIONS:
        title, body = words.policy[name]
        parts += [f"## {title}", *([body.format(**values)] if body else [])]
        if name == "gathered":
            rows = [[cell.format(**values) for cell in row] for row in words.policy["gathered_rows"]]
            parts.append(grid(words.policy["gathered_head"], rows))
        if name == "cookies":
            parts.append(grid(words.policy["cookies_head"], [*own_cookies(site, words), *map(cells, declared)]))
    return Text("\n\n".join(parts) + "\n", data_text(site, words))


def placeholders(site: Site, words: Words) -> dict[str, str]:
    contact = contact_link(site.contact)
    return {
        "controller": escaped(site.controller or site.domain),
        "contact": words.policy["contact"].format(contact=contact) if contact else "",
        "writing": words.policy["writing"].format(contact=contact) if contact else "",
        "authority": AUTHORITY,
        "mine": f"/privacy/{site.domain}/me",
        "detail": words.duration(site.detail_days, "day"),
        "rollup": words.duration(site.rollup_months, "month"),
        "requests": words.duration(site.request_months, "month"),
        "proof": words.duration(site.proof_months, "month"),
        "minutes": own_duration(table("minutes"), words),
        "networks": own_duration(table("networks"), words),
        "drops": own_duration(table("drops"), words),
        "agents": str(max(device.CACHED, bot.CACHED)),
        "consents": str(tokens.CACHED),
        "seconds": f"{NETWORKS_SECONDS:.0f}",
    }


def contact_link(contact: str) -> str:
    """A contact as a link where it is an e-mail address."""
    contact = contact.strip()
    if "@" in contact and not set(contact) & set(" <>()[]\\\"'`|"):
        return f"[{escaped(contact)}](mailto:{contact})"
    return escaped(contact)


def own_cookies(site: Site, words: Words) -> list[list[str]]:
    """What this service itself keeps in the browser."""
    provider = escaped(site.controller or site.domain)
    choice = words.policy["as_long_as"].format(duration=words.duration(VALID_DAYS, "day"))
    first_visit = words.policy["thirteen_months"]
    return [
        ["`consent`, `sikdatne.consent`", provider, words.policy["cookie_consent"], choice],
        ["`visit`, `visit-left`, `sikdatne.visit`", provider, words.policy["cookie_visit"], first_visit],
        ["`decision-…`", provider, words.policy["cookie_decisions"], choice],
    ]


def cells(cookie: Declared) -> list[str]:
    return [escaped(cell) for cell in cookie]


def data_text(site: Site, words: Words) -> str:
    """Every table and column of the store, and every field of what the browser keeps."""
    parts = [words.policy["data"]]
    for each in tables():
        kept = words.policy["kept"].format(duration=kept_for(each, site, words))
        rows = [[f"`{column.name}`", escaped(words.comment(column.comment))] for column in each.columns]
        parts += [f"### {escaped(words.comment(each.comment))}", kept]
        parts.append(grid(words.policy["columns_head"], rows))
    for name, fields in (("browser", (*State.__struct_fields__, *Origin.__struct_fields__)),
                         ("grant", ConsentGrant.__struct_fields__)):  # fmt: skip
        title, body = words.policy[name]
        rows = [[f"`{field}`", escaped(words.field(field))] for field in fields]
        parts += [f"### {title}", body, grid(words.policy["columns_head"], rows)]
    return "\n\n".join(parts) + "\n"


def kept_for(each: Table, site: Site, words: Words) -> str:
    if each.kept == "detail":
        return words.duration(site.detail_days, "day")
    if each.kept == "rollup":
        return words.duration(site.rollup_months, "month")
    if each.kept == "proof":
        return str(words.policy["kept_proof"]).format(**placeholders(site, words))
    return own_duration(each, words) if each.kept else str(words.policy["kept_ever"])


def own_duration(each: Table, words: Words) -> str:
    """How long a table is kept that has a term of its own."""
    number, unit = each.kept.split()
    units: dict[str, Unit] = {"day": "day", "month": "month"}
    return words.duration(int(number), units[unit])


def grid(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
