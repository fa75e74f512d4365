"""The example in the documentation for readers that drop repeats and keep the order, run as it stands there."""

import random
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.factories import NOON, enriched
from wiredesk.contracts import identity
from wiredesk.contracts.events import ArticleEnriched

DOCUMENT = Path(__file__).parents[2] / "docs" / "contracts.md"


def example() -> Any:
    (code,) = re.findall(r"```python\n(newest.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {"datetime": datetime, "UUID": UUID, "ArticleEnriched": ArticleEnriched}
    exec(code, names)
    return names["is_news"]


def said(text, minute, base=enriched()):  # noqa: B008 - one article for all
    event = base.model_copy(update={"headline": text, "fetched_at": NOON + timedelta(minutes=minute)})
    return identity.identified(event, "enriched", "t/1")


def test_a_text_put_back_as_it_was_is_news_and_a_repeat_is_not():
    is_news = example()
    first, second, third = said("right", 0), said("wrong", 1), said("right", 2)
    assert [is_news(event) for event in (first, first, second, third, second, third)] == [
        *(True, False, True, True, False, False)
    ]


def test_readers_agree_on_the_last_word_whatever_the_order_and_the_repeats():
    events = [said(text, minute) for minute in range(6) for text in ("one", "two")]
    last = set()
    for seed in range(20):
        is_news, shown = example(), None
        for event in random.Random(seed).choices(events, k=30) + random.Random(seed).sample(events, len(events)):
            if is_news(event):
                shown = event
        assert shown is not None
        last.add(shown.event_id)
    assert last == {max(events, key=lambda event: (event.fetched_at, event.event_id)).event_id}
