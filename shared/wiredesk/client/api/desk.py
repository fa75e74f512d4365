"""Asks a desk over HTTP. Each call has a connection of its own, and nothing has to be opened before or closed after."""

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import aiohttp
from pydantic import ValidationError

from wiredesk.client.api.answers import (
    Arrival,
    Gap,
    Hit,
    Hits,
    StoredArticle,
    Stories,
    Story,
    WholeStory,
)
from wiredesk.client.api.asking import Filters, question
from wiredesk.client.api.errors import TOKEN, URL, ApiError, no_desk, printable, refusal
from wiredesk.client.api.events import Block, EventParser
from wiredesk.client.api.pauses import pause, wanted
from wiredesk.client.hosts import is_loopback
from wiredesk.client.settings import ApiSettings
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.contracts.parts import Event
from wiredesk.version import __version__

log = logging.getLogger(__name__)
T = TypeVar("T", bound=Event)

PAGE = 100
"""hits of one page; a desk gives no more"""
TRIES = 5
"""how often a desk is asked that says it is busy"""
# The beginning of what the topic keeps: the first offset of the first partition, and of those that it does not name.
_BEGINNING = "0-0"
_BUSY = (429, 502, 503, 504)
_EVENT_STREAM = "text/event-stream"
_ANSWER = aiohttp.ClientTimeout(sock_connect=10, sock_read=60)
# A desk says something every 15 s; one that says nothing for so long is gone, though nobody closed the connection.
_STREAM = aiohttp.ClientTimeout(sock_connect=10, sock_read=45)
_MOST_REFUSED_BYTES = 64 * 1024
_BROKEN = (aiohttp.ClientError, OSError)


