"""What is in an input, record by record from any position on. Blocking: for a thread."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from wiredesk.contracts.submission import without_credentials
from wiredesk_desk.backfill.inputs import Input, Kind, opened
from wiredesk_desk.publishing.items import LONGEST_LINE_BYTES, Item, in_line, item_of
from wiredesk_desk.running import Problem


@dataclass(frozen=True, slots=True)
class Found:
    """A record of an input, which begins at byte `at`; the next one begins at `after`.

    `item` is None where it holds nothing to submit: a picture in a WARC file, a blank line.
    """

    at: int
    after: int
    item: Item | None = field(default=None, repr=False)

    @property
    def size(self) -> int:
        """About how many bytes it has as a submission."""
        return len((self.item and (self.item.html or self.item.text)) or "")


class BrokenInputError(Exception):
    """An input that cannot be read any further than byte `at`."""

    def __init__(self, what: str, at: int) -> None:
        super().__init__(what)
        self.at = at


def records(one: Input, start: int) -> Iterator[Found]:
    """Yield the records of an input from that which begins at byte `start` on.

    Raises:
        BrokenInputError: what follows cannot be read.
        ModuleNotFoundError: of a WARC file: what reads it is not installed here.
    """
    if one.kind is Kind.WARC:
        yield from _pages(Path(one.name), start)
    elif one.kind is Kind.LIST:
        yield from _lines(Path(one.name), start)
    elif start == 0:
        yield Found(0, one.size or 1, _whole(one.name))


def _whole(name: str) -> Item:
    try:
        return item_of(name)
    except Problem as problem:
        # One of many: the others go on.
        return Item(name, wrong=str(problem))


def _lines(path: Path, start: int) -> Iterator[Found]:
    at = start
    try:
        with opened(path) as file:
            file.seek(start)
            while line := file.readline(LONGEST_LINE_BYTES):
                after = at + len(line)
                yield Found(at, after, _item(line, at))
                at = after
    except (OSError, EOFError) as error:
        raise BrokenInputError(getattr(error, "strerror", None) or str(error), at) from None


def _item(line: bytes, at: int) -> Item | None:
    if len(line) >= LONGEST_LINE_BYTES:
        return Item(f"line at byte {at}", wrong=f"it has {LONGEST_LINE_BYTES:,} bytes or more")
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Item(f"line at byte {at}", wrong="it is not UTF-8 text")
    # How many lines go before is not known where reading began in the middle.
    return in_line(text.strip().removeprefix("\ufeff"), f"line at byte {at}")


def _pages(path: Path, start: int) -> Iterator[Found]:
    from wiredesk_fetcher.archived_pages import BrokenArchiveError, pages  # noqa: PLC0415 - may not be installed

    try:
        for page in pages(path, start):
            item, name = None, without_credentials(page.url)
            if page.refusal is not None:
                said = f"{page.refusal.reason.value}: {page.refusal.message}"
                item = Item(name or f"record at byte {page.at}", wrong=said)
            elif page.html is not None or page.text is not None:
                item = Item(name, page.url, page.html, page.text, fetched_at=page.fetched_at)
            yield Found(page.at, page.after, item)
    except BrokenArchiveError as error:
        raise BrokenInputError(str(error), error.at) from None
    except OSError as error:
        raise BrokenInputError(error.strerror or type(error).__name__, start) from None
