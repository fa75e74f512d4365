"""Every topic as an object: what is on it, who makes it, who reads it, how it is created.

The single list: `wiredesk topics apply` creates what stands here, services subscribe through it, the AsyncAPI document
and the compose set-up are printed from it. Dead-letter and retry topics are derived, never named by hand.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from wiredesk.contracts.events import (
    ArticleCleaned,
    ArticleEnriched,
    ArticleFetched,
    ArticleRejected,
    ArticleStored,
    ArticleSubmitted,
    DeadLetterSettled,
    Event,
)
from wiredesk.contracts.sources import SourceHealth
from wiredesk.contracts.stories import StoryUpdated
from wiredesk.contracts.withdrawals import ArticleWithdrawn

MiB = 1024 * 1024

# 12 divides by 2, 3, 4 and 6 workers. More move keys, which `wiredesk.client.growth` does when it is asked to.
PARTITIONS = 12
MAX_RECORD_BYTES = 8 * MiB
# What a producer's batch may have once it is decompressed; more is not read. Producers make batches of 1 MiB and less,
# and librdkafka puts 10,000 records into one at most.
MAX_BATCH_BYTES = 2 * MAX_RECORD_BYTES
MAX_BATCH_RECORDS = 20_000
# A dead letter is the original record plus its reason headers: its topic must admit more than any source topic.
MAX_DEAD_LETTER_BYTES = 16 * MiB


@dataclass(frozen=True)
class Topic:
    """One Kafka topic. `consumers` are the services that read it; users may read any.

    `is_exit`: made for readers outside, so it is compressed in a way that every Kafka client can undo by itself.
    `is_table`: the last record of a key is what holds, and is kept for ever (compaction); null says that it is gone.
    """

    name: str
    event: type[Event]
    key: str
    producers: tuple[str, ...]
    consumers: tuple[str, ...] = ()
    description: str = ""
    partitions: int = PARTITIONS
    retention: timedelta = timedelta(days=7)
    max_bytes: int = MAX_RECORD_BYTES
    is_exit: bool = False
    is_table: bool = False

    @property
    def schema_id(self) -> str:
        """What the JSON Schema of its events is called; `wiredesk schema show` prints it."""
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", self.event.__name__).lower()
        return f"urn:wiredesk:schema:{name}:{self.event.model_fields['schema_version'].default}"

    def dead_letter(self, service: str) -> "Topic":
        """The topic that takes the records `service` could not work, byte for byte."""
        return Topic(
            name=f"{self.name}.{service}.dlq",
            event=self.event,
            key=self.key,
            producers=(service,),
            description=f"what {service} could not work, with the reason in headers",
            partitions=1,
            retention=timedelta(days=30),
            max_bytes=MAX_DEAD_LETTER_BYTES,
            is_exit=True,
        )

    def retry(self, service: str) -> "Topic":
        """The retry topic: records `service` takes up again at their `wiredesk-not-before`."""
        return Topic(
            name=f"{self.name}.{service}.retry",
            event=self.event,
            key=self.key,
            producers=(service,),
            consumers=(service,),
            description=f"not due yet, or a transient failure: {service} reads it again when due",
            max_bytes=MAX_DEAD_LETTER_BYTES,
        )


SUBMITTED = Topic(
    "articles.submitted.v1",
    ArticleSubmitted,
    key="registrable host",
    producers=("anyone",),
    consumers=("fetcher",),
    description="the public entrance: a URL, a page or a text",
)
FETCHED = Topic(
    "articles.fetched.v1",
    ArticleFetched,
    key="article_id",
    producers=("fetcher",),
    consumers=("cleaner",),
    description="the page or text as got",
)
CLEANED = Topic(
    "articles.cleaned.v1",
    ArticleCleaned,
    key="article_id",
    producers=("cleaner",),
    consumers=("tagger",),
    description="zones, text and metadata",
)
ENRICHED = Topic(
    "articles.enriched.v1",
    ArticleEnriched,
    key="article_id",
    producers=("tagger",),
    consumers=("storage",),
    description="the public exit: entities with exact offsets",
    retention=timedelta(days=30),
    is_exit=True,
)
STORED = Topic(
    "articles.stored.v1",
    ArticleStored,
    key="article_id",
    producers=("storage",),
    description="receipts: inserted, revised, unchanged, superseded",
    is_exit=True,
)
REJECTED = Topic(
    "articles.rejected.v1",
    ArticleRejected,
    key="article_id",
    producers=("fetcher", "cleaner", "tagger", "storage"),
    description="refusals in the normal course of things, with a reason",
    is_exit=True,
)
CURRENT = Topic(
    "articles.current.v1",
    ArticleEnriched,
    key="article_id",
    producers=("storage",),
    description="a table: the enriched event that says what an article says now; null when it was withdrawn",
    is_exit=True,
    is_table=True,
)

SOURCES = Topic(
    "sources.health.v1",
    SourceHealth,
    key="source_id",
    producers=("fetcher",),
    description="a table: how each source is, and why; a record when that changes",
    is_exit=True,
    is_table=True,
)

STORIES = Topic(
    "stories.updated.v1",
    StoryUpdated,
    key="story_id",
    producers=("storage",),
    description="a table: what a story of several articles is now; null when none of them is left",
    is_exit=True,
    is_table=True,
)

WITHDRAWN = Topic(
    "articles.withdrawn.v1",
    ArticleWithdrawn,
    key="article_id",
    producers=("desk",),
    description="a table: what was withdrawn or erased, and why, or reinstated",
    is_exit=True,
    is_table=True,
)

# What people did about dead letters. One partition: the last word on a letter is the last record. Kept for a year, so
# that the reason of a discard outlives the letter.
SETTLED = Topic(
    "articles.deadletters.v1",
    DeadLetterSettled,
    key="topic and origin of the dead letter",
    producers=("desk",),
    description="dead letters that were replayed, or discarded with a reason",
    partitions=1,
    retention=timedelta(days=365),
    is_exit=True,
)

# In the order an article passes them.
PUBLIC = (SUBMITTED, FETCHED, CLEANED, ENRICHED, STORED, REJECTED)
# Whose events are told beside the articles' way.
BESIDE = (SOURCES, STORIES, WITHDRAWN)
RETRY_TOPICS = (SUBMITTED.retry("fetcher"),)


def retry_topic(topic: Topic, service: str) -> Topic | None:
    """Return where `service` puts records of `topic` that it takes up again later; None when it cannot."""
    return next((one for one in RETRY_TOPICS if one.name == topic.retry(service).name), None)


@dataclass(frozen=True)
class Lane:
    """A set of topics of its own for the same workers: `backfill` never delays live news. "" is the live lane."""

    name: str = ""

    def topic(self, topic: Topic) -> str:
        """The Kafka name of `topic` in this lane."""
        return f"{self.name}.{topic.name}" if self.name else topic.name

    def group(self, service: str) -> str:
        """The consumer group of `service` in this lane."""
        group = f"wiredesk.{service}.v1"
        return f"{self.name}.{group}" if self.name else group


def dead_letters() -> tuple[Topic, ...]:
    """Every dead-letter topic, one per consuming service."""
    return tuple(topic.dead_letter(service) for topic in PUBLIC for service in topic.consumers)


def every_topic() -> tuple[Topic, ...]:
    """All topics that must exist in a lane."""
    return (*PUBLIC, CURRENT, *BESIDE, *RETRY_TOPICS, *dead_letters(), SETTLED)
