"""Deterministic ids: the same input gives the same ids on every machine and every delivery.

No randomness enters an id, and no time but those that an event states. What an event says is hashed in `identity`.
"""

import hashlib
from functools import lru_cache
from uuid import UUID, uuid5

from wiredesk.contracts.stream_safe import is_stream_safe, normalized

NAMESPACE = UUID("6f1d3f0a-3a7e-5d0c-9a55-6d0f7c2b9f10")


# One submission asks for its URL's form up to three times, and a batch of them lies between.
@lru_cache(maxsize=256)
def canonical_url(url: str) -> str:
    """Return the form of `url` that decides identity; idempotent.

    courlan drops trackers, w3lib resolves dots, IDN, fragments and the order of the query: neither does both.
    Only for identity: it also drops empty parameters, so the fetcher requests the URL as it was given. What is no URL
    comes back unchanged, because a refused submission needs an id as well.
    """
    from courlan import clean_url  # noqa: PLC0415 - it brings an HTTP client along, which a reader never needs
    from w3lib.url import canonicalize_url  # noqa: PLC0415 - as above

    try:
        return str(canonicalize_url(clean_url(url) or url)) if is_stream_safe(url) else url
    except ValueError:
        return url


def registrable_host(url: str) -> str:
    """Return the registrable domain of `url` ("bbc.co.uk"), or its host for IP addresses and unlisted suffixes.

    The key of `articles.submitted.v1`: all URLs of one site meet in one partition, so one worker owns its politeness.
    """
    from courlan import extract_domain  # noqa: PLC0415 - as above

    domain = extract_domain(url)
    if domain:
        return str(domain)
    authority = url.partition("://")[2].partition("/")[0]
    return authority.rpartition("@")[2].lower() or "-"


# What has no URL is hashed once for its article's id and once for itself.
@lru_cache(maxsize=1)
def content_hash(*parts: str | None) -> str:
    """Return the SHA-256 (hex) of `parts` after NFC and white-space folding; lone surrogates do not raise.

    Takes linear time: text with more than 30 combining marks in a row (`is_stream_safe`) is not normalised.
    """
    digest = hashlib.sha256()
    for part in parts:
        folded = " ".join(normalized("NFC", part or "").split())
        digest.update(folded.encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()


def article_id(url: str | None, content: str | None = None) -> UUID:
    """Return the id of an article: from its canonical URL, or from its content when it has none.

    Raises:
        ValueError: neither a URL nor content is given.
    """
    if url:
        return uuid5(NAMESPACE, canonical_url(url))
    if content:
        return uuid5(NAMESPACE, f"content:{content_hash(content)}")
    raise ValueError("an article needs a URL or content")


def event_id(article: UUID, stage: str, said: str, version: str) -> UUID:
    """Return the id of what `stage` of `version` says about `article`; `said` is a digest of it (see `identity`)."""
    return uuid5(NAMESPACE, f"{article}|{stage}|{said}|{version}")
