"""Webhook messages as Standard Webhooks has them."""

import json
from datetime import UTC, datetime

import pytest

from wiredesk_desk.web.subscriptions import signing

# The example of the specification's reference libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
CONTENT = b'{"test": 2432232314}'


def test_the_signature_is_that_of_the_reference_libraries():
    assert signing.signature(MESSAGE, "1614265330", CONTENT, SECRET) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_the_headers_name_the_message_its_time_and_its_signature():
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = signing.headers(MESSAGE, at, CONTENT, SECRET)
    assert headers["webhook-id"] == MESSAGE
    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"] == signing.signature(MESSAGE, "1614265330", CONTENT, SECRET)


@pytest.mark.parametrize("secret", ["whsec_not base64", "whsec_***"])
def test_what_is_no_secret_is_refused(secret: str):
    with pytest.raises(ValueError, match="whsec_"):
        signing.signature(MESSAGE, "1", CONTENT, secret)


def test_a_new_secret_signs_and_is_another_each_time():
    first, second = signing.new_secret(), signing.new_secret()
    assert first != second
    assert signing.signature(MESSAGE, "1", CONTENT, first) != signing.signature(MESSAGE, "1", CONTENT, second)


def test_the_message_is_json_around_the_event_as_it_was_stored():
    said = json.loads(signing.body('{"headline": "Å"}', datetime(2026, 11, 20, tzinfo=UTC)))
    assert said == {
        "type": "article.enriched",
        "timestamp": "2026-11-20T00:00:00+00:00",
        "data": {"headline": "Å"},
    }


def test_tries_come_later_and_later_for_three_days_and_then_end():
    waits = [signing.again_in(tries) for tries in range(1, len(signing.SCHEDULE) + 2)]
    assert waits[-1] is None
    known = [one for one in waits if one is not None]
    assert known == sorted(known)
    assert 2.5 < sum(one.total_seconds() for one in known) / 86_400 < 4
