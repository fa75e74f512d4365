"""/livez and /readyz of the process that serves, on a port of their own, as every service has them."""

from prometheus_client import generate_latest
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from wiredesk.metrics import known
from wiredesk.metrics.registry import gauge, own_registry
from wiredesk.postgres.connections import unready
from wiredesk_desk.web.context import Desk


class Health:
    """The ASGI application."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._metrics = own_registry()
        gauge(known.STREAMS, self._metrics).set_function(lambda: desk.hub.readers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 200, or 503 with the reasons as JSON; Prometheus text for /metrics."""
        if scope["type"] != "http":
            return
        await (await self._answer(scope["path"]))(scope, receive, send)

    async def _answer(self, path: str) -> Response:
        if path == "/metrics":
            return Response(generate_latest(self._metrics), media_type="text/plain; version=0.0.4")
        if path not in ("/livez", "/readyz"):
            return JSONResponse({"detail": "try /livez, /readyz or /metrics"}, status_code=404)
        problem = await unready(self._desk.pool) if path == "/readyz" else None
        problems = [problem] if problem else []
        body = {"service": "desk", "ok": not problems, "problems": problems}
        return JSONResponse(body, status_code=503 if problems else 200)
