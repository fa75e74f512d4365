"""What people look at: pages made here, readable without scripts, with the same as JSON beside each."""

from fastapi import FastAPI, Request, Response

from wiredesk_desk.web.pages import (
    account,
    articles,
    entities,
    front,
    pipeline,
    programs,
    search,
    sources,
    static_files,
    subscriptions,
)
from wiredesk_desk.web.pages import stories as story_pages
from wiredesk_desk.web.pages.rendering import page
from wiredesk_desk.web.problems import ProblemDetails

_ROUTERS = (
    front.router,
    story_pages.router,
    articles.router,
    entities.router,
    search.router,
    sources.router,
    subscriptions.router,
    pipeline.router,
    programs.router,
    account.router,
    static_files.router,
)


def install(app: FastAPI) -> None:
    """Add the pages to the application."""
    for router in _ROUTERS:
        app.include_router(router)


def problem(request: Request, details: ProblemDetails) -> Response:
    """Return the page of a problem: what happened, and what to do now."""
    return page(request, "problem.html", status=details.status, problem=details)
