"""The two stages that are simulated, and the records they are sent."""

from dataclasses import dataclass
from functools import cache

from tests.factories import fetched
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.topics import CLEANED, FETCHED, SUBMITTED, Topic


@dataclass(frozen=True)
class Kind:
    """Which stage is simulated. A fetcher has a retry topic, a cleaner has none and gets bytes."""

    name: str
    reads: Topic
    writes: Topic
    encoded: bool


FETCHER = Kind("fetcher", SUBMITTED, FETCHED, encoded=False)
CLEANER = Kind("cleaner", FETCHED, CLEANED, encoded=True)
KINDS = (FETCHER, CLEANER)


@cache
def fetched_value(text: str, article: int) -> bytes:
    return fetched(text, where=f"https://n.example/{article}").model_dump_json().encode()


@cache
def submitted_value(text: str, article: int) -> bytes:
    return ArticleSubmitted(url=f"https://n.example/{article}", text=text).model_dump_json().encode()
