"""The cleaner: a page or text as fetched comes in; a clean article, every line zoned and fields filled, goes out.

A service, and a library that needs no broker: `clean_html` and `clean_text`. Read in this order: `handlers` (record
in, record out), `pool_worker` (the process that parses), `core` (one article, start to end), then what it calls:
`html` (page to blocks), `metadata` (what a page states), `zones` (the zone map), `quality` (article or not, and how
much of it), `fingerprint` (how copies are found). `normalisation` and `lexicon` serve all of them; `library` is the
same without Kafka, `settings` and `__main__` make the service, `training` makes the block model.
"""

from typing import TYPE_CHECKING

from wiredesk.lazy import attributes

if TYPE_CHECKING:
    from wiredesk_cleaner.library import clean_html, clean_text

__all__ = ["clean_html", "clean_text"]

# Late, because the desk reads the settings in this package at every verb: they need none of it.
__getattr__ = attributes(__name__, {"wiredesk_cleaner.library": __all__})
