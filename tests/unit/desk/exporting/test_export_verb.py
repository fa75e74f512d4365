"""`wiredesk export`: where it writes, how it goes on, and what it refuses."""
# ruff: noqa: ASYNC240 - small files of a test

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from tests.factories import enriched
from tests.unit.desk.exporting.hostile import exported
from wiredesk.contracts.errors import InfrastructureError
from wiredesk_desk.cli import app
from wiredesk_desk.commands import export as verb
from wiredesk_desk.commands.search import Asked
from wiredesk_desk.distributions import advice
from wiredesk_desk.exporting.progress import Begun, Done, opened
from wiredesk_desk.exporting.targets import NOTED_EVERY, part_of, progress_of
from wiredesk_desk.running import Exit, Problem
from wiredesk_storage.search.asking import Filters
from wiredesk_storage.search.exporting import Exported, Place

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
FILES = ("ndjson", "csv", "ninjs", "rss", "atom")


def made(number: int, day: date = date(2026, 11, 30)) -> Exported:
    return exported(enriched(f"Ada Marsh spoke, number {number}.", at=NOON), day=day)


class Store:
    """Has articles in order, and gives out where it is told to."""

    def __init__(self, articles: Sequence[Exported]) -> None:
        self.articles = articles
        self.asked: list[tuple[str, Filters, datetime]] = []
        self.stops_after: int | None = None
        self.error: BaseException = asyncio.CancelledError()

    async def now(self) -> datetime:
        return NOON + timedelta(seconds=len(self.asked))

    async def count_export(self, *_: Any, **__: Any) -> int:
        return len(self.articles)

    async def export(
        self, query: str, filters: Filters, *, began: datetime, after: Place | None
    ) -> AsyncIterator[Exported]:
        self.asked.append((query, filters, began))
        left = list(self.articles)
        if after is not None:
            places = [one.place for one in left]
            # Behind a whole day: its articles are those of the days before.
            start = places.index(after) + 1 if after in places else self._of_other_days(after)
            left = left[start:]
        for number, article in enumerate(left):
            if number == self.stops_after:
                raise self.error
            yield article
        if self.stops_after is not None:
            raise self.error

    def _of_other_days(self, after: Place) -> int:
        day = date.fromisoformat(after.dated[:10])
        return next((number for number, one in enumerate(self.articles) if one.day < day), len(self.articles))


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store without a server."""
    there = Store([made(number) for number in range(2 * NOTED_EVERY + 50)])

    @asynccontextmanager
    async def archive():
        yield there

    monkeypatch.setattr(verb, "archive", archive)
    return there


async def export(
    out: Path | None, query: str = "", *, format_: str = "ndjson", force: bool = False, **more: Any
) -> Exit:
    limit = more.pop("limit", 10_000)
    return await verb.export(Asked(query, {}, **more), format_=format_, out=out, limit=limit, force=force)


async def broken_off(store: Store, out: Path, after: int, **more: Any) -> None:
    store.stops_after = after
    with pytest.raises(asyncio.CancelledError):
        await export(out, **more)
    store.stops_after = None


@pytest.mark.parametrize("format_", FILES)
async def test_a_file_is_what_standard_output_gets(
    store: Store, tmp_path: Path, format_: str, capsysbinary: pytest.CaptureFixture[bytes]
):
    assert await export(None, format_=format_) == Exit.OK
    said = capsysbinary.readouterr()
    assert said.err == b""
    out = tmp_path / "out"
    assert await export(out, format_=format_) == Exit.OK
    assert out.read_bytes() == said.out
    assert [one.name for one in tmp_path.iterdir()] == ["out"]
    assert said.out.count(b"number 449") >= 1


@pytest.mark.parametrize("format_", FILES)
@pytest.mark.parametrize("after", [0, 1, NOTED_EVERY - 1, NOTED_EVERY, NOTED_EVERY + 1, 2 * NOTED_EVERY + 50])
async def test_what_was_broken_off_goes_on_and_is_the_same_in_the_end(
    store: Store, tmp_path: Path, format_: str, after: int, capsys: pytest.CaptureFixture[str]
):
    whole, out = tmp_path / "whole", tmp_path / "out"
    await export(whole, format_=format_)
    await broken_off(store, out, after, format_=format_)
    assert not out.exists()
    assert "the same command goes on" in capsys.readouterr().err
    assert await export(out, format_=format_) == Exit.OK
    assert out.read_bytes() == whole.read_bytes()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["out", "whole"]


async def test_ages_mean_on_going_on_what_they_meant_when_it_began(store: Store, tmp_path: Path):
    out = tmp_path / "out"
    await broken_off(store, out, 250, since="7d")
    await export(out, since="7d")
    (_, first, began), (_, again, began_again) = store.asked
    assert again == first
    assert began_again == began


async def test_a_line_that_was_torn_counts_for_nothing(store: Store, tmp_path: Path):
    whole, out = tmp_path / "whole", tmp_path / "out"
    await export(whole)
    await broken_off(store, out, 250)
    with progress_of(out).open("ab") as file:
        file.write(b'{"articles": 250, "len')
    await broken_off(store, out, 201)
    await export(out)
    assert out.read_bytes() == whole.read_bytes()


async def test_another_question_is_refused_with_the_command_of_the_first(store: Store, tmp_path: Path):
    out = tmp_path / "out"
    await broken_off(store, out, 250, query="river treaty")
    before = part_of(out).read_bytes()
    for more in (
        {"query": "harbour"},
        {"query": "river treaty", "format_": "csv"},
        {"query": "river treaty", "limit": 7},
    ):
        with pytest.raises(
            Problem, match=r"wiredesk export --format ndjson --limit 10000 --out \S+ 'river treaty'"
        ) as no:
            await export(out, **more)
        assert "--force" in no.value.todo
        assert no.value.code == Exit.USAGE
    assert part_of(out).read_bytes() == before
    await export(out, "harbour", force=True)
    assert store.asked[-1][0] == "harbour"
    assert len(out.read_bytes().splitlines()) == len(store.articles)


async def test_what_is_finished_is_replaced_only_by_force_and_only_when_that_is_complete(store: Store, tmp_path: Path):
    out = tmp_path / "out"
    out.write_text("mine")
    with pytest.raises(Problem, match="is there already") as caught:
        await export(out)
    assert "--force" in caught.value.todo
    await broken_off(store, out, 250, force=True)
    assert out.read_text() == "mine"
    await export(out, force=True)
    assert len(store.asked) == 2
    assert len(out.read_bytes().splitlines()) == len(store.articles)


async def test_a_part_of_which_nothing_is_known_is_left_alone(store: Store, tmp_path: Path):
    out = tmp_path / "out"
    part_of(out).write_text("mine")
    for _ in range(2):
        with pytest.raises(Problem, match="nothing says what it is of"):
            await export(out)
        assert part_of(out).read_text() == "mine"
        assert not progress_of(out).exists()


async def test_a_part_that_lost_bytes_is_not_gone_on_with(store: Store, tmp_path: Path):
    out = tmp_path / "out"
    await broken_off(store, out, 250)
    part_of(out).write_bytes(b"")
    with pytest.raises(Problem, match="shorter than it was") as caught:
        await export(out)
    assert "rm " in caught.value.todo


@pytest.mark.parametrize("said", [b"no JSON\n", b"[]\n", b'{"asked": {}}\n', b"\xff\n"])
async def test_a_state_that_is_none_is_left_alone(store: Store, tmp_path: Path, said: bytes):
    out = tmp_path / "out"
    progress_of(out).write_bytes(said)
    with pytest.raises(Problem, match="does not say what export it is of"):
        await export(out)
    assert progress_of(out).read_bytes() == said


async def test_two_at_once_do_not_write_the_same_file(store: Store, tmp_path: Path):
    out = tmp_path / "out"
    with opened(progress_of(out)), pytest.raises(Problem, match="another export is being written"):
        await export(out)


async def test_where_no_file_can_be_is_told(store: Store, tmp_path: Path):
    with pytest.raises(Problem, match="there is no folder") as caught:
        await export(tmp_path / "no" / "out")
    assert caught.value.todo.startswith("Make it: mkdir -p")
    with pytest.raises(Problem, match="something else than a file"):
        await export(tmp_path)
    with pytest.raises(Problem, match="no ordinary file"):
        await export(Path("/dev/null"), force=True)
    (tmp_path / "file").touch()
    with pytest.raises(Problem, match="something else than a folder"):
        await export(tmp_path / "file", format_="parquet")


async def test_a_link_leads_to_the_file_that_is_written(store: Store, tmp_path: Path):
    (tmp_path / "link").symlink_to(tmp_path / "out")
    await export(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert len((tmp_path / "out").read_bytes().splitlines()) == len(store.articles)


async def test_an_outage_says_how_to_go_on(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    store.stops_after, store.error = 250, InfrastructureError("PostgreSQL: away", reason="postgres")
    with pytest.raises(InfrastructureError):
        await export(tmp_path / "out")
    assert "stopped after 250 articles; the same command goes on" in capsys.readouterr().err


async def test_limits_hold_and_feeds_have_one_of_their_own(store: Store, tmp_path: Path):
    await export(tmp_path / "few", limit=3)
    assert len((tmp_path / "few").read_bytes().splitlines()) == 3
    await export(tmp_path / "feed", format_="atom", limit=None)
    assert (tmp_path / "feed").read_bytes().count(b"<entry>") == 50
    await export(tmp_path / "all", limit=None)
    assert len((tmp_path / "all").read_bytes().splitlines()) == len(store.articles)


async def test_nothing_found_is_an_empty_file_with_its_frame(store: Store, tmp_path: Path):
    store.articles = []
    for format_ in FILES:
        await export(tmp_path / format_, format_=format_)
    sizes = {format_: (tmp_path / format_).stat().st_size for format_ in FILES}
    assert (sizes["ndjson"], sizes["ninjs"]) == (0, 0)
    assert (tmp_path / "csv").read_text().startswith("article_id,")
    assert (tmp_path / "rss").read_text().rstrip().endswith("</rss>")


def by_days() -> list[Exported]:
    days = [date(2026, 11, 30), date(2026, 11, 29), date(2026, 11, 2), date(1, 1, 1)]
    return [made(number, days[number // 100]) for number in range(4 * 100)]


def folder(out: Path) -> dict[str, bytes]:
    return {str(one.relative_to(out)): one.read_bytes() for one in sorted(out.rglob("*")) if one.is_file()}


async def test_parquet_is_a_file_a_day(store: Store, tmp_path: Path):
    store.articles = by_days()
    await export(tmp_path / "out", format_="parquet")
    days = ("0001-01-01", "2026-11-02", "2026-11-29", "2026-11-30")
    assert list(folder(tmp_path / "out")) == [f"date={day}/part-0.parquet" for day in days]
    found = pq.read_table(tmp_path / "out").to_pylist()
    assert {one["article_id"] for one in found} == {str(one.place.article_id) for one in store.articles}
    assert len(found) == len(store.articles)
    assert {str(one["date"]) for one in found} == set(days)
    assert [one.name for one in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("after", [0, 1, 99, 100, 101, 250, 399, 400])
async def test_parquet_goes_on_behind_the_last_whole_day(store: Store, tmp_path: Path, after: int):
    store.articles = by_days()
    await export(tmp_path / "whole", format_="parquet")
    await broken_off(store, tmp_path / "out", after, format_="parquet")
    assert len(folder(tmp_path / "out")) == max(0, after - 1) // 100
    await export(tmp_path / "out", format_="parquet")
    assert folder(tmp_path / "out") == folder(tmp_path / "whole")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["out", "whole"]


async def test_a_folder_that_is_finished_is_replaced_only_by_force(store: Store, tmp_path: Path):
    out = tmp_path / "out"
    store.articles = by_days()
    await export(out, format_="parquet")
    (out / "notes.txt").write_text("mine")
    with pytest.raises(Problem, match="is there already"):
        await export(out, format_="parquet")
    store.articles = by_days()[:100]
    await export(out, format_="parquet", force=True)
    assert list(folder(out)) == ["date=2026-11-30/part-0.parquet", "notes.txt"]


async def test_parquet_needs_a_folder_and_a_format_has_to_be_one(store: Store):
    with pytest.raises(Problem, match="it needs --out") as caught:
        await export(None, format_="parquet")
    assert caught.value.todo == "wiredesk export --format parquet --out articles"
    with pytest.raises(Problem, match="there is no format 'xml'") as caught:
        await export(None, format_="xml")
    assert "ndjson csv parquet ninjs rss atom" in caught.value.todo


def test_without_pyarrow_the_command_that_installs_it_is_told():
    what, todo = advice(ModuleNotFoundError("No module named 'pyarrow'", name="pyarrow"))
    assert what == "this needs pyarrow, which is not installed here"
    assert "pip install './services/desk[parquet]'" in todo


async def test_on_a_terminal_no_article_steers_it(store: Store, monkeypatch: pytest.MonkeyPatch, capsys: Any):
    store.articles = [exported(enriched("Ada Marsh said \x1b[31m\x9b\u202e.", headline="\x1b]0;title\x07"))]
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    await export(None, format_="csv")
    out = capsys.readouterr().out
    assert "Ada Marsh said" in out
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", out)


def test_the_options_are_those_of_search_and_go_through(store: Store, tmp_path: Path):
    options = ["--entity", "Oslo", "--type", "GPE", "--country", "NO", "--host", "news.example", "--section", "World"]
    options += [
        "--language",
        "en",
        "--source",
        "feed",
        "--quality",
        "good",
        "--from",
        "2026-11-01",
        "--to",
        "2026-11-30",
    ]
    done = CliRunner().invoke(app, ["export", *options, "--no-copies", "--out", str(tmp_path / "out"), "--", "-ferry"])
    assert done.exit_code == 0, done.output
    ((query, filters, _),) = store.asked
    assert query == "-ferry"
    named = ("Oslo", "GPE", "NO", "news.example", "World", "en", "feed", "good", True)
    got = (filters.entity, filters.entity_type, filters.country, filters.host, filters.section)
    assert (*got, filters.language, filters.source, filters.quality, filters.without_copies) == named
    assert (filters.since, filters.until) == (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))


def test_a_dash_is_standard_output_and_nothing_asked_is_everything(store: Store):
    done = CliRunner().invoke(app, ["export", "--out", "-"])
    assert done.exit_code == 0
    assert [json.loads(line)["text"] for line in done.stdout.splitlines()][:1] == ["Ada Marsh spoke, number 0."]
    assert store.asked[0][1] == Filters()


def test_progress_is_what_was_noted_last(tmp_path: Path):
    begun = Begun(NOON, None, NOON)
    notes = [Done(200, 1000, Place("0044-03-15 00:00:00+00 BC", made(0).place.article_id)), Done(400, 2000, None)]
    with opened(tmp_path / "state") as progress:
        assert progress.resume({}, force=False) is None
        progress.begin({"query": "ä"}, "wiredesk export", begun)
        progress.note(notes[0])
    with opened(tmp_path / "state") as progress:
        assert progress.resume({"query": "ä"}, force=False) == begun
        assert progress.done == notes[0]
        progress.note(notes[1])
    with opened(tmp_path / "state") as progress:
        progress.resume({"query": "ä"}, force=True)
        assert progress.done == notes[1]
        progress.forget()
    assert not (tmp_path / "state").exists()
