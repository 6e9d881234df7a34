"""A visitor's decision about cookies: what a browser may send, what is kept of it as proof, and its receipt."""

from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from collector.body import BadPayload
from collector.receipt import receipt_of
from collector.rows import ConsentRecord
from collector.sites import Site
from collector.tokens import ConsentGrant

VALID_DAYS = 180  # the same for yes and no, never extended
MONTH_DAYS = 30.4375
MAX_DECISION = 16 * 1024  # bytes
DAY = 86_400

# "object" is the objection to marketing on the visitor's own page; a banner cannot send it.
Method = Literal["accept_all", "reject_all", "save_selection", "withdraw", "object", "gpc", "api"]
REFUSING: tuple[Method, ...] = ("reject_all", "withdraw", "gpc")
HEX_HASH = r"^([0-9a-f]{64})?$"
RECORD_ID = r"^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$"


class Choices(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Yes or no for each purpose that needs consent. What is not mentioned is refused."""

    statistics: bool = False
    marketing: bool = False

    @property
    def grants(self) -> bool:
        """Whether anything is allowed."""
        return self.statistics or self.marketing


class Decision(msgspec.Struct, frozen=True):
    """The body of POST /consent. `notice` is the hash of the text shown, `supersedes` the id of the earlier record."""

    site: Annotated[str, msgspec.Meta(min_length=1, max_length=253)]
    choices: Choices
    method: Method
    language: Annotated[str, msgspec.Meta(max_length=35)] = ""
    notice: Annotated[str, msgspec.Meta(pattern=HEX_HASH)] = ""
    supersedes: Annotated[str, msgspec.Meta(pattern=RECORD_ID)] = ""


class Proof(NamedTuple):
    """A decision made: the record for the log, the token for the browser, and the receipt for the visitor."""

    record: ConsentRecord
    grant: ConsentGrant
    receipt: dict[str, Any]


_decoder = msgspec.json.Decoder(Decision)


def decode(body: bytes) -> Decision:
    """The decision in `body`. Raises BadPayload, with a message that names what is wrong."""
    if len(body) > MAX_DECISION:
        raise BadPayload("too_large", f"the body may hold {MAX_DECISION} bytes", 413)
    try:
        decision = _decoder.decode(body)
    except msgspec.ValidationError as error:
        raise BadPayload("invalid", str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadPayload("malformed", "the body is no JSON object in UTF-8") from None
    choices = decision.choices
    if decision.method == "object":
        raise BadPayload("method", "an objection is made on the visitor's own page")
    if decision.method in REFUSING and choices.grants:
        raise BadPayload("choices", f"{decision.method} allows nothing")
    if decision.method == "accept_all" and not (choices.statistics and choices.marketing):
        raise BadPayload("choices", "accept_all allows every purpose")
    if choices.grants and not decision.notice and decision.method != "api":
        raise BadPayload("notice", "consent takes the hash of the notice that was shown")
    return decision


def prove(
    decision: Decision, site: Site, signals: list[str], ids: tuple[str, str], now: float, until: int = 0
) -> Proof:
    """The proof of a decision made at `now` (seconds since the epoch). It holds for VALID_DAYS, or `until` then.

    `ids` are a fresh record id and a fresh consent id. A refusal gets no consent id, and the browser of one who refused
    is given no id at all.
    """
    granted = decision.choices.grants
    until = until or int(now) + VALID_DAYS * DAY
    record = ConsentRecord(
        id=ids[0],
        consent=ids[1] if granted else "",
        site=site.domain,
        choices={"statistics": decision.choices.statistics, "marketing": decision.choices.marketing},
        method=decision.method,
        decided=round(now * 1000) / 1000,
        policy_version=site.policy_version,
        language=decision.language,
        notice=decision.notice,
        signals=signals,
        valid_until=until,
        supersedes=decision.supersedes,
        expires=until // DAY + round(site.proof_months * MONTH_DAYS),
    )
    grant = ConsentGrant(
        site.domain, site.policy_version, record.choices["statistics"], record.choices["marketing"],
        int(now) // 60, until // 60,
    )  # fmt: skip
    return Proof(record, grant, receipt_of(record, site))
