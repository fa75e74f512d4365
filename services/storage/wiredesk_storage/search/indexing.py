"""What an article is found by: its words without accents, and keys for all that it can be filtered by. Pure."""

import re
from dataclasses import dataclass
from functools import lru_cache

from wiredesk.contracts.events import ArticleEnriched
from wiredesk_storage.search.folding import KEY_CHARACTERS, folded_key, readable

# As much of each as a tsvector surely holds.
HEADLINE_CHARACTERS, TEXT_CHARACTERS = 10_000, 200_000
# Between keys; no text that the cleaner gives has it.
SEPARATOR = "\x1f"
# The key of every article whose entities have a key with their type, too. What earlier releases stored has neither.
TYPED = "keys:typed"
_HOST = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?(\[[^]]*\]|[^:/?#]*)")


@dataclass(frozen=True, slots=True)
class Indexed:
    """What an article is found by. `headline` and `text` are None where they have no accents.

    `keys` are joined by `SEPARATOR`, sorted, each once: `entity:ada marsh`, `id:geonames:524901`, `country:ru`.
    """

    headline: str | None = None
    text: str | None = None
    host: str | None = None
    keys: str = ""


def indexed(event: ArticleEnriched, config: str) -> Indexed:
    """Return what `event` is found by when its words are read in the text search configuration `config`."""
    host = host_of(event.url or "")
    return Indexed(
        headline=_changed(event.headline[:HEADLINE_CHARACTERS]),
        text=_changed(event.text[:TEXT_CHARACTERS]),
        host=host,
        keys=SEPARATOR.join(sorted(_keys(event, host, config))),
    )


def host_of(url: str) -> str | None:
    """Return the host of a URL in lower case without its `www.`; None when it has none."""
    found = _HOST.match(url.lower())
    return found[1].removeprefix("www.") if found else None


# Few names make up most of what is stored.
@lru_cache(maxsize=20_000)
def key(kind: str, value: str) -> str:
    """Return the key of a value, such as `section:world`."""
    return f"{kind}:{folded_key(value)}"


@lru_cache(maxsize=20_000)
def id_key(scheme: str, value: str) -> str:
    """Return the key of an entity's id, such as `id:geonames:524901`."""
    return key(f"id:{folded_key(scheme)}", value)


@lru_cache(maxsize=20_000)
def typed_key(entity_type: str, name: str) -> str:
    """Return the key of an entity of a type, such as `as:person:ada marsh`: one that has both may have them of two."""
    return key(f"as:{folded_key(entity_type)}", name)


def _changed(text: str) -> str | None:
    plain = readable(text)
    return None if plain == text else plain


def _keys(event: ArticleEnriched, host: str | None, config: str) -> set[str]:
    keys = {TYPED, f"config:{config}", key("quality", event.quality.value)}
    named = {"language": event.in_language, "section": event.article_section, "source": event.source}
    keys.update(key(kind, value) for kind, value in named.items() if value is not None)
    labels = host.split(".") if host else []
    keys.update(f"host:{'.'.join(labels[start:])[:KEY_CHARACTERS]}" for start in range(len(labels)))
    for entity in event.entities:
        keys.add(key("entity", entity.name))
        keys.add(key("type", entity.type))
        keys.add(typed_key(entity.type, entity.name))
        if entity.in_country is not None:
            keys.add(key("country", entity.in_country))
        for scheme, value in entity.ids.items():
            keys.add(id_key(scheme, value))
            if scheme == "iso3166":
                keys.add(key("country", value))
    return keys
