"""`wiredesk diff` on a real PostgreSQL."""

import re
import sys
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.storage.records import enriched, keep, received
from wiredesk.contracts import ids
from wiredesk.postgres.connections import open_pool
from wiredesk_desk.commands.diff import diff
from wiredesk_desk.config import DSN, SERVERS
from wiredesk_desk.running import Exit, Problem
from wiredesk_storage.migrations import bring_up
from wiredesk_storage.settings import StorageOptions
from wiredesk_storage.store import Store

pytestmark = pytest.mark.broker

Rows = Callable[[], list[dict[str, Any]]]
WAITED = "Ada Marsh said that 120 passengers waited at the quay."
MORE = "Ada Marsh said that 130 passengers waited at the quay."
LEFT = f"{MORE} They left at noon."


@pytest.fixture
async def store(dsn: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A store, and the environment of a person who works on it."""
    options = StorageOptions.model_validate({"dsn": dsn})
    await bring_up(options)
    monkeypatch.setenv(DSN, dsn)
    monkeypatch.setenv(SERVERS, "127.0.0.1:1")
    async with open_pool(options) as pool:
        yield Store(pool)


async def stored(store: Store, *looks: tuple[str, int]) -> str:
    """The URL of an article of which these texts were stored, got at these minutes."""
    url = f"https://news.example/{uuid4()}"
    for text, minute in looks:
        await keep([received(enriched(text, url=url, minute=minute))], store=store)
    return url


async def told(rows: Rows, wanted: str, **options: Any) -> list[dict[str, Any]]:
    given = {"revision": None, "against": None, "every": False, "as_json": False}
    assert await diff(wanted, **{**given, **options}) == Exit.OK
    return rows()


async def test_the_last_change_of_an_article_is_shown_by_its_url_and_its_id(store: Store, rows: Rows):
    url = await stored(store, (WAITED, 0), (LEFT, 1), (MORE, 2))
    for wanted in (url, str(ids.article_id(url))):
        (row,) = await told(rows, wanted)
        assert (row["revision"], row["against"], row["status"]) == (3, 2, "revised")
        assert (row["changes"], row["stealth"]) == (["cut"], True)
        (text,) = row["fields"]
        assert text["passages"] == [
            [
                {"kind": "equal", "words": "… said that 130 passengers waited at the quay. "},
                {"kind": "deleted", "words": "They left at noon."},
            ]
        ]


async def test_any_two_revisions_can_be_compared(store: Store, rows: Rows):
    url = await stored(store, (WAITED, 0), (MORE, 1), (LEFT, 2))
    (row,) = await told(rows, url, revision=2)
    assert (row["against"], row["changes"]) == (1, ["numbers"])
    (row,) = await told(rows, url, against=1)
    assert (row["revision"], row["changes"]) == (3, ["numbers", "appended"])
    (row,) = await told(rows, url, revision=1, against=3)
    assert row["changes"] == ["numbers", "cut"]


async def test_every_step_is_against_what_was_current_when_it_came(store: Store, rows: Rows):
    url = await stored(store, (WAITED, 0), (LEFT, 9), (MORE, 5), (WAITED, 10))
    found = await told(rows, url, every=True)
    assert [(row["revision"], row["against"], row["status"]) for row in found] == [
        *((2, 1, "revised"), (3, 2, "superseded"), (4, 2, "revised")),
    ]
    (row,) = await told(rows, url)
    assert (row["revision"], row["against"]) == (4, 2)


async def test_an_article_with_one_revision_has_no_change(store: Store, rows: Rows, capsys: pytest.CaptureFixture[str]):
    url = await stored(store, (WAITED, 0))
    assert await told(rows, url) == []
    assert await diff(url, revision=None, against=None, every=True, as_json=False) == Exit.OK
    assert "it has one revision" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"revision": 3}, "there is no revision 3: the last is 2"),
        ({"against": 7}, "there is no revision 7: the last is 2"),
        ({"revision": 1}, "revision 1 is the first"),
    ],
)
async def test_a_revision_that_is_not_there_or_was_the_first_is_told(
    store: Store, options: dict[str, int], message: str
):
    url = await stored(store, (WAITED, 0), (MORE, 1))
    with pytest.raises(Problem, match=message) as caught:
        await diff(url, **{"revision": None, "against": None, **options}, every=False, as_json=False)
    assert caught.value.code == Exit.USAGE


async def test_an_article_that_is_not_stored_is_told_with_the_next_step(store: Store):
    where = f"https://user:hunter2@news.example/{uuid4()}"
    with pytest.raises(Problem, match="is not in the store") as caught:
        await diff(where, revision=None, against=None, every=False, as_json=False)
    assert "hunter2" not in str(caught.value)
    assert caught.value.todo.startswith("wiredesk explain ")


async def test_people_read_what_changed_and_that_the_article_does_not_say_so(
    store: Store, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "160")
    url = await stored(store, (WAITED, 0), (MORE, 1), ("Ada Marsh was silent.", 0))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert await diff(url, revision=None, against=None, every=True, as_json=False) == Exit.OK
    said = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    assert said[0].startswith("revision 2 against 1, stored 20")
    assert said[1:4] == [
        "What changed: other numbers. The article does not say so: no correction, no later date of modification.",
        "text",
        "  Ada Marsh said that [-120-] {+130+} passengers waited at the quay.",
    ]
    assert "It came late: what was current then had been fetched after it." in said


async def test_what_retention_deleted_is_told_and_the_rest_is_compared(
    store: Store, rows: Rows, capsys: pytest.CaptureFixture[str]
):
    url = await stored(store, (WAITED, 0), (MORE, 1), (LEFT, 2))

    async def delete(below: int) -> None:
        condition = "article_id = $1 and revision < $2"
        await store._pool.execute(f"delete from revisions where {condition}", ids.article_id(url), below)

    await delete(2)
    (row,) = await told(rows, url)
    assert (row["revision"], row["against"]) == (3, 2)
    assert [(row["revision"], row["against"]) for row in await told(rows, url, every=True)] == [(3, 2)]
    with pytest.raises(Problem, match="revision 1 is no longer stored: the oldest is 2"):
        await diff(url, revision=None, against=1, every=False, as_json=False)
    await delete(3)
    assert await diff(url, revision=None, against=None, every=False, as_json=False) == Exit.OK
    assert "revision 3 is all that is stored of it" in capsys.readouterr().err
