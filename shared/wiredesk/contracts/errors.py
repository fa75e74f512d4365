"""What can go wrong with an article, and what the delivery engine does about it.

    WiredeskError
    ├── PermanentError        this record can never pass            → dead letter, neighbours go on
    │   ├── InvalidRecordError         not JSON, not the schema, empty value
    │   ├── TooLargeError              an output is larger than its topic admits
    │   └── WorkFailedError            its CPU work hung, ran out of memory or raised
    ├── TransientError        this record may pass later            → bounded retries, then a dead letter
    ├── InfrastructureError   nothing can pass now                  → raise: the whole batch is redelivered
    │   └── BrokenError                nothing can pass in this process → the same, and the process ends to be restarted
    └── ConfigurationError    the operator has to change something  → exit code 4 with the next step

Any other exception out of a handler counts as permanent for its record (`unexpected`), because a bug that one
article triggers must not hold up the others; the circuit breaker stops a stage in which everything fails.
"""


class WiredeskError(Exception):
    """Base of every error raised on purpose. `reason` is a stable snake_case code for headers and metrics."""

    reason = "error"

    def __init__(self, message: str, *, reason: str | None = None) -> None:
        super().__init__(message)
        if reason is not None:
            self.reason = reason


class PermanentError(WiredeskError):
    """The record itself is at fault; retrying cannot help."""

    reason = "permanent"


class InvalidRecordError(PermanentError):
    """The bytes on the topic are no event of its contract."""

    reason = "invalid_record"


class TooLargeError(PermanentError):
    """An output event exceeds what its topic admits."""

    reason = "too_large"


class WorkFailedError(PermanentError):
    """CPU work on this record failed in its own process (`cpu_timeout`, `worker_died`, `work_raised`)."""

    reason = "work_raised"


class TransientError(WiredeskError):
    """The record may pass later (a site answers 503, a name does not resolve)."""

    reason = "transient"


class InfrastructureError(WiredeskError):
    """A server everything depends on is away (Kafka, PostgreSQL)."""

    reason = "infrastructure"


class BrokenError(InfrastructureError):
    """Part of this process is beyond repair (its worker processes): only a new process can go on."""

    reason = "broken"


class ConfigurationError(WiredeskError):
    """Settings or environment are wrong; the message names the next step."""

    reason = "configuration"
