"""For who writes code: the API's operations with an example each, and the same by other means."""

from fastapi import APIRouter, Request, Response

from wiredesk.contracts.topics import ENRICHED
from wiredesk_desk.web.context import TheDesk
from wiredesk_desk.web.pages.rendering import page

router = APIRouter(include_in_schema=False)


@router.get("/api")
async def programs(request: Request, desk: TheDesk) -> Response:
    """Return the page that lists what programs may ask."""
    described = request.app.openapi()
    operations = [
        (method.upper(), path, one.get("summary", ""), one.get("description", ""))
        for path, methods in described["paths"].items()
        for method, one in methods.items()
    ]
    servers = ",".join(desk.here.kafka.bootstrap_servers)
    return page(request, "programs.html", operations=operations, servers=servers, topic=desk.here.lane.topic(ENRICHED))
