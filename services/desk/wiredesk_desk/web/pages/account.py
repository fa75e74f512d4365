"""The page where a token is typed, on a desk that asks for one."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from wiredesk_desk.tokens import keeping
from wiredesk_desk.web.context import TheDesk
from wiredesk_desk.web.guard import COOKIE
from wiredesk_desk.web.pages.forms import typed
from wiredesk_desk.web.pages.rendering import page

router = APIRouter(include_in_schema=False)
_KEPT_SECONDS = 30 * 86_400


@router.get("/login")
async def login(request: Request) -> Response:
    """Return the form."""
    return page(request, "login.html", is_wrong=False)


@router.post("/login")
async def enter(request: Request, desk: TheDesk) -> Response:
    """Keep a token in a cookie that no script reads and no other site sends."""
    token = (await typed(request)).get("token", "")
    if not token or await keeping.known(desk.pool, token) is None:
        return page(request, "login.html", status=403, is_wrong=True)
    answer = RedirectResponse("/", status_code=303)
    answer.set_cookie(
        COOKIE, token, max_age=_KEPT_SECONDS, httponly=True, samesite="strict", secure=request.url.scheme == "https"
    )
    return answer


@router.post("/logout")
async def leave() -> Response:
    """Forget the token."""
    answer = RedirectResponse("/login", status_code=303)
    answer.delete_cookie(COOKIE)
    return answer
