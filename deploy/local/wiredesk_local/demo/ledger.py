"""The ledger of a demo run: every submission, how far it came, how it ended."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from wiredesk.contracts.events import (
    ArticleCleaned,
    ArticleEnriched,
    ArticleFetched,
    ArticleRejected,
    ArticleStored,
    Event,
    StoreStatus,
)

# What an article passes before it is stored. `ArticleEnriched` is also an `ArticleCleaned`, hence types, not instances.
PASSED = (ArticleFetched, ArticleCleaned, ArticleEnriched)
# Amounts and times are entities too, but no reader asks for the commonest.
AMOUNTS = frozenset({"DATE", "TIME", "MONEY", "PERCENT", "QUANTITY", "CARDINAL", "ORDINAL"})


@dataclass(frozen=True)
class Fallout:
    """An end other than storage. `kind` is "rejected" or "dead letter"."""

    kind: str
    stage: str
    reason: str


@dataclass
class Way:
    """One submission's way through the stages."""

    label: str
    passed: set[type[Event]] = field(default_factory=set)
    enriched: ArticleEnriched | None = None
    receipt: ArticleStored | None = None
    fallouts: set[Fallout] = field(default_factory=set)

    @property
    def ended(self) -> bool:
        """Whether it is known how it ended."""
        return self.receipt is not None or bool(self.fallouts)

    @property
    def settled(self) -> bool:
        """Ended, and if stored, seen on every topic before: topics are read in no order."""
        return bool(self.fallouts) or (self.receipt is not None and self.passed.issuperset(PASSED))

    @property
    def contradicts(self) -> bool:
        """Whether it ended in more than one way, which must never be."""
        return len(self.fallouts) + (self.receipt is not None) > 1


@dataclass(frozen=True)
class Summary:
    """What a run came to. Counts are submissions; a record that was delivered twice counts once."""

    submitted: int
    fetched: int
    cleaned: int
    enriched: int
    stored: int
    fallout: dict[Fallout, int]
    statuses: dict[StoreStatus, int]
    entities: dict[str, list[tuple[str, int]]] = field(repr=False)
    duplicates: tuple[tuple[str, int], ...] = field(repr=False)
    articles: tuple[ArticleEnriched, ...] = field(repr=False)
    lost: tuple[str, ...]
    contradictions: tuple[str, ...]
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether every submission ended, in exactly one way."""
        return not self.lost and not self.contradictions


class Ledger:
    """Takes submissions and what is read from the wire, in any order and as often as it is delivered.

    Submissions are told apart by correlation id: two of them may be about the same article.
    """

    def __init__(self) -> None:
        self.ways: dict[str, Way] = {}

    def submit(self, correlation_id: str, label: str) -> None:
        """Open the way of a submission; `label` names it for people. Call before publishing."""
        self.ways[correlation_id] = Way(label)

    def see(self, correlation_id: str, event: Event | None, *, stage: str = "", reason: str = "") -> None:
        """Note one record. Without `event` it is a dead letter. Records of other people's submissions are ignored."""
        way = self.ways.get(correlation_id)
        if way is None:
            return
        if event is None:
            way.fallouts.add(Fallout("dead letter", stage, reason))
        elif isinstance(event, ArticleRejected):
            way.fallouts.add(Fallout("rejected", event.stage.value, event.reason.value))
        elif isinstance(event, ArticleStored):
            # A redelivered record gets a second receipt, "unchanged": the first one says what happened.
            way.receipt = way.receipt or event
        else:
            way.passed.add(type(event))
            if isinstance(event, ArticleEnriched):
                way.enriched = event

    @property
    def ended(self) -> bool:
        """Whether every submission has ended."""
        return all(way.ended for way in self.ways.values())

    @property
    def settled(self) -> bool:
        """Whether every submission has ended and been seen on every topic it passed."""
        return all(way.settled for way in self.ways.values())

    def counts(self) -> dict[str, int]:
        """Return how many submissions came how far, in the order of the stages."""
        ways = self.ways.values()
        return {
            "submitted": len(ways),
            "fetched": sum(ArticleFetched in way.passed for way in ways),
            "cleaned": sum(ArticleCleaned in way.passed for way in ways),
            "enriched": sum(ArticleEnriched in way.passed for way in ways),
            "stored": sum(way.receipt is not None for way in ways),
            "rejected": sum(any(end.kind == "rejected" for end in way.fallouts) for way in ways),
            "dead letters": sum(any(end.kind == "dead letter" for end in way.fallouts) for way in ways),
        }

    def close(self, seconds: float) -> Summary:
        """Return the summary as things stand; what has not ended by now counts as lost."""
        ways = self.ways.values()
        counts = self.counts()
        receipts = [way.receipt for way in ways if way.receipt is not None]
        # The last revision of each article stands for it.
        articles = {way.enriched.article_id: way.enriched for way in ways if way.enriched is not None}
        return Summary(
            submitted=counts["submitted"],
            fetched=counts["fetched"],
            cleaned=counts["cleaned"],
            enriched=counts["enriched"],
            stored=counts["stored"],
            fallout=dict(Counter(end for way in ways for end in way.fallouts).most_common()),
            statuses=dict(Counter(receipt.status for receipt in receipts).most_common()),
            entities=top_entities(articles.values()),
            duplicates=duplicate_groups(receipts),
            articles=tuple(articles.values()),
            lost=tuple(way.label for way in ways if not way.ended),
            contradictions=tuple(way.label for way in ways if way.contradicts),
            seconds=seconds,
        )


def top_entities(articles: Iterable[ArticleEnriched], limit: int = 5) -> dict[str, list[tuple[str, int]]]:
    """Return per type the `limit` names found in most stories, with that number; the busiest types first.

    A story counts once per name, however often it names it and in however many exact copies it came. Amounts and
    times are left out.
    """
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for article in articles:
        for entity in article.entities:
            if entity.type not in AMOUNTS:
                found[entity.type, entity.name].add(article.content_hash)
    by_type: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (kind, name), stories in found.items():
        by_type[kind][name] = len(stories)
    busiest = sorted(by_type, key=lambda kind: (-by_type[kind].total(), kind))
    return {kind: sorted(by_type[kind].items(), key=lambda item: (-item[1], item[0]))[:limit] for kind in busiest}


def duplicate_groups(receipts: Iterable[ArticleStored]) -> tuple[tuple[str, int], ...]:
    """Return (headline, how many articles) for each group with the same headline and text, largest first."""
    members: defaultdict[UUID, set[UUID]] = defaultdict(set)
    headlines: dict[UUID, str] = {}
    for receipt in receipts:
        if receipt.duplicate_of is not None:
            members[receipt.duplicate_of] |= {receipt.duplicate_of, receipt.article_id}
            headlines[receipt.duplicate_of] = receipt.headline
    groups = ((headlines[first], len(group)) for first, group in members.items())
    return tuple(sorted(groups, key=lambda group: (-group[1], group[0])))
