"""The receipt of a decision, in the shape of ISO/IEC TS 27560 as the Data Privacy Vocabulary writes it (JSON-LD).

The keys without a prefix say the same in plain words, for scripts and for people.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from collector.rows import ConsentRecord
from collector.sites import Site

SCHEMA = "https://w3id.org/dpv/schema/dpv-27560#"
CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dct": "http://purl.org/dc/terms/",
    "schema": "https://schema.org/",
}
PURPOSES = {"statistics": "dpv:ServiceUsageAnalytics", "marketing": "dpv:TargetedAdvertising"}
DATA = {"statistics": "dpv:ServiceUsageData", "marketing": "dpv:InterestData"}
GIVEN, REFUSED, WITHDRAWN = "dpv:ConsentGiven", "dpv:ConsentRefused", "dpv:ConsentWithdrawn"
RIGHTS = ["eu-gdpr:A7-3", "eu-gdpr:A15", "eu-gdpr:A17", "eu-gdpr:A21", "eu-gdpr:A77"]


def receipt_of(
    record: ConsentRecord, site: Site, later: ConsentRecord | None = None, *, whole: bool = False
) -> dict[str, Any]:
    """What the visitor is handed: everything the log keeps of the decision.

    One who refused is given no id, so `id` is null then, unless the `whole` receipt is asked for by the owner of the
    site. `later` is the record that replaced this one, if there is one.
    """
    known = record.id if record.consent or whole else None
    receipt: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "dpv:ConsentReceipt",
        "dct:conformsTo": f"{SCHEMA}receipt-eu-gdpr",
        "dct:created": iso(record.decided),
        "dct:publisher": site.controller or site.domain,
        "schema:recipient": "dpv:DataSubject",
        "id": known,
        "consent_id": record.consent or None,
        "site": record.site,
        "controller": site.controller or site.domain,
        "choices": record.choices,
        "method": record.method,
        "decided": iso(record.decided),
        "valid_until": iso(record.valid_until),
        "policy_version": record.policy_version,
        "language": record.language,
        "notice": record.notice,
        "signals": record.signals,
        "supersedes": record.supersedes or None,
        "replaced": None if later is None else {"decided": iso(later.decided), "method": later.method},
        "dpv:hasRecordOfActivity": record_of(record, site, known, later),
    }
    if known:
        receipt["@id"] = f"urn:uuid:{known}#receipt"
        receipt["dct:identifier"] = known
    return receipt


def record_of(record: ConsentRecord, site: Site, known: str | None, later: ConsentRecord | None) -> dict[str, Any]:
    """The consent record that the receipt is of."""
    subject: dict[str, Any] = {"@type": "dpv:User"}
    if record.consent:
        subject["dct:identifier"] = record.consent
    controller = {"@type": "dpv:DataController", "dpv:hasName": site.controller or site.domain}
    if site.contact:
        controller["dpv:hasContact"] = site.contact
    made: dict[str, Any] = {
        "@type": "dpv:ConsentRecord",
        "dct:conformsTo": f"{SCHEMA}record-eu-gdpr",
        "dct:dateSubmitted": iso(record.decided),
        "dpv:hasDataSubject": subject,
        "dpv:hasDataController": controller,
        "dpv:hasApplicableLaw": "eu-gdpr:GDPR",
        "dpv:hasRight": RIGHTS,
        "dpv:hasNotice": {
            "@type": "dpv:ConsentNotice",
            "dct:identifier": f"sha256:{record.notice}" if record.notice else None,
            "dct:language": record.language,
            "dct:hasVersion": record.policy_version,
        },
        "dpv:hasProcess": [process(record, purpose, later) for purpose in PURPOSES],
    }
    if known:
        made["@id"] = f"urn:uuid:{known}"
        made["dct:identifier"] = known
    return made


def process(record: ConsentRecord, purpose: str, later: ConsentRecord | None) -> dict[str, Any]:
    """What was decided about one purpose, and what became of it."""
    allowed = record.choices.get(purpose, False)
    refused = WITHDRAWN if record.method == "withdraw" else REFUSED
    events = [event(record, GIVEN if allowed else refused)]
    if later is not None and later.choices.get(purpose, False) != allowed:
        events.append(event(later, WITHDRAWN if allowed else GIVEN))
    return {
        "@type": "dpv:Process",
        "dct:title": purpose,
        "dpv:hasPurpose": PURPOSES[purpose],
        "dpv:hasPersonalData": DATA[purpose],
        "dpv:hasLegalBasis": "eu-gdpr:A6-1-a",
        "dpv:hasConsentStatus": events[-1]["@type"],
        "dpv:hasConsentEvent": events,
    }


def event(record: ConsentRecord, status: str) -> dict[str, Any]:
    """A change of a consent, with how long it holds and by which control it was made."""
    return {
        "@type": status,
        "dct:date": iso(record.decided),
        "dct:valid": iso(record.valid_until),
        "dpv:hasIndicationMethod": record.method,
    }


def iso(seconds: float) -> str:
    """An instant in UTC, as ISO 8601 writes it, to the second."""
    return _iso(int(seconds))


@lru_cache(maxsize=1024)
def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
