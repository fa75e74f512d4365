"""What every service can be told besides where Kafka is: its health port and its logs."""

import os
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, Field

from wiredesk.client.settings import Settings, check_names
from wiredesk.contracts.events import ServiceName
from wiredesk.engine.settings import EngineSettings

# Whose settings have a section of their own (`WIREDESK_TAGGER__…`), kept in `wiredesk_<name>.settings`.
WITH_SETTINGS = (*(service.value for service in ServiceName), "desk", "local")


class HealthSettings(BaseModel):
    """Where /livez, /readyz and /metrics are served."""

    host: str = "127.0.0.1"
    port: int = Field(0, ge=0, le=65535, description="0 takes a free port")


class LogSettings(BaseModel):
    """How much is logged, and in which form."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    format: Literal["auto", "json", "console"] = Field("auto", description="auto: JSON unless stderr is a terminal")


class ServiceSettings(Settings):
    """What every service needs. Subclasses add one nested model named after the service."""

    health: HealthSettings = HealthSettings()
    log: LogSettings = LogSettings()
    engine: EngineSettings = EngineSettings()


def check_own_names(model: type[ServiceSettings], environ: Mapping[str, str] = os.environ) -> None:
    """Like `check_names` for one service, which does not know the settings of the others and leaves them alone.

    Raises:
        ConfigurationError: names each unknown variable and the nearest known one.
    """
    own = {name.upper() for name in model.model_fields}
    check_names([model], environ, elsewhere={name.upper() for name in WITH_SETTINGS} - own)
