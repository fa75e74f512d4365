"""The tagger: a clean article comes in; the same article with its entities, at exact offsets, goes out.

A service, and a library that needs no broker: `load` gives a `Tagger`, `Article` is what it reads, `enrich` puts what
it finds into an event. Read in this order: `handlers` (batch in, batch out), `pool_worker` (the process that tags),
`nlp` (articles to spaCy and back), `pipeline` (spans that a model, a list or a rule finds), `core` (spans to entities)
and what it calls: `entities`, `linking`, `values`. `spans` and `lexicon` serve all of them; `training` makes the model;
`settings` and `__main__` make the service. For spaCy without the service `story` is `core` as a component, and
`packaging` makes the wheel of the whole pipeline.
"""

from typing import TYPE_CHECKING

from wiredesk.lazy import attributes

if TYPE_CHECKING:
    from wiredesk_tagger.core import Found, enrich
    from wiredesk_tagger.nlp import Article, Tagged, Tagger, load

__all__ = ["Article", "Found", "Tagged", "Tagger", "enrich", "load"]

# Late, because the desk reads the settings in this package at every verb: they need none of it.
__getattr__ = attributes(
    __name__,
    {
        "wiredesk_tagger.core": ("Found", "enrich"),
        "wiredesk_tagger.nlp": ("Article", "Tagged", "Tagger", "load"),
    },
)
