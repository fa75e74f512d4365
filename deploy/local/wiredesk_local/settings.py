"""What can be set about local mode, and where its state lies."""

from pathlib import Path

from pydantic import BaseModel, Field, SecretStr

from wiredesk.runtime.settings import ServiceSettings


class LocalOptions(BaseModel):
    """Kafka and PostgreSQL as child processes."""

    state_dir: Path = Field(Path(".wiredesk"), description="data, logs and state of everything that local mode runs")
    jar_dir: Path | None = Field(None, description="a folder that already holds Kafka's jars: no download")
    jar_repository: str | None = Field(None, description="URL of a Maven mirror, instead of Maven Central")
    kafka_port: int = Field(
        19092, ge=0, le=65535, description="another free one when it is taken and is not set here; 0 takes any"
    )
    kafka_heap: str = Field("384m", pattern=r"^[1-9][0-9]*[mg]$", description="the JVM's -Xmx")
    kafka_login: bool = Field(
        False,
        description="Kafka asks for a password, which is made up and handed on; without it every user of this machine "
        "may read and write",
    )
    postgres_port: int = Field(15432, ge=0, le=65535, description="as above")
    demo_port: int = Field(8790, ge=0, le=65535, description="of the demo site; as above")


class ExistingStorage(BaseModel):
    """The one storage setting that local mode reads: with it, no PostgreSQL is started."""

    dsn: SecretStr | None = None


class LocalSettings(ServiceSettings):
    """Settings of local mode. A Kafka or PostgreSQL address set by the operator is used instead of a server of ours."""

    local: LocalOptions = LocalOptions()
    storage: ExistingStorage = ExistingStorage()

    @property
    def existing_kafka(self) -> bool:
        """Whether the operator named a Kafka."""
        return "kafka" in self.model_fields_set and "bootstrap_servers" in self.kafka.model_fields_set

    @property
    def existing_postgres(self) -> bool:
        """Whether the operator named a PostgreSQL."""
        return self.storage.dsn is not None
