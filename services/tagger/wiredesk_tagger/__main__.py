"""Run the tagger: settings, a pool of processes with the pipelines loaded, then the articles."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from wiredesk.contracts.topics import CLEANED
from wiredesk.engine.work import Work
from wiredesk.runtime.pool import Pool
from wiredesk.runtime.service import Service, Worker, run
from wiredesk_tagger import nlp
from wiredesk_tagger.handlers import pipeline_of, tag
from wiredesk_tagger.settings import TaggerSettings

# Two chunks of the default size: small enough to end in time when every article is tried alone.
BATCH = 32


@asynccontextmanager
async def worker(settings: TaggerSettings) -> AsyncIterator[Worker[bytes]]:
    """Start the processes before Kafka is asked for work, so that a missing pipeline is an error at start."""
    options = settings.tagger
    async with Pool(options.workers, initializer=nlp.start, args=(options.pipelines, options.knowledge)) as pool:
        await pipeline_of(pool, options)
        yield Worker(work=Work(partial(tag, pool=pool, options=options), batch=BATCH))


def main() -> None:
    """Entry point of `wiredesk-tagger`."""
    service = Service(name="tagger", consumes=CLEANED, settings=TaggerSettings, worker=worker, encoded=True)
    raise SystemExit(run(service))


if __name__ == "__main__":
    main()
