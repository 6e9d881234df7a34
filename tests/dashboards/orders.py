"""Days in March 2026 in a small shop with goals and funnels: what its visitors did, to be counted and asked for."""

from collector.rules import FunnelRule, GoalRule, Rules
from collector.sites import Site
from tests.dashboards.counting import Seen, at

NOW = "2026-03-05T18:30"

RULES = Rules(
    goals=(
        GoalRule(1, "Cart", "page", page="/cart"),
        GoalRule(2, "Order", "event", event="Order"),
        GoalRule(3, "Gift order", "event", event="Order", props=(("gift", "yes"),)),
        GoalRule(4, "Read", "scroll", page="/blog/*", threshold=75),
    ),
    funnels=(
        FunnelRule(1, "Shop", (1, 2)),
        FunnelRule(2, "Come back", (4, 1, 2), across=True),
    ),
)
SHOP = Site(domain="shop.lv", rules=RULES)

LV = {
    "channel": "Organic Search", "source": "Google", "country": "LV", "device": "desktop", "browser": "Firefox",
    "connection": "4g", "language": "lv",
}  # fmt: skip
EE = {
    "channel": "Email", "source": "letter", "country": "EE", "device": "mobile", "browser": "Chrome",
    "connection": "3g", "language": "et",
}  # fmt: skip
GIFT = {"gift": "yes", "size": "L"}
PLAIN = {"gift": "no", "size": "L"}

# Anna orders twice in one visit, once as a gift; Bruno fills his cart and leaves; Carmen reads, and orders two days
# later in dollars; Dora comes back, reads, and orders nothing.
HITS = [
    Seen("Anna", at("2026-03-01T10:00"), "/", origin=LV),
    Seen("Anna", at("2026-03-01T10:05"), "/cart"),
    Seen("Anna", at("2026-03-01T10:06"), "/cart", "event", "Order", props=GIFT, revenue=1999, currency="EUR"),
    Seen("Anna", at("2026-03-01T10:09"), "/cart", "event", "Order", props=PLAIN, revenue=1, currency="EUR"),
    Seen("Bruno", at("2026-03-01T11:00"), "/", origin=LV),
    Seen("Bruno", at("2026-03-01T11:05"), "/blog/a"),
    Seen("Bruno", at("2026-03-01T11:06"), "/cart"),
    Seen("Carmen", at("2026-03-02T12:00"), "/blog/a", origin=EE),
    Seen("Carmen", at("2026-03-02T12:02"), "/blog/a", "leave", seconds=90, depth=80),
    Seen("Carmen", at("2026-03-04T12:00"), "/", origin=EE),
    Seen("Carmen", at("2026-03-04T12:01"), "/blog/a"),
    Seen("Carmen", at("2026-03-04T12:03"), "/cart"),
    Seen("Carmen", at("2026-03-04T12:04"), "/thanks", "event", "Order", props=PLAIN, revenue=500, currency="USD"),
    Seen("Carmen", at("2026-03-04T12:05"), "/thanks", "event", "Tip", revenue=300, currency="JPY"),
    Seen("Dora", at("2026-02-20T09:00"), "/", origin=EE),
    Seen("Dora", at("2026-03-03T09:00"), "/blog/b", origin=EE),
    Seen("Dora", at("2026-03-03T09:01"), "/blog/b", "leave", seconds=30, depth=75),
    Seen("Dora", at("2026-03-03T09:02"), "/"),
]
