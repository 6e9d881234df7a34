"""Five days in March 2026 on a small website: what its visitors did, to be counted and asked for."""

from tests.dashboards.counting import Seen, at

NOW = "2026-03-05T18:30"

GOOGLE = {
    "channel": "Organic Search", "source": "Google", "country": "LV", "region": "Riga", "city": "Riga",
    "device": "desktop", "browser": "Firefox", "browser_version": "140", "os": "Linux", "language": "lv", "screen": "l",
}  # fmt: skip
LETTER = {
    "channel": "Email", "source": "newsletter", "medium": "email", "campaign": "spring's \\ 100%", "country": "EE",
    "city": "Tallinn", "device": "mobile", "browser": "Chrome", "browser_version": "150", "os": "Android",
    "os_version": "17", "language": "et", "screen": "s", "audience": "customer",
}  # fmt: skip
DIRECT = {"channel": "Direct", "device": "desktop", "browser": "Safari", "os": "macOS"}

# Anna: a visit of three pages on the 1st, an event, and a bounce on the 3rd that came by letter.
# Bruno: a bounce on the 1st just before midnight; direct on the 2nd, and still reading past midnight.
# Carmen: once on the 4th; on the 5th twice, in two hours.
HITS = [
    Seen("Anna", at("2026-03-01T10:00"), "/", origin=GOOGLE),
    Seen("Anna", at("2026-03-01T10:01"), "/", "leave", seconds=60, depth=50),
    Seen("Anna", at("2026-03-01T10:05"), "/prices"),
    Seen("Anna", at("2026-03-01T10:06"), "/prices", "leave", seconds=30, depth=100),
    Seen("Anna", at("2026-03-01T10:10"), "/"),
    Seen("Anna", at("2026-03-01T11:05"), "/", "event", "Signup", origin=GOOGLE),
    Seen("Anna", at("2026-03-03T09:00"), "/letter", origin=LETTER),
    Seen("Bruno", at("2026-03-01T23:50"), "/prices", origin=GOOGLE),
    Seen("Bruno", at("2026-03-02T23:55"), "/", origin=DIRECT),
    Seen("Bruno", at("2026-03-03T00:05"), "/prices"),
    Seen("Bruno", at("2026-03-03T00:06"), "/prices", "leave", seconds=90, depth=20),
    Seen("Carmen", at("2026-03-04T12:00"), "/letter", origin=LETTER),
    Seen("Carmen", at("2026-03-05T12:00"), "/letter", origin=LETTER),
    Seen("Carmen", at("2026-03-05T12:20"), "/letter", "event", "Download"),
    Seen("Carmen", at("2026-03-05T13:30"), "/", origin=DIRECT),
]
