"""What people look at: pages made here, readable without scripts."""

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from wiredesk_desk.web.problems import ProblemDetails


def install(app: FastAPI) -> None:
    """Add the pages to the application."""


def problem(request: Request, details: ProblemDetails) -> Response:
    """Return the page of a problem."""
    return HTMLResponse(f"<p>{details.status}</p>", status_code=details.status)
