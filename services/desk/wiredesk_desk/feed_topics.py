"""The topic of a subscription: `feeds.NAME.v1`, whose records are those of `articles.enriched.v1`."""

from dataclasses import replace

from wiredesk.contracts.topics import ENRICHED, Topic

PREFIX = "feeds."


def feed_name(subscription: str) -> str:
    """Return what the topic of a subscription is called, without its lane."""
    return f"{PREFIX}{subscription}.v1"


def feed_topic(name: str) -> Topic:
    """Return the topic of this name."""
    return replace(
        ENRICHED,
        name=name,
        producers=("desk",),
        consumers=(),
        description="enriched articles that a subscription is of",
    )
