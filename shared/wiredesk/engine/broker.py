"""The FastStream broker with the producer settings that the guarantee needs."""

import logging

from faststream.kafka import KafkaBroker
from faststream.security import BaseSecurity, SASLOAuthBearer, SASLPlaintext, SASLScram256, SASLScram512

from wiredesk.client.options import EXPOSED_TODO, exposed, tls_context
from wiredesk.client.refusals import advise
from wiredesk.client.settings import KafkaSettings
from wiredesk.client.tokens import token_provider

log = logging.getLogger(__name__)

# A logger of its own name: on "faststream" the framework hangs a handler that writes past ours.
FRAMEWORK_LOGGER = "wiredesk.faststream"


def broker_for(kafka: KafkaSettings, *, client_id: str) -> KafkaBroker:
    """Return a broker with the producer settings the guarantee needs. Does not connect."""
    advise(kafka)
    return KafkaBroker(
        kafka.bootstrap_servers,
        security=broker_security(kafka),
        sasl_oauth_token_provider=token_provider(kafka),
        client_id=client_id,
        acks="all",
        enable_idempotence=True,
        compression_type="zstd",
        linger_ms=5,
        max_batch_size=256 * 1024,
        # Sizes are checked per topic before sending; dead letters are the largest records there are.
        max_request_size=16 * 1024 * 1024,
        # Shorter, and a batch that expires without a leader leaves a hole in the sequence (aiokafka #1017).
        request_timeout_ms=120_000,
        # How long a partition that was added waits for its first reader (five minutes by default).
        metadata_max_age_ms=30_000,
        allow_auto_create_topics=False,
        logger=logging.getLogger(FRAMEWORK_LOGGER),
        log_level=logging.DEBUG,
    )


def broker_security(kafka: KafkaSettings) -> BaseSecurity:
    """Return how FastStream's broker logs in; warn when others on the network can read it.

    TLS is explicit: its default would send passwords in the clear.

    Raises:
        ConfigurationError: the CA bundle, the certificate or its key cannot be read.
    """
    if risk := exposed(kafka):
        log.warning("%s. %s", risk, EXPOSED_TODO)
    tls = kafka.security_protocol.endswith("SSL")
    context = tls_context(kafka) if tls else None
    if not kafka.security_protocol.startswith("SASL_"):
        return BaseSecurity(ssl_context=context, use_ssl=tls)
    if kafka.sasl_mechanism == "OAUTHBEARER":
        return SASLOAuthBearer(ssl_context=context, use_ssl=tls)
    mechanism = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}
    return mechanism[kafka.sasl_mechanism](
        username=kafka.sasl_username or "",
        password=kafka.sasl_password.get_secret_value() if kafka.sasl_password else "",
        ssl_context=context,
        use_ssl=tls,
    )
