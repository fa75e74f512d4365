"""The model card: what the weights are made of and how they score, written by the run that made them."""

from collections.abc import Iterator

from wiredesk_tagger.pipeline.decoding import TYPES
from wiredesk_tagger.training import measure, score
from wiredesk_tagger.training.measure import Measured, Rows
from wiredesk_tagger.training.recipe import HUMAN, Recipe

_HEAD = """# Model card: wire_ner

Finds names in English news text. Six-layer BERT encoder (22.7 million parameters, of which 11.7 million are word
embeddings), uncased word pieces with a second embedding for each word's capitals, one linear layer of 29
labels (BIO over 14 types), int8 ONNX. Input `ids`, `case`, `mask` int64 [batch, pieces], at most 512 pieces, trained
on 160; output `logits` float32 [batch, pieces, 29]. `wiredesk_tagger.pipeline.word_pieces` makes the input,
`wiredesk_tagger.pipeline.decoding` reads the output.

**Intended use**: persons, organisations, places, groups and events in English news. **Not for** other languages, nor
for decisions about people. It knows the world as its sources saw it, up to about 2020, and is weakest at
organisations. DATE, TIME, MONEY and PERCENT were learned from a grammar's labels; a grammar does the same.

**Base**: all-MiniLM-L6-v2 (Apache-2.0). **Data**: see `NOTICE`. **Licence** of the weights: CC BY-SA 4.0; of the code:
Apache-2.0.
"""
_METHOD = """
## How it was made

`make train-tagger CORPUS=folder`: two CPU threads, PyTorch with bf16 arithmetic, fixed seeds.

1. {first.epochs} epochs on the human-labelled texts, AdamW, {first.rate:g} falling to 0.
2. {rounds} times over: the models made so far (once there are others, without the first) read the news text, and
   the mean of the chances they give each word is taught. The model of step 1 goes on with everything:
   {later.epochs} epochs, {news:.0%} of the news each, {later.rate:g} falling to 0.
3. The weights of a model are the running average of its last steps; those that come out are the mean of the last
   {averaged} models', in int8 (one scale a column).

An epoch of step 1 and of step 2 shows each source this often: {sources}.
{renamed:.0%} of these texts and {renamed_news:.0%} of the news are shown with other people, cities and countries in
them; 8 % of the chunks with other capitals; of {headlines:.0%} of the texts a sentence or two also as a headline.

## How it scores

Exact spans on the corpus's dev files, int8, without the tagger's rules and document steps. A leading "the" and a
trailing "'s" are ignored; stretches marked unknown are skipped. *Main* is PERSON, ORG and PLACE (GPE, LOC, FAC)
together. The labels of `gmb` are partly by machine; no label of theirs was trained on.
"""


def card(recipe: Recipe, measured: Measured) -> str:
    """Return the card as Markdown."""
    sources = ", ".join(f"`{name}` {first} and {second}" for name, (first, second) in HUMAN.items())
    later = recipe.later[0] if recipe.later else recipe.first
    method = _METHOD.format(sources=sources, rounds=len(recipe.later), **(recipe._asdict() | {"later": later}))
    lines = [_HEAD, method, *_scores(measured), ""]
    lines.append(f"{measured.words_a_second:,.0f} words a CPU second, one thread of the machine that trained it.\n")
    return "\n".join(lines)


def _scores(measured: Measured) -> Iterator[str]:
    names = list(measured.normal)
    yield f"| main F1 | {' | '.join(names)} | mean |"
    yield "|---|" + "---|" * (len(names) + 1)
    for title, rows in (
        ("as written", measured.normal),
        ("With Every Word Capitalised", measured.title),
        ("IN CAPITALS", measured.upper),
    ):
        yield f"| {title} | " + " | ".join(_f1(rows, name) for name in names) + f" | **{measure.mean(rows):.1f}** |"
    yield ""
    yield f"| F1 by type | {' | '.join(names)} | all texts: precision | recall | F1 |"
    yield "|---|" + "---|" * (len(names) + 3)
    total = score.add(measured.normal.values())
    for kind in ("PERSON", "ORG", "PLACE", *(name for name in TYPES if name not in ("PERSON", "ORG"))):
        tally = total.get(kind, score.Tally())
        each = " | ".join(_f1(measured.normal, name, kind) for name in names)
        yield f"| {kind} | {each} | {100 * tally.precision:.1f} | {100 * tally.recall:.1f} | {100 * tally.f1:.1f} |"


def _f1(rows: Rows, source: str, kind: str | None = None) -> str:
    tally = rows[source].get(kind, score.Tally()) if kind else score.main(rows[source])
    # Of a handful of names a percentage says nothing.
    return f"{100 * tally.f1:.1f}" if tally.there >= 20 else "-"
