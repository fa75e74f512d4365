"""Forms of the pages. They come from our own pages alone: the guard sees to that."""

from urllib.parse import parse_qs

from fastapi import Request
from fastapi.responses import RedirectResponse

from wiredesk_desk.web.problems import Refused

# The longest is an address.
_MOST_BYTES, _MOST_FIELDS = 16 * 1024, 20


async def typed(request: Request) -> dict[str, str]:
    """Return the fields of a form, each once."""
    body = await request.body()
    if len(body) > _MOST_BYTES:
        raise Refused(413, "too-large", f"a form has at most {_MOST_BYTES:,} bytes")
    try:
        found = parse_qs(body.decode(errors="replace"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise Refused(422, "wrong-request", f"a form has at most {_MOST_FIELDS} fields") from None
    return {name: values[0].strip() for name, values in found.items()}


def go_to(address: str) -> RedirectResponse:
    """Return the answer that leads a browser to a page after a form was sent."""
    return RedirectResponse(address, status_code=303)
