"""Settings of the tagger: `WIREDESK_TAGGER__…`."""

import json
import os
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints
from pydantic_settings import NoDecode

from wiredesk.runtime.settings import ServiceSettings


def _read_map(value: object) -> object:
    """Return the JSON map in a text; anything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value or "{}")
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON map of language to pipeline: {error}") from None


# "zh", "fil": ISO 639, as the article's `in_language` has it; the name must not be empty.
Pipelines = Annotated[
    dict[Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")], Annotated[str, StringConstraints(min_length=1)]],
    NoDecode,
    BeforeValidator(_read_map),
]


class TaggerOptions(BaseModel):
    """Which pipelines, in how many processes, with how much patience."""

    pipelines: Pipelines = Field(
        default_factory=dict,
        description='JSON: language to installed spaCy pipeline or path, {"de": "de_core_news_lg"}; "en" is built in',
    )
    knowledge: Annotated[Path | None, BeforeValidator(lambda value: value or None)] = Field(
        None, description="JSON lines of names and their ids; empty: none; read again when it changes"
    )
    workers: int = Field(
        max(1, (os.cpu_count() or 1) - 1), ge=1, description="processes; each holds the pipelines in memory"
    )
    chunk_size: int = Field(16, ge=1, le=1000, description="articles handed to a process at once")
    base_seconds: float = Field(10, gt=0, description="time limit of a chunk, before its length counts")
    seconds_per_1000_words: float = Field(
        1,
        gt=0,
        description="added to the limit, six bytes of a record as a word; the built-in pipeline needs 0.3, "
        "a transformer about 2",
    )
    load_seconds: float = Field(120, gt=0, description="how long a process may take to load the pipelines at start")


class TaggerSettings(ServiceSettings):
    """All settings of the tagger service."""

    tagger: TaggerOptions = TaggerOptions()
