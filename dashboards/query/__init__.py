"""Questions to the counters, in the order of their way: parser → query → table choice → SQL → result.

`parse` reads a query in the shape of Plausible's Stats API v2, `run` answers it from the store. Pages, the stats API
and the command line all ask here. What the counters cannot know is refused with `QueryError`, never approximated.
"""

from dashboards.query.errors import QueryError
from dashboards.query.kept import Source
from dashboards.query.live import Decisions, Drop, decisions, drops, visitors_now
from dashboards.query.parse import Query, parse
from dashboards.query.period import Period
from dashboards.query.result import Comparison, Result, Row
from dashboards.query.run import run
from dashboards.query.store import Store

__all__ = [
    "Comparison",
    "Decisions",
    "Drop",
    "Period",
    "Query",
    "QueryError",
    "Result",
    "Row",
    "Source",
    "Store",
    "decisions",
    "drops",
    "parse",
    "run",
    "visitors_now",
]
