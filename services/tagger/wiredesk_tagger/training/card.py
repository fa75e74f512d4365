"""The model card: what the weights are made of and how they score, written by the run that made them."""

from collections.abc import Iterator

from wiredesk_tagger.pipeline.decoding import TYPES
from wiredesk_tagger.training import measure, score
from wiredesk_tagger.training.measure import Measured, Rows
from wiredesk_tagger.training.recipe import HUMAN, Recipe

_HEAD = """# Model card: wire_ner

Finds names in English news text. Four-layer encoder of BERT's kind (width 384, 6 heads, 1,024 neurons a layer; 16.3
million parameters, of which 11.7 million are word embeddings), uncased word pieces with a second embedding for each
word's capitals, one linear layer of 29 labels (BIO over 14 types), ONNX. Input `ids`, `case`, `mask` int64 [batch,
pieces], at most 512 pieces, trained on 160; output `logits` float32 [batch, pieces, 29].
`wiredesk_tagger.pipeline.word_pieces` makes the input, `wiredesk_tagger.pipeline.decoding` reads the output.

**The same on every x86-64 processor**: every product is one of integers (8 bits times 7, one scale a column; values on
fixed grids of 256 steps), the softmax has an eighth power for its exponential, the neurons ReLU. The output has the
same bits with SSE, AVX2 and VNNI, and a row's do not depend on what is read beside it. Of the text

    {probe}

it has the SHA-256 `{digest}`. Of {compared:,} products of development texts {different:,} differ from the same ones
in 64-bit integers.

**Intended use**: persons, organisations, places, groups and events in English news. **Not for** other languages, nor
for decisions about people. It knows the world as its sources saw it, up to about 2020, and is weakest at
organisations. DATE, TIME, MONEY and PERCENT were learned from a grammar's labels; a grammar does the same. WORK_OF_ART
and PRODUCT were learned so that no other type takes their words; no development text has them, so nobody knows how well
they are found, and the tagger tells of none.

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
3. The weights of a model are the running average of its last steps; the teacher's are the mean of the last {averaged}
   models'.
4. The small network takes four of the six layers, and of each the heads and neurons that add most. It learns the
   teacher's scores of every word and the labels that people gave, half and half. The texts are drawn {lesson_draws}
   times, {lesson_renamed[0]:.0%} of the labelled ones and {lesson_renamed[1]:.0%} of the news with other names, some
   as headlines. {student.epochs} epochs of {lesson_share[0]:.1%} and {lesson_share[1]:.1%} of these, {student.rate:g}
   falling to 0. Before epoch {exact_from} with dropout; from then on in the arithmetic of the integers that run; before
   epoch {whole_from} with {masked:.0%} of the words hidden.
{teacher}
An epoch of step 1 and of step 2 shows each source this often: {sources}.
{renamed:.0%} of these texts and {renamed_news:.0%} of the news are shown with other people, cities and countries in
them; 8 % of the chunks with other capitals; of {headlines:.0%} of the texts a sentence or two also as a headline.

## How it scores

Exact spans on the corpus's dev files, without the tagger's rules and document steps. A leading "the" and a
trailing "'s" are ignored; stretches marked unknown are skipped. *Main* is PERSON, ORG and PLACE (GPE, LOC, FAC)
together. The labels of `gmb` are partly by machine; no label of theirs was trained on.
"""
_TEACHER = """
**Steps 1 to 3 were not taken by the run that made these weights**: it was given the large network, SHA-256 `{given}`.
"""


def card(recipe: Recipe, measured: Measured, products: tuple[int, int], *, given: str | None = None) -> str:
    """Return the card as Markdown; `products` as of `whole_numbers.differing`, `given` what the teacher's file is."""
    sources = ", ".join(f"`{name}` {first} and {second}" for name, (first, second) in HUMAN.items())
    later = recipe.later[0] if recipe.later else recipe.first
    teacher = _TEACHER.format(given=given) if given else ""
    facts = recipe._asdict() | {"later": later, "teacher": teacher}
    method = _METHOD.format(sources=sources, rounds=len(recipe.later), **facts)
    head = _HEAD.format(probe=measure.PROBE, digest=measured.digest, different=products[0], compared=products[1])
    lines = [head, method, *_scores(measured), ""]
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
    tallies = score.add(measured.normal.values())
    for kind in ("PERSON", "ORG", "PLACE", *(name for name in TYPES if name not in ("PERSON", "ORG"))):
        tally = tallies.get(kind, score.Tally())
        each = " | ".join(_f1(measured.normal, name, kind) for name in names)
        shares = (tally.precision, tally.recall, tally.f1)
        total = " | ".join(f"{100 * share:.1f}" if tally.there else "-" for share in shares)
        yield f"| {kind} | {each} | {total} |"


def _f1(rows: Rows, source: str, kind: str | None = None) -> str:
    tally = rows[source].get(kind, score.Tally()) if kind else score.main(rows[source])
    # Of a handful of names a percentage says nothing.
    return f"{100 * tally.f1:.1f}" if tally.there >= 20 else "-"
