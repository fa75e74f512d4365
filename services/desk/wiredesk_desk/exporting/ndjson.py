"""NDJSON: the whole event on a line of its own, as readers of `articles.enriched.v1` know it. Pure."""

import json

from wiredesk.contracts.events import ArticleEnriched
from wiredesk_desk.exporting.values import line


def item(document: str) -> bytes:
    """Return a stored event, which is JSON, as a line: all that it says, in the order of the contract."""
    said = json.loads(document)
    names = dict.fromkeys((*ArticleEnriched.model_fields, *said))
    return line({name: said[name] for name in names if name in said})
