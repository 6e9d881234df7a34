"""Questions to the counters, in the order of their way: parser → query → table choice → SQL → result.

`parse` reads a query in the shape of Plausible's Stats API v2, `run` answers it from the store. `funnel`, `flows`,
`cohorts`, `stickiness`, `vitals` and `topics` are reports of their own. Pages, the stats API and the command line all
ask here. What the counters cannot know is refused with `QueryError`, never approximated.
"""

from dashboards.query.errors import QueryError
from dashboards.query.flows import Flow, FlowNode, flow_pages, flows
from dashboards.query.funnel import FunnelRow, FunnelStep, funnel
from dashboards.query.kept import Source
from dashboards.query.live import Decisions, Drop, decisions, drops, visitors_now
from dashboards.query.parse import Query, decoded, parse
from dashboards.query.patterns import check_filters
from dashboards.query.period import Period
from dashboards.query.report import REPORTS, parse_report, run_report
from dashboards.query.result import Comparison, Result, Row
from dashboards.query.retention import Cohort, Return, Stickiness, cohorts, stickiness
from dashboards.query.run import run
from dashboards.query.store import Store
from dashboards.query.topics import SMALLEST_AUDIENCE, Topic, topics
from dashboards.query.vitals import THRESHOLDS, VitalRow, vitals

__all__ = [
    "REPORTS",
    "SMALLEST_AUDIENCE",
    "THRESHOLDS",
    "Cohort",
    "Comparison",
    "Decisions",
    "Drop",
    "Flow",
    "FlowNode",
    "FunnelRow",
    "FunnelStep",
    "Period",
    "Query",
    "QueryError",
    "Result",
    "Return",
    "Row",
    "Source",
    "Stickiness",
    "Store",
    "Topic",
    "VitalRow",
    "check_filters",
    "cohorts",
    "decisions",
    "decoded",
    "drops",
    "flow_pages",
    "flows",
    "funnel",
    "parse",
    "parse_report",
    "run",
    "run_report",
    "stickiness",
    "topics",
    "visitors_now",
    "vitals",
]
