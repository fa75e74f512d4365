"""A refusal by the desk: what, why, and what to do next."""

import json
from http import HTTPStatus
from typing import Any

from wiredesk.contracts.errors import InfrastructureError, WiredeskError

URL, TOKEN = "WIREDESK_API__URL", "WIREDESK_API__TOKEN"
_MOST_CHARACTERS = 500
_TODO: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: f"Set {TOKEN} to what `wiredesk tokens add NAME` prints where the desk runs.",
    HTTPStatus.MISDIRECTED_REQUEST: f"Ask it under another name ({URL}), or have it know this one.",
    HTTPStatus.TOO_MANY_REQUESTS: "Ask less often.",
}


class ApiError(WiredeskError):
    """The desk refused what was asked: asking again cannot help.

    `status` is that of HTTP, `reason` a code such as `not_found`, `next` what to do: a command to type, an address.
    """

    reason = "refused"

    def __init__(self, message: str, *, status: int, reason: str | None = None, todo: str | None = None) -> None:
        super().__init__(message, reason=reason)
        self.status, self.next = status, todo


def refusal(url: str, status: int, body: bytes, location: str | None = None) -> ApiError | InfrastructureError:
    """Return the error that an answer is; an InfrastructureError where the same may be answered later.

    `body` is what was answered: a problem (RFC 9457), or whatever some proxy says. `location` is where it redirects to.
    """
    problem = _problem(body)
    todo = printable(problem.get("next")) or None
    message = f"{url} answers {status}: {printable(problem.get('detail')) or _phrase(status)}."
    if status in _TODO:
        message += f" {_TODO[status]}"
    elif todo:
        message += f" Next: {todo}"
    elif location:
        # Not followed: the token is for this desk alone.
        message += f" It sends you to {printable(location)}: set {URL} to the desk's own address."
    elif not problem and status < 500:
        message += f" That is no answer of a desk: is {URL} right?"
    if status >= 500 or status == HTTPStatus.TOO_MANY_REQUESTS:
        return InfrastructureError(message, reason="desk")
    kind = printable(problem.get("type")).rpartition(":")[2].replace("-", "_")
    return ApiError(message, status=status, reason=kind or None, todo=todo)


def no_desk(url: str, said: str = "") -> ApiError:
    """Return the error for an answer that no desk gives, though its status is 200."""
    what = f" ({said})" if said else ""
    return ApiError(f"{url} answers what no desk does{what}: is {URL} right?", status=200, reason="no_desk")


def printable(value: object) -> str:
    """Return text of others as it may go to a terminal, and not all of a long one; nothing of what is no text."""
    text = value[:_MOST_CHARACTERS] if isinstance(value, str) else ""
    return "".join(one if one.isprintable() else " " for one in text).strip().rstrip(".")


def _problem(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and "title" in found else {}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "an unknown status"
