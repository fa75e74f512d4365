"""The knowledge file: what links, what never does, and what a broken file causes."""

import json
import os
import secrets
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiredesk.contracts.errors import ConfigurationError
from wiredesk_tagger.linking.knowledge import TYPES, Link, fold, read
from wiredesk_tagger.linking.knowledge_file import KnowledgeFile
from wiredesk_tagger.settings import TaggerSettings


def line(id_: str, label: str, *aliases: str, type_: str = "ORG") -> bytes:
    return json.dumps({"id": id_, "label": label, "aliases": list(aliases), "type": type_}).encode() + b"\n"


SBERBANK = line("wikidata:Q205012", "Sberbank", "Sber", "SBER")
LINK = Link("wikidata", "Q205012", "Sberbank")


def test_a_label_and_its_aliases_link():
    known = read(SBERBANK).knowledge
    assert [known.match(name, "ORG") for name in ("Sberbank", "Sber", "SBER")] == [LINK] * 3
    assert known.entries == 1


@pytest.mark.parametrize("name", ["sberbank", "SBERBANK", "Sberbank of Russia", "Sberban", ""])
def test_a_name_that_is_not_the_alias_letter_for_letter_links_nothing(name: str):
    assert read(SBERBANK).knowledge.match(name, "ORG") is None


def test_spaces_quotes_and_composed_letters_are_folded():
    known = read(line("id:1", "Jose\u0301's  Bar \u201cMar\u201d")).knowledge
    assert known.match("Jos\u00e9\u2019s\u00a0Bar\n \u201eMar\u201d", "ORG") is not None


def test_a_name_of_another_type_links_nothing():
    known = read(SBERBANK).knowledge
    assert [known.match("Sberbank", type_) for type_ in ("PERSON", "GPE", "DATE")] == [None] * 3


def test_the_types_of_places_count_as_one():
    known = read(line("x:1", "Donbas", type_="LOC")).knowledge
    assert all(known.match("Donbas", type_) for type_ in ("GPE", "LOC", "FAC"))


def test_an_alias_with_two_ids_of_one_type_is_a_conflict_and_links_nothing():
    known = read(
        line("a:1", "John Smith", "Smith", type_="PERSON") + line("a:2", "Jane Smith", "Smith", type_="PERSON")
    )
    assert known.knowledge.match("Smith", "PERSON") is None
    assert known.knowledge.match("Jane Smith", "PERSON") == Link("a", "2", "Jane Smith")
    (clash,) = known.knowledge.conflicts
    assert (clash.alias, clash.ids, clash.lines) == ("Smith", ("a:1", "a:2"), (1, 2))
    assert known.problems == ()


def test_an_alias_of_two_types_is_no_conflict():
    known = read(line("a:1", "Jordan", type_="GPE") + line("a:2", "Jordan", type_="PERSON")).knowledge
    assert known.conflicts == ()
    assert (known.match("Jordan", "FAC"), known.match("Jordan", "PERSON")) == (
        Link("a", "1", "Jordan"),
        Link("a", "2", "Jordan"),
    )


def test_an_alias_twice_in_one_entry_is_no_conflict():
    assert read(line("a:1", "Sber", "Sber", " Sber ")).knowledge.conflicts == ()


@pytest.mark.parametrize(("id_", "scheme", "rest"), [("SBER", "knowledge", "SBER"), ("MOEX:SBER", "MOEX", "SBER")])
def test_an_id_is_split_into_scheme_and_id(id_: str, scheme: str, rest: str):
    assert read(line(id_, "Sberbank")).knowledge.match("Sberbank", "ORG") == Link(scheme, rest, "Sberbank")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"{", "no JSON"),
        (b"[]", "object"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"id": "a:1", "type": "ORG"}', "label"),
        (b'{"id": "a:1", "label": "A", "type": "COMPANY"}', "type: not one of EVENT"),
        (b'{"id": "a:1", "label": "A", "type": "DATE"}', "type: not one of"),
        (b'{"id": "a 1", "label": "A", "type": "ORG"}', "id: not"),
        (b'{"id": "", "label": "A", "type": "ORG"}', "id: empty"),
        (b'{"id": 7, "label": "A", "type": "ORG"}', "id"),
        (b'{"id": "a:1", "label": " ", "type": "ORG"}', "label: empty"),
        (b'{"id": "a:1", "label": "A\\u0000", "type": "ORG"}', "control character"),
        (b'{"id": "a:1", "label": "A", "aliases": "A", "type": "ORG"}', "aliases"),
        (b'{"id": "a:1", "label": "A", "alias": ["B"], "type": "ORG"}', "alias: Extra"),
        (b'{"id": "a:1", "label": "\\ud800", "type": "ORG"}', "no JSON"),
    ],
)
def test_a_bad_line_is_told_by_number_and_reason_and_the_others_count(bad: bytes, reason: str):
    reading = read(SBERBANK + b"\n" + bad + b"\n")
    (problem,) = reading.problems
    assert problem.line == 3
    assert reason in problem.reason
    assert reading.knowledge.match("Sber", "ORG") == LINK


