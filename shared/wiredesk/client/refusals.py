"""Why a broker does not let us in, and what to set: aiokafka tells its log why, and its callers only that it failed."""

import asyncio
import logging
import ssl

from aiokafka.conn import create_conn
from aiokafka.errors import (
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    StaleMetadata,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.metadata import MetadataRequest

from wiredesk.client.options import client_options
from wiredesk.client.settings import KafkaSettings
from wiredesk.client.tokens import NoTokenError
from wiredesk.contracts.errors import InfrastructureError

_KAFKA = "WIREDESK_KAFKA__"
_PROTOCOL = f"{_KAFKA}SECURITY_PROTOCOL"
_SECONDS = 5.0


async def why(kafka: KafkaSettings) -> str | None:
    """Knock at the first broker once more; return what to set, or None where it is no matter of the login.

    Raises:
        ConfigurationError: a certificate or key cannot be read.
    """
    options = client_options(kafka)
    host, _, port = options.pop("bootstrap_servers")[0].rpartition(":")
    try:
        async with asyncio.timeout(_SECONDS):
            connection = await create_conn(host.strip("[]"), int(port), **options)
            try:
                # Some refuse only what comes after the greeting.
                answer = await connection.send(MetadataRequest([]))
                if not answer.brokers:
                    raise StaleMetadata
            finally:
                connection.close()
    except (KafkaError, OSError, ValueError) as error:
        # ValueError: whatever listens there is no Kafka, and its answer cannot be read.
        return advice(kafka, error)
    return None


async def explained(kafka: KafkaSettings, error: InfrastructureError) -> InfrastructureError:
    """Return `error` with what to set, where the login is what is wrong."""
    todo = await why(kafka) if error.reason == "kafka" else None
    return error if todo is None else InfrastructureError(f"{error}. {todo}", reason="kafka")


def advice(kafka: KafkaSettings, error: BaseException) -> str | None:
    """Return what to set when a connection ended with `error`; None where it is no matter of the login."""
    found = None
    match error:
        case NoTokenError():
            found = str(error.args[0])
        case ssl.SSLCertVerificationError():
            found = f"The broker's certificate is not trusted ({error.verify_message}): set {_KAFKA}SSL_CAFILE"
        case UnsupportedSaslMechanismError():
            found = f"The broker takes no {kafka.sasl_mechanism}: set {_KAFKA}SASL_MECHANISM"
        case IllegalSaslStateError():
            found = f"The broker asks for no login there: set {_PROTOCOL}, or take another port"
        case SaslAuthenticationFailed():
            found = _refused(kafka)
        case StaleMetadata() if _logs_in(kafka) and kafka.sasl_mechanism == "OAUTHBEARER":
            # aiokafka does not see that a token was refused, and takes the refusal for an answer about the brokers.
            found = _refused(kafka)
        case KafkaConnectionError() if "closed" in str(error):
            found = _closed(kafka)
        case ssl.SSLError() | ConnectionResetError() | ConnectionAbortedError() if _tls(kafka):
            found = f"The broker speaks no TLS there: set {_PROTOCOL}, or take another port"
    return found


def _refused(kafka: KafkaSettings) -> str:
    if kafka.sasl_mechanism == "OAUTHBEARER":
        return f"The broker refuses the token: see {_KAFKA}SASL_OAUTH_TOKEN_FILE or …_TOKEN_URL and …_SCOPE"
    return f"The broker refuses the login: set {_KAFKA}SASL_USERNAME and {_KAFKA}SASL_PASSWORD"


def _closed(kafka: KafkaSettings) -> str:
    if _logs_in(kafka):
        return f"{_refused(kafka)}, or {_PROTOCOL}"
    if not _tls(kafka):
        return f"The broker closes the connection, as one does that wants TLS or a login: set {_PROTOCOL}"
    what = "refuses the client certificate" if kafka.ssl_certfile else "asks for a client certificate"
    return f"The broker {what}, or asks for a login: set {_KAFKA}SSL_CERTFILE and {_KAFKA}SSL_KEYFILE, or {_PROTOCOL}"


def _logs_in(kafka: KafkaSettings) -> bool:
    return kafka.security_protocol.startswith("SASL_")


def _tls(kafka: KafkaSettings) -> bool:
    return kafka.security_protocol.endswith("SSL")


def advise(kafka: KafkaSettings) -> None:
    """From now on let aiokafka's lines in the log of this process say what to set."""
    for logger in map(logging.getLogger, ("aiokafka", "aiokafka.conn")):
        logger.filters = [one for one in logger.filters if not isinstance(one, Advice)] + [Advice(kafka)]


class Advice(logging.Filter):
    """Adds what to do to aiokafka's own line about a connection that failed."""

    def __init__(self, kafka: KafkaSettings) -> None:
        super().__init__()
        self._kafka = kafka

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line pass but one: `options.exposed` says it better, and keeps still on loopback."""
        *_, error = record.args if isinstance(record.args, tuple) and record.args else (None,)
        todo = advice(self._kafka, error) if isinstance(error, KafkaError | OSError) else None
        if todo and todo not in (said := record.getMessage()):
            record.msg, record.args = "%s. %s", (said, todo)
        return record.msg != "Sending username and password in the clear"
