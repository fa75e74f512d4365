"""The application: the parts put together."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware

from wiredesk.version import __version__
from wiredesk_desk.web import pages, problems
from wiredesk_desk.web.admission import Remembering
from wiredesk_desk.web.api import (
    articles,
    dead_letters,
    entities,
    feeds,
    journey,
    searching,
    sources,
    status,
    stories,
    streaming,
    submissions,
    subscriptions,
)
from wiredesk_desk.web.caching import EntityTags
from wiredesk_desk.web.context import Desk
from wiredesk_desk.web.guard import Guard

_DESCRIPTION = """
What the newswire stored, and the pipeline that stores it. JSON; errors are RFC 9457 (`application/problem+json`) and
say what to do next; every list has a cursor; answers have ETags. Times are UTC.
"""
_ROUTERS: Sequence[APIRouter] = (
    articles.router,
    searching.router,
    entities.router,
    stories.router,
    streaming.router,
    submissions.router,
    sources.router,
    dead_letters.router,
    status.router,
    journey.router,
    subscriptions.router,
    feeds.router,
)


def application(desk: Desk) -> FastAPI:
    """Return the application that answers for `desk`."""
    app = FastAPI(
        title="Wiredesk",
        version=__version__,
        description=_DESCRIPTION,
        # FastAPI's own pages load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        # FastAPI would report to whatever collector the environment names.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        responses=problems.documented(400, 401, 403, 421, 422, 429, 503),
    )
    app.state.desk = desk
    for router in _ROUTERS:
        app.include_router(router)
    pages.install(app)
    problems.install(app, pages.problem)
    # The last one added is asked first.
    app.add_middleware(EntityTags)
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    if desk.settings.desk.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=desk.settings.desk.allowed_origins,
            allow_methods=["GET"],
            allow_headers=["authorization", "last-event-id"],
            expose_headers=["etag"],
        )
    app.add_middleware(Guard, options=desk.settings.desk, known=Remembering(desk.pool))
    return app
