"""Style sheet, script, letters, map: sent as they are, and kept by the browser for as long as they stay the same."""

from importlib.resources.abc import Traversable

from fastapi import APIRouter, Request
from fastapi.responses import Response

from wiredesk_desk.web.pages.rendering import STATIC
from wiredesk_desk.web.problems import not_found

router = APIRouter(include_in_schema=False)
_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
    "txt": "text/plain; charset=utf-8",
}
_FOR_EVER = "public, max-age=31536000, immutable"


def _all(folder: Traversable, prefix: str = "") -> dict[str, Traversable]:
    found: dict[str, Traversable] = {}
    for entry in folder.iterdir():
        if entry.is_dir():
            found |= _all(entry, f"{prefix}{entry.name}/")
        else:
            found[prefix + entry.name] = entry
    return found


_FILES = _all(STATIC)


@router.get("/favicon.ico")
async def icon(request: Request) -> Response:
    """Return the icon, to browsers that look for it here whatever a page says."""
    return await static(request, "icon.svg")


@router.get("/static/{name:path}")
async def static(request: Request, name: str) -> Response:
    """Return a file."""
    entry = _FILES.get(name)
    if entry is None:
        raise not_found("there is no such file")
    is_kept = "v" in request.query_params or name.endswith(".woff2")
    kept = _FOR_EVER if is_kept else "no-cache"
    return Response(entry.read_bytes(), media_type=_TYPES[name.rpartition(".")[2]], headers={"cache-control": kept})
