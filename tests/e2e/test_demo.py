"""What a person does: `wiredesk up --demo`, a crash and a change of scale in its middle, then a file of their own."""

import asyncio
import json
import os
import re
import signal
import sys
from pathlib import Path

import psutil
import pytest

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]

WIREDESK = str(Path(sys.executable).with_name("wiredesk"))
HEADLINE = "Harbour City Signs Ferry Pact With Denmark Amid Storm Repairs"
BODY = (
    "President Ilse Marrow has told the cabinet and Nordbank, the country's largest lender, to work with Denmark on a "
    "new ferry line, the transport ministry said on Tuesday.\n\n"
    'Marrow\'s letter speaks of "a shared interest in a dry and open harbour." Copenhagen welcomed the step.\n\n'
    "The line is to open in March 2027 and to carry 40,000 people a year between the two countries."
)
FLATTENED = (
    f"World\n\n{HEADLINE}\n\nTOPSHOT-HARBOUR-DENMARK-FERRY-STORM\nPhoto by JONAS VEBER/APX via Harbour Images\n\n"
    f"{BODY}\n\n\nReal Time Metrics"
)


async def _run(folder, *arguments, stdin=None, environment=None):
    """Run one verb to its end; return (exit code, stdout, stderr)."""
    process = await asyncio.create_subprocess_exec(
        WIREDESK, *arguments, cwd=folder, env=environment or _environment(),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, errors = await asyncio.wait_for(process.communicate(stdin), 120)
    return process.returncode, out.decode(), errors.decode()


def _environment():
    return {name: value for name, value in os.environ.items() if not name.startswith("WIREDESK_")}


async def _lines_until(process, pattern, seen):
    async with asyncio.timeout(180):
        while line := (await process.stdout.readline()).decode():
            seen.append(line)
            if re.search(pattern, line):
                return
    raise AssertionError(f"{pattern!r} never came:\n{''.join(seen)}")


def _workers(folder, service):
    state = json.loads((folder / ".wiredesk" / "state.json").read_text())
    return [worker["pid"] for worker in state["workers"] if worker["service"] == service]


@pytest.fixture(scope="module")
async def newsroom(tmp_path_factory):
    """The demo, run to its summary with a tagger killed and the scale changed on the way; stopped with Ctrl-C."""
    folder = tmp_path_factory.mktemp("newsroom")
    seen: list[str] = []
    process = await asyncio.create_subprocess_exec(
        WIREDESK, "up", "--demo", cwd=folder, env=_environment(),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        await _lines_until(process, r"fetched [1-9]", seen)
        os.kill(_workers(folder, "tagger")[0], signal.SIGKILL)
        code, _, errors = await _run(folder, "scale", "tagger", "3")
        assert code == 0, errors
        code, _, errors = await _run(folder, "scale", "tagger", "1")
        assert code == 0, errors
        await _lines_until(process, r"Next, in this folder", seen)
        family = psutil.Process(process.pid).children(recursive=True)
        yield folder, "".join(seen)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        rest, _ = await asyncio.wait_for(process.communicate(), 90)
    assert process.returncode == 0, rest.decode()
    # A zombie has ended; in a container nobody may collect it.
    assert [child for child in family if child.is_running() and child.status() != psutil.STATUS_ZOMBIE] == []


async def test_the_demo_loses_nothing_though_a_tagger_was_killed_and_the_scale_changed(newsroom):
    _, output = newsroom
    assert re.search(r"lost +0\b", output), output
    (submitted,) = {int(n) for n in re.findall(r"^ +submitted +(\d+)  ", output, re.MULTILINE)}
    (stored,) = {int(n) for n in re.findall(r"^ +stored +(\d+)  ", output, re.MULTILINE)}
    assert submitted >= 100
    assert stored >= 80
    assert re.search(r"tagger.*(restart|again|-9|SIGKILL)", output, re.IGNORECASE), output


async def test_the_site_becomes_a_source_and_a_new_story_on_it_comes_by_itself(newsroom):
    folder, output = newsroom
    assert re.search(r"^ +[\d.]+ s later  Ferry Crew Rescues Eleven Rowers", output, re.MULTILINE), output
    code, out, errors = await _run(folder, "sources", "list")
    assert code == 0, errors
    sources = [json.loads(line) for line in out.splitlines()]
    assert {one["kind"] for one in sources} == {"rss", "news_sitemap"}
    assert {one["state"] for one in sources} <= {"healthy", "quiet"}
    code, out, errors = await _run(folder, "sources", "show", "feed.xml")
    assert code == 0, errors
    assert json.loads(out)["stored"] >= 1


async def test_the_demo_shows_a_story_a_copied_text_a_correction_and_a_withdrawal(newsroom):
    folder, output = newsroom
    assert re.search(r"one event +Two Ferries Collide.*\n +told by .*Lowland Evening Post", output), output
    assert re.search(r"one text +Kelp Forests.*\n +printed again by ", output), output
    assert re.search(r"corrected +Argentina Puts.*\n +“.*1902.*” became “.*1905.*”", output), output
    assert re.search(r"withdrawn +/partners/.*\n +found no more, refused by the fetcher", output), output
    code, out, errors = await _run(folder, "stories", "--days", "3650", "--json")
    assert code == 0, errors
    assert max(json.loads(line)["articles"] for line in out.splitlines()) >= 3
    # Put back: a second run finds everything as the first did.
    code, out, errors = await _run(folder, "search", "kelp", "--host", "127.0.0.1")
    assert code == 0, errors
    assert "/partners/cape-town-kelp-forest.html" in out


async def test_a_flattened_text_comes_out_clean_with_resolving_entities(newsroom):
    folder, _ = newsroom
    (folder / "story.txt").write_text(FLATTENED)
    code, out, errors = await _run(folder, "publish", "story.txt")
    assert code == 0, errors
    receipt = json.loads(out)
    assert receipt["status"] == "inserted"
    code, out, errors = await _run(
        folder, "tail", "enriched", "--from-start", "--entity", "Ilse Marrow", "--limit", "1"
    )
    assert code == 0, errors
    article = json.loads(out)
    article = article.get("event", article)
    assert article["headline"] == HEADLINE
    assert article["article_section"] == "World"
    assert article["text"] == BODY
    assert len(article["credits"]) == 1
    assert "veber" in article["credits"][0].lower()
    names = {entity["name"] for entity in article["entities"]}
    assert {"Ilse Marrow", "Denmark", "Copenhagen"} <= names
    assert not any("veber" in name.lower() or "Harbour Images" in name for name in names)
    for entity in article["entities"]:
        for mention in entity["mentions"]:
            assert article[mention["field"]][mention["start"] : mention["end"]] == mention["surface"]


async def test_publishing_again_is_unchanged_and_explain_shows_every_stage(newsroom):
    folder, _ = newsroom
    text = FLATTENED.replace("Denmark", "Sweden").encode()
    first = json.loads((await _run(folder, "publish", "-", stdin=text))[1])
    again = json.loads((await _run(folder, "publish", "-", stdin=text))[1])
    assert (first["status"], again["status"]) == ("inserted", "unchanged")
    code, out, errors = await _run(folder, "explain", first["article_id"])
    assert code == 0, errors
    hops = " ".join(out.splitlines())
    for topic in ("submitted", "fetched", "cleaned", "enriched", "stored"):
        assert f"articles.{topic}.v1" in hops


async def test_search_and_status_answer(newsroom):
    folder, _ = newsroom
    code, out, errors = await _run(folder, "search", "treaty")
    assert code == 0, errors
    assert len(out.splitlines()) >= 1
    code, out, errors = await _run(folder, "status", "--json")
    assert code == 0, errors
    assert all(json.loads(line) for line in out.splitlines())


async def test_a_second_up_says_what_is_running(newsroom):
    folder, _ = newsroom
    code, _, errors = await _run(folder, "up")
    assert code == 0
    assert "running already" in errors
