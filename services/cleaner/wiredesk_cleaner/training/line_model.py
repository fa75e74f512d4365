"""Train the choice of the lines of a text without mark-up that are the story's, and of its headline.

Learned from pages flattened as a sloppy upstream does it, from the same stories without their pages, from these wrapped
at a fixed width, so that a text without furniture loses nothing, and from these with a few lines of their page's
furniture around and within, so that a paragraph between two of them is not taken for one.
"""

import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import cast

import numpy as np

from wiredesk_cleaner.html.blocks import Block
from wiredesk_cleaner.html.page import read_page
from wiredesk_cleaner.network import Network, Rows
from wiredesk_cleaner.normalisation import fold, tidy
from wiredesk_cleaner.training.fit import Examples
from wiredesk_cleaner.training.flattened import flatten, visible_lines
from wiredesk_cleaner.training.labels import f1, precision_recall, shares, words_of
from wiredesk_cleaner.training.learning import fitted_by_fold, say
from wiredesk_cleaner.training.model_files import write
from wiredesk_cleaner.training.pages import PUBLISHERS, SNIPPETS, AnnotatedPage
from wiredesk_cleaner.training.split import FOLDS
from wiredesk_cleaner.zones.line_features import line_rows
from wiredesk_cleaner.zones.line_model import FEWEST_LINES
from wiredesk_cleaner.zones.lines import Line, lines_of

# A longer list of lines is a dump of a site; it would outweigh all other pages' memory.
_MOST_LINES = 700
_WIDTHS = (66, 72, 80)
# What a page counts, by its set and by its form: news publishers are what is cleaned, and few of them are annotated.
_SETS = {PUBLISHERS: 4.0, SNIPPETS: 0.5}
_FORMS = {"flattened": 1.0, "whole": 0.3, "bare": 0.5, "wrapped": 0.2, "light": 0.5}
# A lightly furnished story has at most so many lines of furniture in each place.
_MOST_AROUND, _MOST_WITHIN = 4, 2
# The words of a line count, but a short line counts more: it may be a heading of the story, or a name beside it.
_LEAST_WEIGHT, _MOST_WEIGHT = 4, 400
_LEAST_SIZE = 200
# From so many characters on, a line of a script without spaces that stands in the body is taken for a line of it.
_UNSPACED = 16
# A line that shares so much of its words with the stated title is the headline: sites add their name to the title.
_SAME_TITLE = 0.75
_THRESHOLDS = np.arange(0.3, 0.601, 0.05)


@dataclass(frozen=True, slots=True)
class Text:
    """A page in one of its forms. `targets` says how much of each line is the story's, 0 to 1."""

    page: AnnotatedPage
    form: str
    body: str
    lines: list[Line]
    targets: Rows
    rows: Rows

    def story(self) -> Examples:
        """One example per line."""
        sizes = np.array([len(words_of(line.text)) for line in self.lines], dtype=np.float32)
        weights = np.clip(sizes, _LEAST_WEIGHT, _MOST_WEIGHT) / max(float(sizes[self.targets > 0.5].sum()), _LEAST_SIZE)
        return Examples(self.rows, self.targets, weights * (_SETS.get(self.page.set, 1.0) * _FORMS[self.form]))

    def headline(self) -> Examples | None:
        """One example per line above the story that may be its headline; None where none of them is."""
        above = int(np.argmax(self.targets > 0.5)) + 1
        at = [index for index in range(above) if self.lines[index].match is None]
        right = np.array([_same_title(self.lines[index].text, self.page.title) for index in at], dtype=np.float32)
        if not right.any():
            return None
        return Examples(self.rows[at], right, np.full(len(at), 1 / len(at), dtype=np.float32))


def train(listed: Sequence[AnnotatedPage], folder: Path, seed: int) -> bool:
    """Train on those of `listed` that may be learned from, say how good it is, and write it into `folder`.

    Returns False, and says why, where the pages are too few.
    """
    pages = [page for page in listed if not page.held_out]
    texts = [text for page in pages for text in _texts(page)]
    if len({text.page.fold for text in texts}) < FOLDS:
        say(f"{len(pages)} pages are too few: every fold needs some")
        return False
    say(f"{len(texts)} texts of {len(pages)} pages, {sum(len(text.lines) for text in texts)} lines")
    story, chances = _network("story", texts, [text.story() for text in texts], seed)
    heads = [(text, found) for text in texts if text.form != "wrapped" and (found := text.headline()) is not None]
    headline, titles = _network("headline", [text for text, _ in heads], [each for _, each in heads], seed)
    scores = {float(round(each, 2)): _scores(texts, chances, each) for each in _THRESHOLDS}
    threshold = max(scores, key=lambda each: sum(scores[each].values()))
    right = [
        bool(each.targets[found.argmax()])
        for (text, each), found in zip(heads, titles, strict=True)
        if text.form == "flattened"
    ]
    card = {
        "what": "choice of the lines of a text without mark-up that are the story's, and of its headline",
        "made_by": f"python -m wiredesk_cleaner.training DATA NEWS --seed {seed}",
        "trained_on": dict(Counter(page.set for page in pages)),
        "threshold": threshold,
        "cross_validated": {"f1": scores[threshold], "headline": round(sum(right) / len(right), 4)},
    }
    write(folder, "lines", {"story": story, "headline": headline}, {"threshold": threshold}, card)
    say(json.dumps({str(each): found for each, found in scores.items()}))
    say(json.dumps(card["cross_validated"]))
    return True


