"""`env`: where Kafka, PostgreSQL and the desk are, as variables for other programs."""

import shlex

from pydantic import SecretStr

from wiredesk.client.api.errors import URL
from wiredesk.client.here import desk_here
from wiredesk.client.settings import Settings
from wiredesk_desk.config import DSN, SERVERS, System, system
from wiredesk_desk.output import emit, say
from wiredesk_desk.running import Exit

_KAFKA = "WIREDESK_KAFKA__"
_LOGIN = ("sasl_mechanism", "sasl_username", "sasl_password", "ssl_cafile", "ssl_certfile", "ssl_keyfile")


async def env(*, as_json: bool) -> Exit:
    """Print `export NAME=VALUE` lines for a shell, or one JSON object. Passwords are in them."""
    here = await system()
    found = variables(here)
    if as_json:
        emit(found)
    else:
        for name, value in found.items():
            print(f"export {name}={shlex.quote(value)}")
    servers = found[SERVERS]
    say(f'For this shell: eval "$(wiredesk env)". Other clients: bootstrap servers {servers} ({here.origin}).')
    return Exit.OK


def variables(here: System) -> dict[str, str]:
    """Return the variables that lead another program to the same servers."""
    kafka = here.kafka
    found = {SERVERS: ",".join(kafka.bootstrap_servers)}
    if kafka.security_protocol != "PLAINTEXT":
        found[f"{_KAFKA}SECURITY_PROTOCOL"] = kafka.security_protocol
        for name in _LOGIN:
            value = getattr(kafka, name)
            if value:
                plain = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
                found[f"{_KAFKA}{name.upper()}"] = plain
    if here.lane.name:
        found["WIREDESK_LANE"] = here.lane.name
    return found | {DSN: here.dsn.get_secret_value(), URL: desk_here(Settings.load().api).url}
