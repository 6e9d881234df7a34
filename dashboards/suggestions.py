"""What the field of a filter suggests: the values that there are most of, on the days and under the filters shown."""

from flask import abort, jsonify, request
from werkzeug.wrappers import Response

from collector.store import StoreError
from dashboards import context, names, questions
from dashboards.address import CONDITIONS, FILTERS
from dashboards.asked import Asked
from dashboards.members import members
from dashboards.pages import read_address
from dashboards.query import QueryError

MOST = 50

blueprint = members("suggestions", __name__)


@blueprint.get("/sites/<domain>/values/<dimension>")
def values(domain: str, dimension: str) -> Response:
    """A list of texts for a condition (`how`) of a dimension, the most frequent first."""
    site, how = context.site_or_404(domain), request.args.get("how", "")
    if dimension not in FILTERS or how not in CONDITIONS:
        abort(404)
    asked = Asked(read_address(site), site, context.store(), context.now())
    metric, wanted = questions.unit(dimension, asked.address), questions.DIMENSIONS[dimension]
    try:
        found = [row.dimensions[0] for row in asked.rows([metric], [wanted], limit=MOST)]
    except QueryError:
        found = []
    except StoreError:
        abort(503)
    return jsonify([text for kept in found if (text := suggestion(dimension, how, kept))])


def suggestion(dimension: str, how: str, kept: str) -> str:
    """A value as the field takes it. Parts and patterns are looked for in what is kept, but for names of countries."""
    is_whole = how in ("", "not")
    return names.value(dimension, kept) if is_whole or (kept and dimension in questions.NAMES_OF) else kept
