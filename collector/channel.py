"""The acquisition channel of a visit, from the medium of its campaign and the kind of its source."""

import re
from typing import NamedTuple


class Known(NamedTuple):
    """A source by the name the reports use, and its kind: a key of referrers.KINDS, or empty."""

    name: str = ""
    kind: str = ""


BY_KIND = {
    "search": "Organic Search",
    "social": "Organic Social",
    "video": "Video",
    "ai": "AI Assistants",
    "email": "Email",
    "shopping": "Organic Shopping",
    "display": "Display",
    "affiliate": "Affiliates",
}
PAID_BY_KIND = {
    "search": "Paid Search",
    "social": "Paid Social",
    "video": "Paid Video",
    "shopping": "Paid Shopping",
    "display": "Display",
    "affiliate": "Affiliates",
}
BY_MEDIUM = {
    medium: channel
    for channel, media in {
        "Email": "email e-mail e_mail mail newsletter newsletters edm e-pasts epasts",
        "Organic Social": "social sm social-network social_network social-media social_media organic-social",
        "Organic Search": "organic organic-search organic_search seo",
        "Affiliates": "affiliate affiliates affiliation",
        "Display": "display banner banners expandable interstitial cpm programmatic gdn",
        "Video": "video organic-video organic_video",
        "SMS": "sms",
        "Push": "push web-push web_push webpush notification",
        "Audio": "audio podcast",
        "AI Assistants": "ai ai-assistant chatbot llm",
        "Referral": "referral referrer ref link app partner pr",
    }.items()
    for medium in media.split()
}
# Channels that a click id turns into paid ones; a letter stays a letter, whatever else is in its links.
PAYABLE = ("Organic Search", "Organic Social", "Video", "Referral")
PAID = re.compile(r"(?:.*[_-])?(?:cp[acmtv]|ppc|sem|paid|ads?|retargeting|remarketing)(?:[_-].*)?|paid.*")
# What was paid for, where only the medium tells: paid_social, sem …
PAID_FOR = (("social", "social"), ("search", "search"), ("sem", "search"), ("video", "video"), ("shop", "shopping"))


def channel_of(medium: str, source: Known, *, paid: bool = False) -> str:
    """One of the channels above, Referral, Direct, Paid Other or Other.

    `medium` is utm_medium in lower case; `paid` says that an advertiser's click id was there.
    """
    named = BY_MEDIUM.get(medium)
    if (medium and PAID.fullmatch(medium)) or (paid and (named is None or named in PAYABLE)):
        kind = next((kind for word, kind in PAID_FOR if word in medium), "")
        channel = PAID_BY_KIND.get(source.kind) or PAID_BY_KIND.get(kind)
        return channel or ("Display" if "cpm" in medium else "Paid Other")
    if named is not None:
        return named
    if source.kind in BY_KIND:
        return BY_KIND[source.kind]
    if medium:
        return "Other"
    return "Referral" if source.name else "Direct"