class Desk:
    """A desk, as its address and token say. See the verbs of `Wiredesk` for what they promise."""

    def __init__(self, api: ApiSettings) -> None:
        self._url = api.url
        self._headers = {"user-agent": f"wiredesk/{__version__}"}
        if api.token is not None:
            self._headers["authorization"] = f"Bearer {api.token.get_secret_value()}"
            if api.url.startswith("http:") and not is_loopback(urlsplit(api.url).hostname or ""):
                _warn_of_plain_token(api.url)

    async def search(
        self, words: str, filters: Filters, *, sort: str, half_life_days: float | None, limit: int | None
    ) -> AsyncGenerator[Hit, None]:
        """Yield what is found, a page at a time."""
        left = limit
        asked = question(words, filters) | {"sort": sort}
        if half_life_days is not None:
            asked["half_life"] = str(half_life_days)
        async with self._session(_ANSWER) as session:
            while left is None or left > 0:
                asked["limit"] = str(PAGE if left is None else min(PAGE, left))
                page = await self._asked(session, "/v1/search", asked, Hits)
                if (page.is_cut or page.is_read_in_part) and sort != "date" and "after" not in asked:
                    log.warning("more articles have these words than are ranked: sort='date' yields all of them")
                for hit in page.hits:
                    yield hit
                left = None if left is None else left - len(page.hits)
                if page.next is None:
                    return
                # The parameters alone: whatever the address says, this desk is asked.
                asked = dict(parse_qsl(urlsplit(page.next).query))

    async def stories(self, *, days: float, order: str, limit: int) -> AsyncGenerator[Story, None]:
        """Yield stories."""
        async with self._session(_ANSWER) as session:
            asked = {"days": str(days), "order": order, "limit": str(limit)}
            found = await self._asked(session, "/v1/stories", asked, Stories)
        for story in found.stories:
            yield story

    async def story(self, story_id: UUID | str) -> WholeStory:
        """Return one story."""
        async with self._session(_ANSWER) as session:
            return await self._asked(session, f"/v1/stories/{UUID(str(story_id))}", {}, WholeStory)

    async def article(self, article_id: UUID | str) -> StoredArticle:
        """Return one article."""
        async with self._session(_ANSWER) as session:
            return await self._asked(session, f"/v1/articles/{UUID(str(article_id))}", {}, StoredArticle)

    async def stream(
        self, words: str, filters: Filters, *, after: str | None, from_start: bool
    ) -> AsyncGenerator[Arrival | Gap, None]:
        """Yield what is stored, as it is stored."""
        if after and from_start:
            raise ValueError("`after` and `from_start` are two places to begin at: give one of them")
        asked = question(words, filters)
        position = _BEGINNING if from_start else after or ""
        failures, has_begun = 0, False
        async with self._session(_STREAM) as session:
            while True:
                parser = EventParser(position)
                headers = {"accept": _EVENT_STREAM} | ({"last-event-id": position} if position else {})
                try:
                    async with self._answer(session, "/v1/stream", asked, headers) as answer:
                        if answer.content_type != _EVENT_STREAM:
                            raise no_desk(self._url, printable(answer.content_type))
                        has_begun, failures = True, 0
                        async for chunk in answer.content.iter_any():
                            for block in parser.feed(chunk):
                                position = block.position
                                if (news := self._news(block)) is not None:
                                    yield news
                    why = "the desk ended it"
                except (InfrastructureError, *_BROKEN) as error:
                    if not has_begun:
                        raise
                    why = str(error) if isinstance(error, InfrastructureError) else _cause(error)
                except ValueError as error:
                    raise no_desk(self._url, str(error)) from None
                seconds = pause(failures, parser.retry_seconds)
                failures += 1
                log.warning("the stream of %s broke off (%s): it goes on in %.1f s", self._url, why, seconds)
                await asyncio.sleep(seconds)

    def _news(self, block: Block) -> Arrival | Gap | None:
        if block.kind == "gap":
            return Gap(position=block.position)
        if block.kind != "article" or block.data is None:
            return None
        try:
            return Arrival.model_validate_json(block.data).model_copy(update={"position": block.position})
        except ValidationError:
            log.warning("passed over: what the stream of %s tells at %s is no article of this version",
                        self._url, block.position)  # fmt: skip
            return None

    def _session(self, timeout: aiohttp.ClientTimeout) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(headers=self._headers, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())

    async def _asked(self, session: aiohttp.ClientSession, path: str, asked: Mapping[str, str], model: type[T]) -> T:
        try:
            async with self._answer(session, path, asked, {"accept": "application/json"}) as answer:
                body = await answer.read()
        except _BROKEN as error:
            raise self._away(error) from error
        try:
            return model.model_validate_json(body)
        except ValidationError:
            raise no_desk(self._url) from None

    @asynccontextmanager
    async def _answer(
        self, session: aiohttp.ClientSession, path: str, asked: Mapping[str, str], headers: Mapping[str, str]
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Yield the answer 200; a busy desk is asked again, after a pause that it may choose.

        Raises:
            ApiError: it refuses.
            InfrastructureError: it is not there, has a fault, or stays busy.
        """
        for number in range(TRIES):
            try:
                answer = await session.get(self._url + path, params=asked, headers=headers, allow_redirects=False)
                refused = None if answer.status == 200 else await self._refusal(answer)
            except _BROKEN as error:
                raise self._away(error) from error
            async with answer:
                if refused is None:
                    yield answer
                    return
                if answer.status not in _BUSY or number == TRIES - 1:
                    raise refused
                seconds = pause(number, wanted(answer.headers.get("retry-after")))
            log.warning("%s Asked again in %.1f s.", refused, seconds)
            await asyncio.sleep(seconds)

    async def _refusal(self, answer: aiohttp.ClientResponse) -> ApiError | InfrastructureError:
        body = b""
        async for chunk in answer.content.iter_any():
            body += chunk
            if len(body) > _MOST_REFUSED_BYTES:
                break
        return refusal(self._url, answer.status, body, answer.headers.get("location"))

    def _away(self, error: BaseException) -> InfrastructureError:
        where = f"no desk answers at {self._url} ({_cause(error)})"
        todo = f"`wiredesk up` starts one in this folder; {URL} says where another is."
        return InfrastructureError(f"{where}: {todo}", reason="desk")


def _cause(error: BaseException) -> str:
    cause = getattr(error, "os_error", error)
    if isinstance(cause, OSError) and cause.errno is not None and cause.errno > 0:
        return os.strerror(cause.errno)
    return printable(str(cause)) or type(cause).__name__


@lru_cache(maxsize=64)
def _warn_of_plain_token(url: str) -> None:
    log.warning("%s goes unencrypted to %s, and so do all articles: give the desk an https address", TOKEN, url)
