"""Settings of storage: `WIREDESK_STORAGE__…`."""

from datetime import timedelta
from typing import Annotated, Self, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from wiredesk.contracts.topics import ENRICHED
from wiredesk.postgres.options import PostgresOptions
from wiredesk.runtime.settings import ServiceSettings

# A record may come again for as long as its topic keeps it, and what it made must still be known then. Kafka deletes
# late, by whole segments.
_MARGIN = timedelta(days=7)
LEAST_KEPT = ENRICHED.retention + _MARGIN


def _outlives_records(days: float) -> float:
    if days < LEAST_KEPT.days:
        raise ValueError(
            f"a record of {ENRICHED.name} may come again for {ENRICHED.retention.days} days, and would be stored as "
            f"new: set {LEAST_KEPT.days} or more, or leave it empty and nothing is deleted"
        )
    return days


# Empty is for ever, as in a file of variables that names them all.
Kept: TypeAlias = Annotated[
    Annotated[float, Field(le=36_500), AfterValidator(_outlives_records)] | None,
    BeforeValidator(lambda days: None if days == "" else days),
]


class StorageOptions(PostgresOptions):
    """Where the store is, and how it is used."""

    story_window_days: float = Field(
        7, gt=0, le=366, description="an article joins a story that has one so many days from it"
    )
    copy_window_days: float = Field(7, gt=0, le=366, description="an article is a copy of what was stored so long ago")
    revisions_days: Kept = Field(None, description="revisions that were replaced so long ago are deleted; none: never")
    articles_days: Kept = Field(
        None, description="articles of which nothing was stored for so long are deleted; none: never"
    )

    @model_validator(mode="after")
    def _outlives_copies(self) -> Self:
        for name in ("revisions_days", "articles_days"):
            if (days := getattr(self, name)) is not None and days < self.copy_window_days:
                raise ValueError(
                    f"WIREDESK_STORAGE__{name.upper()} must not be less than WIREDESK_STORAGE__COPY_WINDOW_DAYS "
                    f"({self.copy_window_days:g}): copies of an article are told by what it said first"
                )
        return self


class StorageSettings(ServiceSettings):
    """All settings of a storage process."""

    storage: StorageOptions = StorageOptions()
