"""What the desk refuses, in words."""

import json

import pytest

from wiredesk.client.api.errors import ApiError, refusal
from wiredesk.contracts.errors import InfrastructureError

DESK = "http://127.0.0.1:8780"


def problem(status: int, kind: str, detail: str, todo: str | None = None) -> bytes:
    said = {"type": f"urn:wiredesk:{kind}", "title": "Problem", "status": status, "detail": detail}
    return json.dumps(said | ({"next": todo} if todo else {})).encode()


def test_a_refusal_says_what_why_and_what_to_do():
    error = refusal(DESK, 404, problem(404, "not-found", "there is no such story", "/v1/stories"))
    assert isinstance(error, ApiError)
    assert (error.status, error.reason, error.next) == (404, "not_found", "/v1/stories")
    assert str(error) == f"{DESK} answers 404: there is no such story. Next: /v1/stories"


def test_a_desk_that_wants_a_token_names_the_setting_and_the_command():
    error = refusal(DESK, 401, problem(401, "no-token", "this desk is opened by a token", "wiredesk tokens add NAME"))
    assert "WIREDESK_API__TOKEN" in str(error)
    assert str(error).count("wiredesk tokens add NAME") == 1


@pytest.mark.parametrize("status", [429, 500, 503, 599])
def test_what_may_pass_later_is_an_outage(status: int):
    error = refusal(DESK, status, b"<html>busy</html>")
    assert isinstance(error, InfrastructureError)
    assert f"answers {status}" in str(error)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'{"detail": 1}', b"[" * 100_000, b"\xff"])
def test_who_is_no_desk_is_told_apart_by_what_he_says(body: bytes):
    error = refusal(DESK, 404, body)
    assert str(error) == f"{DESK} answers 404: Not Found. That is no answer of a desk: is WIREDESK_API__URL right?"


def test_a_redirect_is_told_and_not_followed():
    error = refusal(DESK, 308, b"", "https://desk.example/v1/search")
    assert "sends you to https://desk.example/v1/search: set WIREDESK_API__URL" in str(error)


def test_what_others_write_cannot_steer_a_terminal_nor_fill_it():
    detail = "\x1b]0;owned\x07\u202e" + "x" * 100_000
    said = str(refusal(DESK, 422, problem(422, "wrong-request", detail, "\x1b[2J")))
    assert said.isprintable()
    assert len(said) < 700


def test_a_problem_whose_parts_are_no_text_is_an_error_all_the_same():
    body = b'{"title": [], "detail": {"a": 1}, "type": 7, "next": ["x"]}'
    error = refusal(DESK, 422, body)
    assert isinstance(error, ApiError)
    assert (error.reason, error.next) == ("refused", None)
