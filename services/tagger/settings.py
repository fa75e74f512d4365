"""Settings of the tagger: `WIREDESK_TAGGER__…`."""

import os
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from shared.settings import Settings


class TaggerOptions(BaseModel):
    """Which pipeline, in how many processes, with how much patience."""

    pipeline: str | None = Field(
        None, description="an installed spaCy pipeline or the path of one; empty: the built-in rules"
    )
    knowledge: Annotated[Path | None, BeforeValidator(lambda value: value or None)] = Field(
        None, description="JSON lines of names and their ids; empty: none; read again when it changes"
    )
    workers: int = Field(
        max(1, (os.cpu_count() or 1) - 1), ge=1, description="processes; each holds the pipeline in memory"
    )
    chunk_size: int = Field(16, ge=1, le=1000, description="articles handed to a process at once")
    base_seconds: float = Field(10, gt=0, description="time limit of a chunk, before its length counts")
    seconds_per_1000_words: float = Field(
        1, gt=0, description="added to the limit; the built-in rules need 0.1, a transformer about 2"
    )
    load_seconds: float = Field(120, gt=0, description="how long a process may take to load the pipeline at start")


class TaggerSettings(Settings):
    """All settings of the tagger service."""

    tagger: TaggerOptions = TaggerOptions()
