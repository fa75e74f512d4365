"""Settings of the cleaner: `WIREDESK_CLEANER__…`."""

from pydantic import BaseModel, Field

from wiredesk.runtime.settings import ServiceSettings


class CleanerOptions(BaseModel):
    """How many pages are cleaned at once, and what one may cost."""

    workers: int = Field(1, ge=1, le=64, description="worker processes; one core each")
    time_limit_seconds: float = Field(10, gt=0, le=120, description="a page that takes longer goes to the dead letters")
    memory_limit_mib: int = Field(1024, ge=512, description="address space of one worker")
    max_page_bytes: int = Field(5 * 1024 * 1024, gt=0, description="of UTF-8; a larger page is rejected")
    max_text_bytes: int = Field(1024 * 1024, gt=0, description="of UTF-8; a larger text is rejected")


class CleanerSettings(ServiceSettings):
    """Everything the cleaner reads from its environment."""

    cleaner: CleanerOptions = CleanerOptions()
