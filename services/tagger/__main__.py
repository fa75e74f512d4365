"""Run the tagger: settings, a pool of processes with the pipelines loaded, then the articles."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from services.tagger import nlp
from services.tagger.handlers import pipeline_of, tag
from services.tagger.settings import TaggerSettings
from shared.events import ArticleCleaned
from shared.pool import Pool
from shared.service import Service, Worker, run
from shared.topics import CLEANED

# Two chunks of the default size: small enough to end in time when every article is tried alone.
BATCH = 32


@asynccontextmanager
async def worker(settings: TaggerSettings) -> AsyncIterator[Worker[ArticleCleaned]]:
    """Start the processes before Kafka is asked for work, so that a missing pipeline is an error at start."""
    options = settings.tagger
    async with Pool(options.workers, initializer=nlp.start, args=(options.pipelines, options.knowledge)) as pool:
        await pipeline_of(pool, options)
        yield Worker(handle=partial(tag, pool=pool, options=options))


def main() -> None:
    """Entry point of `wiredesk-tagger`."""
    raise SystemExit(run(Service(name="tagger", consumes=CLEANED, settings=TaggerSettings, worker=worker, batch=BATCH)))


if __name__ == "__main__":
    main()
