"""ninjs 3.1, the IPTC's News in JSON (https://www.iptc.org/std/ninjs/): an object an article. Pure."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from wiredesk.contracts.events import ArticleEnriched, Entity, Image, Quality
from wiredesk_desk.exporting.values import line, stamp, uri

_STANDARD = {"name": "ninjs", "version": "3.1", "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#"}
_PLAIN = "text/plain"

# Where each type of entity goes; a date or a figure is nothing that ninjs has a place for.
_KINDS = {
    "PERSON": "people",
    "ORG": "organisations",
    **dict.fromkeys(("GPE", "LOC", "FAC"), "places"),
    "EVENT": "events",
    **dict.fromkeys(("NORP", "LAW", "LANGUAGE"), "subjects"),
}
# The first that an entity has is what it is called by; the others have no place.
_SCHEMES: Mapping[str, Callable[[str], str]] = {
    "wikidata": "http://www.wikidata.org/entity/{}".format,
    "geonames": "https://sws.geonames.org/{}/".format,
    "iso3166": lambda code: f"http://cvx.iptc.org/iso3166-1a2/{code.lower()}",
}


def item(article: ArticleEnriched, revision: int) -> bytes:
    """Return an article as a line of JSON."""
    return line(news(article, revision))


def news(article: ArticleEnriched, revision: int) -> dict[str, Any]:
    """Return an article as ninjs has it. `uri` is the article's id, the same in all its revisions."""
    address = uri(article.url)
    licence = uri(article.rights.licence) if article.rights else None
    said: dict[str, Any] = {
        "uri": article.article_id.urn,
        "standard": _STANDARD,
        "type": "text",
        "representationType": "full" if article.quality is Quality.GOOD else "partial",
        "version": str(revision),
        "versionCreated": stamp(article.fetched_at),
        "contentCreated": stamp(article.date_published) if article.date_published else None,
        "pubStatus": "usable",
        "language": article.in_language,
        "headlines": _texts(main=article.headline, subheadline=article.alternative_headline),
        "bodies": [
            {
                **one,
                "charCount": len(article.text),
                "wordCount": article.word_count,
            }
            for one in _texts(main=article.text)
        ],
        "by": ", ".join(article.authors),
        "located": article.dateline,
        **_named(article.entities),
        "infoSources": [
            {"name": name, "role": role}
            for role, name in (("publisher", article.publisher), ("agency", article.agency))
            if name
        ],
        "renditions": [{"name": "web", "href": address, "contentType": "text/html"}] if address else [],
        "associations": list(_pictures(article.images)),
        "rightsInfo": {"linkedRights": licence} if licence else None,
    }
    said["subjects"] = [
        *({"name": word, "rel": "keyword"} for word in article.keywords),
        *([{"name": article.article_section, "rel": "section"}] if article.article_section else []),
        *said.get("subjects", []),
    ]
    return {name: value for name, value in said.items() if value not in (None, "", [])}


def _texts(**values: str | None) -> list[dict[str, Any]]:
    return [{"role": role, "contentType": _PLAIN, "value": value} for role, value in values.items() if value]


def _named(entities: Iterable[Entity]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for entity in entities:
        if kind := _KINDS.get(entity.type):
            found.setdefault(kind, []).append(_concept(entity, kind))
    return found


def _concept(entity: Entity, kind: str) -> dict[str, Any]:
    said: dict[str, Any] = {"name": entity.name, "rel": "mentions"}
    if entity.ids:
        scheme = next((one for one in _SCHEMES if one in entity.ids), min(entity.ids))
        said["literal"] = f"{scheme}:{entity.ids[scheme]}"
        if scheme in _SCHEMES and (address := uri(_SCHEMES[scheme](entity.ids[scheme]))):
            said["uri"] = address
    if kind == "places" and entity.geo is not None:
        said["geoJSON"] = {"type": "Point", "coordinates": [entity.geo.longitude, entity.geo.latitude]}
    if kind == "subjects":
        said["relevance"] = round(100 * entity.salience)
    return said


def _pictures(images: Iterable[Image]) -> Iterable[dict[str, Any]]:
    for number, image in enumerate(images, start=1):
        if (address := uri(image.url)) is None:
            continue
        said: dict[str, Any] = {"name": f"picture-{number}", "uri": address, "type": "picture"}
        if image.caption:
            said["descriptions"] = [{"role": "caption", "contentType": _PLAIN, "value": image.caption}]
        if image.credit:
            said["by"] = image.credit
        yield said
