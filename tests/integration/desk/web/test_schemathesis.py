"""What the description of the API promises holds for whatever is asked: schemathesis asks a served desk."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.integration.desk.sending import dead, send_records
from tests.integration.desk.web.server import Server, stored
from tests.integration.storage.records import enriched
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import CLEANED, Lane
from wiredesk_storage.settings import StorageOptions

pytestmark = [pytest.mark.broker, pytest.mark.timeout(240)]

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
)
OPTIONS = (
    *("--phases", "examples,fuzzing"),
    *("--workers", "4"),
    *("--max-examples", "15"),
    *("--checks", ",".join(CHECKS)),
    # It never ends.
    *("--exclude-path", "/v1/stream"),
    *("--seed", "1"),
    *("--request-timeout", "30"),
    *("--suppress-health-check", "all"),
    *("--warnings", "off"),
    "--no-color",
)
# Nothing works the submissions here, so none is waited for; and to read all topics is slow.
CONFIGURATION = """
[[operations]]
include-path = "/v1/submissions"
parameters = { "query.wait" = 0.01 }

[[operations]]
include-path-regex = "^/v1/journey"
generation.max-examples = 3
"""


async def test_whatever_is_asked_the_answer_is_as_described(
    desk_server: Server, options: StorageOptions, kafka: KafkaSettings, lane: Lane, tmp_path: Path
):
    await stored(options, *[enriched() for _ in range(3)])
    await send_records(kafka, lane, [dead(CLEANED, "tagger", b"{broken")])
    # It is made when it is asked for first, which takes a second or more.
    assert (await desk_server.get("/openapi.json"))["openapi"].startswith("3.1")
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
    # In a process of its own: beside a loop that runs its examples are not the same ones each time.
    asking = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{desk_server.address}/openapi.json", *OPTIONS),
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith("WIREDESK_")},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await asking.communicate()
    assert asking.returncode == 0, told.decode()
