"""Whether an entity is called what its article calls it. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from wiredesk_tagger.core import Found
from wiredesk_tagger.lexicon.gazetteers import Lexicon


def foreign(fields: Mapping[str, str], entities: Iterable[Found], lexicon: Lexicon) -> Iterator[Found]:
    """Yield the entities whose name is no string of the article and no listed name of a country.

    White space counts as one blank: a line may end inside a name.
    """
    texts = [" ".join(text.split()) for text in fields.values()]
    for one in entities:
        listed = one.label == "GPE" and lexicon.code("GPE", one.name) is not None
        if not listed and not any(one.name in text for text in texts):
            yield one
