r"""How an extraction is scored: body by shingles, title, authors and date by equality. Pure.

Body: both texts are cut to `\w+` tokens and become multisets of 4-token shingles (a shorter text is one shingle). The
precision and recall of a page come from the two multisets; pages are averaged, and F1 is the harmonic mean of the two
averages. This is the measure published with scrapinghub/article-extraction-benchmark.

Snippets, where people picked pieces of a page instead of its body: a wanted one in the text is a true positive, one
that is missing a false negative, an unwanted one in the text a false positive; precision and recall are of the counts
over all pages. This is the measure of trafilatura's own evaluation, but that pieces are compared as titles are.
"""

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from statistics import fmean
from typing import NamedTuple

_TOKEN = re.compile(r"\w+")
_SHINGLE = 4
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_SINGLE = str.maketrans(dict.fromkeys("\u2018\u2019\u201a\u00b4`", "'"))
_DOUBLE = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'))
_BY = re.compile(r"^by\s+", re.IGNORECASE)


class PageScore(NamedTuple):
    """Body score of one page; `precision` is None when nothing was found, `recall` when nothing is to be found."""

    precision: float | None
    recall: float | None

    @property
    def f1(self) -> float:
        """The harmonic mean of the two, 0 where one of them is 0 or missing."""
        precision, recall = self.precision or 0.0, self.recall or 0.0
        return _harmonic(precision, recall)


class SnippetScore(NamedTuple):
    """What the body found on one page holds of the pieces that people picked."""

    wanted: int
    """that are in it"""
    missed: int
    unwanted: int
    """that are in it"""


Body = PageScore | SnippetScore


class Score(NamedTuple):
    """Body score of many pages."""

    f1: float
    precision: float
    recall: float


class Gap(NamedTuple):
    """How far one system is above another: F1 difference over resamples of the pages, and how often above 0."""

    mean: float
    deviation: float
    better: float


def page_score(truth: str, found: str | None) -> PageScore:
    """Score the body `found` on one page against the true one."""
    want, got = _shingles(truth), _shingles(found or "")
    shared = (want & got).total()
    return PageScore(shared / got.total() if got else None, shared / want.total() if want else None)


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    tokens = _TOKEN.findall(text)
    if not tokens:
        return Counter()
    return Counter(tuple(tokens[at : at + _SHINGLE]) for at in range(max(1, len(tokens) - _SHINGLE + 1)))


def snippet_score(wanted: Iterable[str], unwanted: Iterable[str], found: str | None) -> SnippetScore:
    """Count the pieces that the body `found` on one page holds."""
    text = flat(found)
    there = [flat(piece) in text for piece in wanted]
    return SnippetScore(sum(there), len(there) - sum(there), sum(flat(piece) in text for piece in unwanted))


def score(pages: Iterable[Body]) -> Score:
    """Score many pages: bodies are averaged, a page without a value not in that average; snippets are counted.

    Raises:
        ValueError: there are bodies and snippets among them.
    """
    rows = list(pages)
    bodies = [row for row in rows if isinstance(row, PageScore)]
    snippets = [row for row in rows if isinstance(row, SnippetScore)]
    if bodies and snippets:
        raise ValueError("bodies and snippets have no score in common")
    if snippets:
        hits, missed, unwanted = map(sum, zip(*snippets, strict=True))
        precision = hits / (hits + unwanted) if hits else 0.0
        recall = hits / (hits + missed) if hits else 0.0
    else:
        precision = _mean([row.precision for row in bodies if row.precision is not None])
        recall = _mean([row.recall for row in bodies if row.recall is not None])
    return Score(_harmonic(precision, recall), precision, recall)


def _harmonic(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _mean(values: Sequence[float]) -> float:
    return fmean(values) if values else 0.0


def paired_gap(ours: Sequence[Body], theirs: Sequence[Body], *, rounds: int = 1000, seed: int = 11) -> Gap:
    """Bootstrap F1(ours) - F1(theirs): both are scored on the same resampled pages, `rounds` times.

    Raises:
        ValueError: the two are not of the same pages, or there are none.
    """
    if len(ours) != len(theirs) or not ours:
        raise ValueError(f"{len(ours)} pages against {len(theirs)}")
    chance = random.Random(seed)  # noqa: S311 - resampling, no secret
    gaps = []
    for _ in range(rounds):
        picked = chance.choices(range(len(ours)), k=len(ours))
        gaps.append(score(ours[i] for i in picked).f1 - score(theirs[i] for i in picked).f1)
    mean = fmean(gaps)
    return Gap(mean, fmean((gap - mean) ** 2 for gap in gaps) ** 0.5, fmean(gap > 0 for gap in gaps))


def same_title(truth: str, found: object) -> bool:
    """Whether two titles are equal but for case, white space and the set of quotation marks."""
    return flat(truth) == flat(found)


def same_authors(truth: Iterable[str], found: object) -> bool:
    """Whether the same people are named, in any order. `found` may be a list or one text with semicolons."""
    return _people(truth) == _people(found)


def same_day(truth: object, found: object) -> bool:
    """Whether two dates share a calendar day; a time with a zone counts on its own day and on that of UTC."""
    return bool(_days(truth) & _days(found))


def is_date(value: object) -> bool:
    """Whether `value` states a day."""
    return bool(_days(value))


def flat(text: object) -> str:
    """Return the form in which titles, people and snippets are compared."""
    folded = unicodedata.normalize("NFKC", str(text or "")).casefold().translate(_SINGLE).translate(_DOUBLE)
    return " ".join(folded.split())


def _people(value: object) -> set[str]:
    names = value.split(";") if isinstance(value, str) else value if isinstance(value, Iterable) else []
    return {flat(_BY.sub("", str(name).strip())) for name in names if str(name).strip()}


def _days(value: object) -> set[str]:
    text = (value.isoformat() if isinstance(value, datetime) else str(value or "")).strip()
    day = _DATE.match(text)
    if not day:
        return set()
    days = {day[0]}
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return days
    return days | {moment.astimezone(UTC).date().isoformat()} if moment.tzinfo else days
