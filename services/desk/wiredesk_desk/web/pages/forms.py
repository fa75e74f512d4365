"""Forms of the pages. They come from our own pages alone: the guard sees to that."""

from urllib.parse import parse_qs

from fastapi import Request
from fastapi.responses import RedirectResponse


async def typed(request: Request) -> dict[str, str]:
    """Return the fields of a form, each once."""
    found = parse_qs((await request.body()).decode(errors="replace"), max_num_fields=20)
    return {name: values[0].strip() for name, values in found.items()}


def go_to(address: str) -> RedirectResponse:
    """Return the answer that leads a browser to a page after a form was sent."""
    return RedirectResponse(address, status_code=303)
