"""A batch of clean articles in, the same articles with their entities out; a bad article fails alone."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeAlias

from wiredesk.contracts.errors import ConfigurationError, WorkFailedError
from wiredesk.contracts.events import ArticleCleaned
from wiredesk.engine.outcomes import Answer, Received
from wiredesk.runtime.pool import Pool
from wiredesk_tagger import nlp
from wiredesk_tagger.settings import TaggerOptions

Result: TypeAlias = nlp.Tagged | WorkFailedError
Work: TypeAlias = Callable[[Sequence[nlp.Article]], list[nlp.Tagged]]

_CHARACTERS_PER_WORD = 6  # English news, the space included


async def tag(
    batch: Sequence[Received[ArticleCleaned]],
    *,
    pool: Pool,
    options: TaggerOptions,
    work: Work = nlp.tag,
) -> Sequence[Answer]:
    """Answer each record with its `ArticleEnriched`, or with the `WorkFailedError` its own text caused."""
    articles = [nlp.article_of(one.event) for one in batch]
    size = options.chunk_size
    chunks = [articles[at : at + size] for at in range(0, len(articles), size)]
    results = await asyncio.gather(*(_find(chunk, pool, options, work) for chunk in chunks))
    tagged = (result for chunk in results for result in chunk)
    return [
        result if isinstance(result, WorkFailedError) else result.enriched(one.event)
        for one, result in zip(batch, tagged, strict=True)
    ]


async def _find(articles: Sequence[nlp.Article], pool: Pool, options: TaggerOptions, work: Work) -> list[Result]:
    """Return what `work` finds in each article; a chunk that fails is tried again article by article."""
    words = sum(len(text) for article in articles for text in article.fields.values()) / _CHARACTERS_PER_WORD
    limit = options.base_seconds + options.seconds_per_1000_words * words / 1000
    try:
        return list(await pool.run(work, articles, timeout=limit))
    except WorkFailedError as error:
        if len(articles) == 1:
            return [error]
    alone = await asyncio.gather(*(_find([article], pool, options, work) for article in articles))
    return [result for results in alone for result in results]


async def pipeline_of(pool: Pool, options: TaggerOptions) -> nlp.MadeBy:
    """Wait until a process of `pool` has loaded the pipelines, and return what reads English.

    Raises:
        ConfigurationError: one does not load; the message says how to install it.
    """
    try:
        answer = await pool.run(nlp.describe, timeout=options.load_seconds)
    except WorkFailedError as error:
        raise ConfigurationError(f"the pipelines did not load in their process: {error}") from None
    if isinstance(answer, str):
        raise ConfigurationError(answer)
    return answer
