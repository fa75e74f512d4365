"""The tagger: a clean article comes in; the same article with its entities, at exact offsets, goes out.

A service, and a library that needs no broker: `load` gives a `Tagger`, `Article` is what it reads, `enrich` puts what
it finds into an event. Read in this order: `handlers` (batch in, batch out), `nlp` (articles to spaCy and back),
`pipeline` (spans that a model, a list or a rule finds), `core` (spans to entities) and what it calls: `entities`,
`linking`, `values`. `spans` and `lexicon` serve all of them; `training` makes the model; `settings` and `__main__`
make the service.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wiredesk_tagger.core import Found, enrich
    from wiredesk_tagger.nlp import Article, Tagged, Tagger, load

__all__ = ["Article", "Found", "Tagged", "Tagger", "enrich", "load"]


def __getattr__(name: str) -> Any:
    # Late, because spaCy's components and the word lists are seconds of loading that `--help` does not need.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from wiredesk_tagger import core, nlp  # noqa: PLC0415

    return getattr(core if name in ("Found", "enrich") else nlp, name)
