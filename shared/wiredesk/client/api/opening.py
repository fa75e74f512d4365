"""Finds the desk that is to be asked."""

from typing import TYPE_CHECKING

from wiredesk.client.here import desk_here
from wiredesk.client.settings import ApiSettings, Settings
from wiredesk.contracts.errors import ConfigurationError

if TYPE_CHECKING:
    from wiredesk.client.api.desk import Desk


def desk(api: ApiSettings | None = None) -> "Desk":
    """Return the desk of `api`, of the environment, or of the system that runs in this folder; connects to nothing.

    Raises:
        ConfigurationError: the extra `http` is not installed, or a setting is wrong.
    """
    try:
        from wiredesk.client.api.desk import Desk  # noqa: PLC0415 - brings aiohttp, which who reads Kafka does not need
    except ModuleNotFoundError as error:
        if error.name != "aiohttp":
            raise
        todo = "`pip install './shared[http]'` in a checkout of this version"
        raise ConfigurationError(f"this needs aiohttp, which is not installed here: {todo}") from None
    # Each time anew: what runs here may have been started meanwhile, on another port.
    return Desk(api or desk_here(Settings.load().api))
