"""ETags: what has not changed is answered without a body."""

import pytest
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import ASGIApp

from tests.unit.desk.web.asgi import ask
from wiredesk_desk.web import caching
from wiredesk_desk.web.caching import EntityTags


def tagged(answer: ASGIApp) -> EntityTags:
    return EntityTags(answer)


async def test_the_same_answer_has_the_same_tag_and_another_has_another():
    first, again, other = [await ask(tagged(PlainTextResponse(text))) for text in ("a", "a", "b")]
    assert first.headers["etag"] == again.headers["etag"] != other.headers["etag"]
    assert first.headers["etag"].startswith('W/"')
    assert first.body == b"a"


@pytest.mark.parametrize("shape", ["{}", 'W/"x", {}', '{} ,W/"x"'])
async def test_who_has_it_gets_no_body(shape: str):
    tag = (await ask(tagged(PlainTextResponse("a")))).headers["etag"]
    answer = await ask(tagged(PlainTextResponse("a")), headers={"if-none-match": shape.format(tag)})
    assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", tag)
    assert "content-length" not in answer.headers


async def test_who_has_another_gets_all_of_it():
    answer = await ask(tagged(PlainTextResponse("a")), headers={"if-none-match": 'W/"x"'})
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"a", "1")


async def test_only_whole_good_answers_to_reads_have_one(monkeypatch: pytest.MonkeyPatch):
    async def pieces():
        yield b"a"
        yield b"b"

    for answer, method in (
        (PlainTextResponse("a"), "POST"),
        (PlainTextResponse("a", 404), "GET"),
        (StreamingResponse(pieces()), "GET"),
    ):
        found = await ask(tagged(answer), method=method)
        assert "etag" not in found.headers
        assert found.body in (b"a", b"ab")
    monkeypatch.setattr(caching, "_MAX_BYTES", 1)
    large = await ask(tagged(PlainTextResponse("ab")))
    assert ("etag" in large.headers, large.body) == (False, b"ab")


async def test_a_tag_that_an_answer_has_already_stays():
    answer = await ask(tagged(Response(b"a", headers={"etag": '"own"'})))
    assert (answer.headers["etag"], answer.body) == ('"own"', b"a")


async def test_head_is_get_without_its_body():
    answer = await ask(tagged(PlainTextResponse("abc")), method="HEAD")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", "3")
    assert answer.headers["etag"].startswith('W/"')
