"""From `KafkaSettings` to the connection options of an aiokafka client: the one place that knows how to log in."""

import ssl
from typing import Any

from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.errors import ConfigurationError

_CAFILE = "WIREDESK_KAFKA__SSL_CAFILE"


def client_options(kafka: KafkaSettings) -> dict[str, Any]:
    """Return the connection options every aiokafka client takes.

    Raises:
        ConfigurationError: the CA bundle cannot be read.
    """
    options: dict[str, Any] = {
        "bootstrap_servers": kafka.bootstrap_servers,
        "security_protocol": kafka.security_protocol,
    }
    if kafka.security_protocol.endswith("SSL"):
        options["ssl_context"] = tls_context(kafka)
    if kafka.security_protocol.startswith("SASL_"):
        options["sasl_mechanism"] = kafka.sasl_mechanism
        options["sasl_plain_username"] = kafka.sasl_username
        options["sasl_plain_password"] = kafka.sasl_password.get_secret_value() if kafka.sasl_password else None
    return options


def tls_context(kafka: KafkaSettings) -> ssl.SSLContext:
    """Return the context that checks the servers' certificates.

    Raises:
        ConfigurationError: the CA bundle cannot be read.
    """
    try:
        return ssl.create_default_context(cafile=kafka.ssl_cafile)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise ConfigurationError(f"no CA bundle in {kafka.ssl_cafile} ({why}): set {_CAFILE}") from None
