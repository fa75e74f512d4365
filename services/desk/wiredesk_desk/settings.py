"""Settings of the desk: `WIREDESK_DESK__…`."""

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field
from pydantic_settings import NoDecode

from wiredesk.client.hosts import is_loopback
from wiredesk.client.settings import split
from wiredesk.runtime.settings import ServiceSettings
from wiredesk_storage.settings import StorageOptions

# Its name among the services.
DESK = "desk"
PORT = 8780
Names = Annotated[list[str], NoDecode, BeforeValidator(split)]
Networks = Annotated[list[IPv4Network | IPv6Network], NoDecode, BeforeValidator(split)]


class DeskOptions(BaseModel):
    """Where the API and the pages are served, and to whom."""

    host: str = Field("127.0.0.1", description="elsewhere than on loopback every request needs a token")
    port: int = Field(PORT, ge=0, le=65535, description="of the API and the pages; 0 takes a free one")
    is_open: bool = Field(
        False, description="no token is needed: something else decides who reaches it, such as a container's port"
    )
    allowed_hosts: Names = Field(
        [], description="host names under which it may be asked besides its own address; a browser is fooled otherwise"
    )
    allowed_origins: Names = Field([], description="web origins whose scripts may read it (CORS); none by default")
    requests_per_second: float = Field(
        20, gt=0, le=10_000, description="of one address, in the long run, where it is not served on loopback"
    )
    connections_per_address: int = Field(
        100, ge=1, le=100_000, description="open at once, of one address, where it is not served on loopback"
    )
    trusted_proxies: Networks = Field(
        [],
        description="addresses or networks (CIDR) of proxies in front of it: whom they speak for is counted, not them",
    )
    webhook_addresses: Networks = Field(
        [],
        description="networks (CIDR) in which webhooks may be although they are private",
    )
    connections: int = Field(8, ge=2, le=100, description="to PostgreSQL")
    streams: int = Field(500, ge=1, le=10_000, description="readers of /v1/stream at once")

    @property
    def needs_tokens(self) -> bool:
        """Whether strangers reach it: then who asks shows a token, and each address gets its share."""
        return not (is_loopback(self.host) or self.is_open)


class DeskSettings(ServiceSettings):
    """All settings of a desk that serves."""

    desk: DeskOptions = DeskOptions()
    storage: StorageOptions = StorageOptions()
