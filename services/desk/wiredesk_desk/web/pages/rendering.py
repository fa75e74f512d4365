"""Makes a page of a template. Every value in it is escaped."""

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from wiredesk.version import __version__
from wiredesk_desk.web.pages import shown

STATIC = files(__package__) / "static"
# What the templates call; whatever comes from an article goes through one of the first three.
_FILTERS = {
    "plain": shown.plain,
    "headline": shown.headline,
    "web_address": shown.web_address,
    "ago": shown.ago,
    "day": shown.day,
    "clock": shown.clock,
    "duration": shown.duration,
    "many": shown.many,
    "listed": shown.listed,
}


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Return the page of a template, given what it shows."""
    html = _environment().get_template(template).render(path=request.url.path, **context)
    return HTMLResponse(html, status_code=status)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= _FILTERS
    environment.globals |= {
        "version": __version__,
        "entity_address": shown.entity_address,
        "address": shown.address,
        "static": static_address,
    }
    return environment


@cache
def static_address(name: str) -> str:
    """Return the address of a file that is sent as it is; another content has another address, so it may be kept."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"
