"""The value of a surface alone, for the tests of values."""

from datetime import datetime

from wiredesk_tagger.values.normalisation import normalise


def value_of(label: str, surface: str, published: datetime | None = None, **options) -> str | None:
    found = normalise(label, surface, published, **options)
    return found.value if found else None
