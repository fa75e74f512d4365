"""What `subscriptions listen` makes of what is posted to it."""

import json
from datetime import UTC, datetime

import pytest

from wiredesk_desk.web.subscriptions import signing
from wiredesk_desk.web.subscriptions.keeping import Subscription
from wiredesk_desk.web.subscriptions.listening import message

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
SECRET = signing.new_secret()


def subscription(name, secret):
    return Subscription(
        name, "", {}, None, "http://127.0.0.1:9000/hook", secret, "", False, True, "", NOW, None, 0, 0, ""
    )


KNOWN = [subscription("other", signing.new_secret()), subscription("feed", None), subscription("ferries", SECRET)]


def heard(sent):
    headers, content = sent
    return message(headers, content, KNOWN)


def posted(secret=SECRET, event='{"headline": "Ferry Late", "url": "https://a.example/1"}'):
    content = signing.body(event, NOW)
    return signing.headers("id-1", NOW, content, secret), content


def test_a_message_is_of_the_subscription_whose_secret_it_is_signed_with():
    one = heard(posted())
    assert (one.subscription, one.message_id, one.headline, one.url) == (
        "ferries", "id-1", "Ferry Late", "https://a.example/1",
    )  # fmt: skip


def test_while_a_secret_is_being_changed_one_signature_of_several_is_enough():
    headers, content = posted()
    headers["webhook-signature"] = f"v1,AAAA {headers['webhook-signature']}"
    assert message(headers, content, KNOWN).subscription == "ferries"


def test_what_was_changed_on_its_way_or_signed_by_others_is_of_none():
    headers, content = posted()
    assert message(headers, content.replace(b"Late", b"Lost"), KNOWN).subscription is None
    assert message({**headers, "webhook-id": "id-2"}, content, KNOWN).subscription is None
    assert heard(posted(signing.new_secret())).subscription is None
    assert message({"webhook-signature": "v1,é"}, content, KNOWN).subscription is None


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b'{"data": 1}', b'{"data": {}}', b"[" * 100_000])
def test_whatever_is_posted_it_is_no_fault(content):
    one = message({}, content, KNOWN)
    assert (one.subscription, one.headline, one.url) == (None, "(no article)", None)


def test_an_address_that_is_no_text_is_left_out():
    assert heard(posted(event=json.dumps({"headline": 5, "url": {}}))).url is None