def test_an_id_on_two_lines_is_a_bad_line():
    (problem,) = read(SBERBANK + line("wikidata:Q205012", "Sberbank Europe")).problems
    assert problem == (2, "its id is that of line 1 too")


def test_a_byte_order_mark_and_the_line_ends_of_windows_do_no_harm():
    reading = read(b"\xef\xbb\xbf" + SBERBANK.replace(b"\n", b"\r\n"))
    assert (reading.problems, reading.knowledge.match("Sber", "ORG")) == ((), LINK)


def test_the_version_changes_with_the_file():
    assert len({read(b"").knowledge.version, read(SBERBANK).knowledge.version}) == 2
    assert read(SBERBANK).knowledge.version == read(SBERBANK).knowledge.version


@given(
    st.binary(max_size=300) | st.lists(st.sampled_from([SBERBANK, b"{}", b"\n", b'{"id":"a:1"', b"\x00"])).map(b"".join)
)
def test_no_bytes_make_reading_fail(data: bytes):
    reading = read(data)
    assert all(1 <= problem.line <= data.count(b"\n") + 1 for problem in reading.problems)


@given(st.text())
def test_folding_twice_is_folding_once(name: str):
    assert fold(fold(name)) == fold(name)


@given(
    st.lists(
        st.tuples(st.sampled_from(["Ab", "Cd", "Ef", "Gh"]), st.sampled_from(sorted(TYPES))), min_size=1, max_size=12
    )
)
def test_a_name_links_exactly_when_one_entry_of_its_type_has_it(rows: list[tuple[str, str]]):
    places = {"GPE", "LOC", "FAC"}
    known = read(b"".join(line(f"n:{at}", name, type_=type_) for at, (name, type_) in enumerate(rows))).knowledge
    for name, type_ in rows:
        same = [at for at, (n, t) in enumerate(rows) if n == name and (t == type_ or {t, type_} <= places)]
        link = known.match(name, type_)
        assert link == (Link("n", str(same[0]), name) if len(same) == 1 else None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / f"{secrets.token_hex(4)}.jsonl"
    file.write_bytes(SBERBANK)
    return file


def rewrite(path: Path, data: bytes) -> None:
    """Write and set another time: two writes may fall into one tick of the file system's clock."""
    path.write_bytes(data)
    stat = path.stat()
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000 * (1 + secrets.randbelow(1000))))


def test_a_changed_file_is_read_again(path: Path):
    file = KnowledgeFile(path)
    before = file.current()
    assert file.current() is before
    rewrite(path, line("x:9", "Sber"))
    assert file.current().match("Sber", "ORG") == Link("x", "9", "Sber")


def test_a_file_put_in_its_place_is_read(path: Path):
    file = KnowledgeFile(path)
    other = path.with_suffix(".new")
    rewrite(other, line("x:9", "Sber"))
    other.replace(path)
    assert file.current().match("Sber", "ORG") == Link("x", "9", "Sber")


def test_a_broken_new_version_keeps_the_old_one_and_tells_the_line_once(path: Path, caplog: pytest.LogCaptureFixture):
    file = KnowledgeFile(path)
    rewrite(path, SBERBANK + b"nonsense\n")
    assert file.current().match("Sber", "ORG") == LINK
    assert file.current().match("Sber", "ORG") == LINK
    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(told) == 1
    assert "line 2: no JSON" in told[0]
    assert "nonsense" not in told[0]


def test_a_missing_file_keeps_the_old_version_until_it_is_back(path: Path):
    file = KnowledgeFile(path)
    path.unlink()
    assert file.current().match("Sber", "ORG") == LINK
    rewrite(path, line("x:9", "Sber"))
    assert file.current().match("Sber", "ORG") == Link("x", "9", "Sber")


def test_a_broken_file_refuses_to_start_with_its_line(path: Path):
    path.write_bytes(SBERBANK + b"{}\n" * 9)
    with pytest.raises(ConfigurationError, match=r"line 2: id: .*; and 4 more\nType: wiredesk knowledge check"):
        KnowledgeFile(path)


def test_a_missing_file_refuses_to_start(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        KnowledgeFile(tmp_path / "none.jsonl")


def test_an_empty_setting_names_no_file(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WIREDESK_TAGGER__KNOWLEDGE", "")
    assert TaggerSettings.load().tagger.knowledge is None
    monkeypatch.setenv("WIREDESK_TAGGER__KNOWLEDGE", "names.jsonl")
    assert TaggerSettings.load().tagger.knowledge == Path("names.jsonl")
