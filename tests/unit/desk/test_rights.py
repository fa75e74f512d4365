"""What each user needs on Kafka, and the commands that grant it."""

import itertools
import shlex

import orjson
import pytest

from wiredesk.contracts.topics import CLEANED, CURRENT, ENRICHED, REJECTED, SUBMITTED, Lane, every_topic
from wiredesk_desk.commands import topics
from wiredesk_desk.rights import USERS, commands, rights
from wiredesk_desk.running import Exit, Problem

LIVE, LANE = Lane(), Lane("backfill")


def may(user: str, operation: str, lane: Lane = LIVE) -> set[str]:
    return {one.name for one in rights(user, lane) if operation in one.operations and not one.is_prefix}


def test_a_worker_reads_its_topic_and_group_and_writes_what_it_makes():
    assert may("tagger", "Read") == {CLEANED.name, LIVE.group("tagger")}
    assert may("tagger", "Write") == {ENRICHED.name, REJECTED.name, CLEANED.dead_letter("tagger").name}


def test_a_program_that_submits_writes_one_topic_and_reads_none():
    assert may("publisher", "Write") == {SUBMITTED.name}
    assert may("publisher", "Read") == set()
    # It looks at its start whether those are there on which it waits for a receipt; the tables it never asks about.
    assert CURRENT.name not in may("publisher", "Describe")


@pytest.mark.parametrize("operation", ["Create", "AlterConfigs", "Alter"])
def test_topics_are_made_and_changed_by_one_user_alone(operation: str):
    assert may("topics", operation) == {topic.name for topic in every_topic()}
    assert [user for user in USERS if user != "topics" and may(user, operation)] == []


@pytest.mark.parametrize("user", USERS)
def test_in_a_lane_nothing_of_another_may_be_touched(user: str):
    assert [one.name for one in rights(user, LANE) if not one.name.startswith("backfill.")] == []
    assert [one.operations for one in rights(user, LANE)] == [one.operations for one in rights(user, LIVE)]


@pytest.mark.parametrize("user", USERS)
def test_the_commands_grant_all_of_it_and_no_more(user: str):
    granted = set()
    for command in commands(rights(user, LIVE), f"User:{user}", "kafka:9092"):
        words = shlex.split(command)
        pairs = list(itertools.pairwise(words))
        operations = [value for option, value in pairs if option == "--operation"]
        is_prefix = ("--resource-pattern-type", "prefixed") in pairs
        for kind in ("topic", "group"):
            names = [value for option, value in pairs if option == f"--{kind}"]
            granted |= {(kind, name, operation, is_prefix) for name in names for operation in operations}
    wanted = {(one.kind, one.name, word, one.is_prefix) for one in rights(user, LIVE) for word in one.operations}
    assert granted == wanted


async def test_they_are_printed_for_whom_one_names(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("WIREDESK_KAFKA__BOOTSTRAP_SERVERS", "kafka-1.example.org:9093")
    monkeypatch.setenv("WIREDESK_LANE", "backfill")
    assert await topics.rights(["tagger", "desk"], principal="User:CN={}", as_json=False) is Exit.OK
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if line.startswith("#")] == [
        f"# {one}: {USERS[one]}" for one in ("tagger", "desk")
    ]
    assert "--bootstrap-server kafka-1.example.org:9093" in out
    assert "--allow-principal User:CN=tagger" in out
    assert "--topic backfill.feeds. --resource-pattern-type prefixed" in out
    assert await topics.rights(["scaling"], principal="", as_json=True) is Exit.OK
    rows = [orjson.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {row["user"] for row in rows} == {"scaling"}
    assert all(row["operations"] == ["Describe"] for row in rows)


async def test_a_user_that_is_none_is_said_with_those_that_there_are():
    with pytest.raises(Problem, match="there is no user tager"):
        await topics.rights(["tager"], principal="", as_json=False)
