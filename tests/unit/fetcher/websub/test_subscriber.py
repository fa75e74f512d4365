"""What a hub may answer, and what becomes of the others when one breaks."""

import uuid
from datetime import UTC, datetime

import pytest

from wiredesk.contracts.errors import InfrastructureError, TransientError
from wiredesk.contracts.events import Rejection
from wiredesk.contracts.submission import Refusal
from wiredesk_fetcher.core import Response
from wiredesk_fetcher.crawler import NotYetError
from wiredesk_fetcher.websub.subscriber import Subscriber
from wiredesk_fetcher.websub.subscription import State, Subscription

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HUB = "https://hub.example/ask?key=of-the-hub"


def subscription(hub=HUB):
    topic, base = "https://harbour.example/feed", "https://wire.example"
    return Subscription(uuid.uuid4(), hub, topic, base, "token", "secret", State.ASKED)


def moved(to, status=308):
    return Response(HUB, status, headers=(("Location", to),))


class Asked:
    """A crawler that gives answers in order, and subscriptions that are all due once; it notes what happens."""

    def __init__(self, *answers, due=()):
        self.answers, self.due, self.hubs, self.postponed = list(answers), list(due) or [subscription()], [], []

    async def post(self, url, _form, _wanted):
        self.hubs.append(url)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def take(self, _now, most):
        taken, self.due = self.due[:most], self.due[most:]
        return taken

    async def postpone(self, one, at):
        self.postponed.append((one.hub, at))


async def look(asked):
    await Subscriber(asked, asked, lambda: NOW).look()
    return asked


async def test_a_hub_may_send_us_on_a_few_times():
    asked = await look(Asked(moved("/a", 307), moved("https://other.example/b"), Response(HUB, 202)))
    assert asked.hubs == [HUB, "https://hub.example/a", "https://other.example/b"]


async def test_a_hub_may_not_send_us_round_and_round():
    asked = await look(Asked(*(moved("/again") for _ in range(50))))
    assert len(asked.hubs) == 6


async def test_a_secret_that_was_meant_for_tls_is_sent_nowhere_else(caplog):
    caplog.set_level("INFO")
    asked = await look(Asked(moved("http://hub.example/")))
    assert asked.hubs == [HUB]
    assert "insecure_redirect" in caplog.text


async def test_what_must_wait_is_postponed_until_then():
    asked = await look(Asked(NotYetError(NOW)))
    assert asked.postponed == [(HUB, NOW)]


@pytest.mark.parametrize(
    "answer",
    [
        Response(HUB, 500),
        Response(HUB, 403),
        TransientError("no answer from HUB", reason="timeout"),
        Refusal(Rejection.FORBIDDEN_ADDRESS, "not public"),
        RuntimeError("words of a stranger"),
    ],
    ids=["fails", "refuses", "is away", "is not public", "breaks us"],
)
async def test_a_hub_that_fails_disturbs_no_other_and_no_log_shows_its_address(caplog, answer):
    caplog.set_level("INFO")
    other = "https://other.example/"
    asked = await look(Asked(answer, Response(other, 202), due=[subscription(), subscription(other)]))
    assert asked.hubs == [HUB, other]
    assert caplog.text
    for hidden in ("of-the-hub", "token", "secret", "words of a stranger"):
        assert hidden not in caplog.text


async def test_an_outage_is_told_to_who_looks():
    with pytest.raises(InfrastructureError):
        await look(Asked(InfrastructureError("PostgreSQL: away")))
