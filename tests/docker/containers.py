"""Kafka and the services as testcontainers, and the docker command line."""

import os
import subprocess
from pathlib import Path
from typing import Self

from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network
from testcontainers.core.wait_strategies import HealthcheckWaitStrategy, LogMessageWaitStrategy

ROOT = Path(__file__).resolve().parents[2]


class ApacheKafkaContainer(DockerContainer):
    """One node of apache/kafka, for testcontainers' own class drives Confluent's image only.

    Containers of its network reach it as `kafka:29092`, the test as `bootstrap_servers`.
    """

    port = 9092
    inside = "kafka:29092"
    start_script = "/tmp/start.sh"

    def __init__(self, network: Network) -> None:
        super().__init__("apache/kafka:4.2.0", network=network, network_aliases=["kafka"])
        self.with_exposed_ports(self.port)
        self.with_envs(
            KAFKA_NODE_ID="1",
            KAFKA_PROCESS_ROLES="broker,controller",
            KAFKA_CONTROLLER_QUORUM_VOTERS="1@localhost:9093",
            KAFKA_CONTROLLER_LISTENER_NAMES="CONTROLLER",
            KAFKA_LISTENERS=f"INSIDE://:29092,OUTSIDE://:{self.port},CONTROLLER://:9093",
            KAFKA_LISTENER_SECURITY_PROTOCOL_MAP="INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT",
            KAFKA_INTER_BROKER_LISTENER_NAME="INSIDE",
            KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR="1",
            # 50 by default: the first consumer group would wait seconds for them.
            KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS="1",
            KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS="0",
            KAFKA_AUTO_CREATE_TOPICS_ENABLE="false",
            KAFKA_HEAP_OPTS="-Xms256m -Xmx512m",
        )
        # Which port the host will see is known only after the start, so the node waits for a script that says it.
        wait = f"until [ -f {self.start_script} ]; do sleep 0.1; done; exec bash {self.start_script}"
        self.with_command(["bash", "-c", wait])

    @property
    def bootstrap_servers(self) -> str:
        return f"{self.get_container_host_ip()}:{self.get_exposed_port(self.port)}"

    def start(self) -> Self:
        super().start()
        advertised = f"INSIDE://{self.inside},OUTSIDE://{self.bootstrap_servers}"
        script = f"export KAFKA_ADVERTISED_LISTENERS={advertised}\nexec /etc/kafka/docker/run\n"
        self.copy_into_container(script.encode(), self.start_script)
        LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(120).wait_until_ready(self)
        return self


class ServiceContainer(DockerContainer):
    """One image of ours under the limits that docker-compose.yml sets. Started means: its health check passes."""

    def __init__(self, image: str, network: Network, **environment: str) -> None:
        super().__init__(image, network=network)
        self.with_envs(WIREDESK_KAFKA__BOOTSTRAP_SERVERS=ApacheKafkaContainer.inside, **environment)
        self.with_tmpfs_mount("/tmp")
        self.with_kwargs(
            read_only=True, init=True, cap_drop=["ALL"], security_opt=["no-new-privileges"], mem_limit="2g"
        )

    def until_healthy(self) -> Self:
        return self.waiting_for(HealthcheckWaitStrategy().with_startup_timeout(120))

    def start(self) -> Self:
        try:
            return super().start()
        except RuntimeError as error:
            error.add_note(self.logs())
            raise

    def logs(self) -> str:
        return b"".join(self.get_logs()).decode(errors="replace")[-4000:]

    def stop_in_order(self) -> int:
        """Send SIGTERM as `docker stop` does and return the exit code; 137 means that it had to be killed."""
        container = self.get_wrapped_container()
        container.stop(timeout=30)
        return int(container.wait()["StatusCode"])


def docker(*arguments: str, timeout: float = 900, **environment: str) -> str:
    """Run the docker command line in the project's folder and return what it prints; its errors are the test's."""
    done = subprocess.run(
        ["docker", *arguments],
        cwd=ROOT,
        env={**os.environ, "DOCKER_BUILDKIT": "1", **environment},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, f"docker {' '.join(arguments)}\n{done.stdout[-2000:]}\n{done.stderr[-6000:]}"
    return done.stdout


def had(image: str) -> bool:
    """Return whether an image is here, or could be pulled now."""
    questions = (["docker", "image", "inspect", image], ["docker", "pull", "--quiet", image])
    return any(subprocess.run(one, capture_output=True, timeout=300, check=False).returncode == 0 for one in questions)


def unusable() -> str | None:
    """Return why the docker tier cannot run, or None."""
    try:
        for question in (["docker", "info"], ["docker", "compose", "version"], ["docker", "buildx", "version"]):
            answer = subprocess.run(question, capture_output=True, text=True, timeout=30, check=False)
            if answer.returncode != 0:
                last = (answer.stderr.strip() or "no message").splitlines()[-1]
                return f"`{' '.join(question)}` says: {last}"
    except FileNotFoundError:
        return "there is no docker command"
    except subprocess.TimeoutExpired:
        return "the Docker engine does not answer"
    return None