def _texts(page: AnnotatedPage) -> Iterator[Text]:
    """Yield the forms of a page that are learned from. Of a page with no stated body it is what the cleaner finds."""
    source = page.decoded()
    found = read_page(source, page.url) if not page.text else None
    body = tidy(page.text or (found.text if found else ""))
    if not body.strip():
        return
    forms = {"flattened": flatten(source)}
    if page.text:
        forms["bare"] = f"{page.title}\n{body}"
        forms["wrapped"] = f"{page.title}\n" + "\n".join(
            line for paragraph in body.split("\n") for line in textwrap.wrap(paragraph, _WIDTHS[len(body) % 3])
        )
        forms["light"] = _lightly_furnished(page, body, forms["flattened"])
    if page.set == PUBLISHERS:
        forms["whole"] = "\n".join(line for line, _ in visible_lines(source))
    for form, text in forms.items():
        lines = lines_of(tidy(text))
        if FEWEST_LINES <= len(lines) <= _MOST_LINES:
            bare = form in {"bare", "wrapped"}
            targets = _whole_story(lines, page.title) if bare else _targets(lines, body)
            yield Text(page, form, body, lines, targets, line_rows(lines))


def _lightly_furnished(page: AnnotatedPage, body: str, flattened: str) -> str:
    """The story with a few lines of its page that are furniture by rule: above, below and between its paragraphs."""
    known = [line.text for line in lines_of(tidy(flattened)) if line.match is not None]
    chance = Random(page.name)  # noqa: S311 - the same for everybody who trains
    story = body.split("\n")
    within = [
        chance.choice((len(story) - 1, chance.randrange(len(story)))) for _ in range(chance.randint(0, _MOST_WITHIN))
    ]
    for at in sorted(within, reverse=True) if known else ():
        story.insert(max(at, 1), chance.choice(known))
    above, below = (known and chance.choices(known, k=chance.randint(1, _MOST_AROUND)) for _ in range(2))
    return "\n".join([page.title, *above, *story, *below])


def _whole_story(lines: Sequence[Line], title: str) -> Rows:
    return np.array([float(at > 0 or line.text != title.strip()) for at, line in enumerate(lines)], dtype=np.float32)


def _targets(lines: Sequence[Line], body: str) -> Rows:
    # Nothing but the text of a block is looked at.
    found = shares(cast(Iterable[Block], lines), body)
    squeezed, seen = "".join(body.split()), set()
    for at, line in enumerate(lines):
        text = "".join(line.text.split())
        if (
            found[at] < 1
            and len(text) >= _UNSPACED
            and line.words * 4 > len(words_of(line.text)) * 5
            and text in squeezed
        ):
            found[at] = float(text not in seen)
            seen.add(text)
    return found


def _same_title(line: str, title: str) -> bool:
    if fold(line) == fold(title):
        return True
    ours, theirs = set(words_of(line.casefold())), set(words_of(title.casefold()))
    return len(ours) > 2 and len(ours & theirs) >= _SAME_TITLE * len(ours | theirs)


def _network(name: str, texts: Sequence[Text], examples: Sequence[Examples], seed: int) -> tuple[Network, list[Rows]]:
    """Return the network of all texts, and what those of the other folds say of each."""
    folds = [text.page.fold or 0 for text in texts]
    fitted = fitted_by_fold(name, folds, examples, seed)
    return fitted[-1], [fitted[fold].chances(each.rows) for fold, each in zip(folds, examples, strict=True)]


def _scores(texts: Sequence[Text], chances: Sequence[Rows], threshold: float) -> dict[str, float]:
    """Return the body F1 of each set's flattened pages, and how much of the bare stories is kept."""
    found: dict[str, list[tuple[float | None, float | None]]] = {}
    for text, each in zip(texts, chances, strict=True):
        if text.form == "flattened" or (text.form == "bare" and text.page.set == PUBLISHERS):
            kept = [
                line.text
                for line, chance in zip(text.lines, each.tolist(), strict=True)
                if chance >= threshold and not line.is_furniture()
            ]
            name = text.page.set if text.form == "flattened" else "bare"
            found.setdefault(name, []).append(precision_recall(text.body, "\n".join(kept)))
    return {name: round(f1(scores), 4) for name, scores in found.items()}
