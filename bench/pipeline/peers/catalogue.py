"""Who is measured beside us, and what each promises: from the documentation and source of the locked version."""

from dataclasses import dataclass

# Processes of each, in one consumer group.
PROCESSES = 2


@dataclass(frozen=True, slots=True)
class Peer:
    """One peer; what is lost and what is done twice on a crash of its program here, and what of a page that raises."""

    name: str
    module: str
    lost: str
    doubled: str
    poison: str
    note: str = ""

    @property
    def lock(self) -> str:
        """The file of its locked environment."""
        return f"{self.name}.txt"


OURS = Peer(
    "Wiredesk",
    "",
    lost="nothing",
    doubled="nothing stored twice; on the wire the records in hand, with equal ids",
    poison="a dead letter; one that hangs or eats memory dies alone",
)
PEERS = (
    Peer(
        "aiokafka",
        "plain_aiokafka",
        lost="nothing",
        doubled="the batch of 16",
        poison="ends the process, again and again; a hang holds its partitions",
    ),
    Peer(
        "confluent-kafka",
        "plain_confluent",
        lost="nothing",
        doubled="the batch of 16",
        poison="ends the process, again and again; a hang loses its partitions",
    ),
    Peer(
        "quixstreams",
        "quix_streams",
        lost="nothing",
        doubled="up to 5 s of work, its checkpoint's interval",
        poison="ends the process, or is passed over by a callback",
    ),
    Peer(
        "faust-streaming",
        "faust_streaming",
        lost="a record whose agent raised counts as done",
        doubled="what was not committed, every 2.8 s",
        poison="is acknowledged, and lost; the agent starts anew",
    ),
    Peer(
        "bytewax",
        "bytewax_flow",
        lost="nothing while its recovery store lives; nothing is committed to Kafka",
        doubled="up to 5 s of work, its epoch",
        poison="ends the flow, again and again",
        note="no release since 2024",
    ),
)


def named(names: str) -> list[Peer]:
    """Return the peers of a comma-separated list; "none": none.

    Raises:
        ValueError: one is not known; the message names those that are.
    """
    asked = [one.strip() for one in names.split(",") if one.strip() and one.strip() != "none"]
    known = {one.name: one for one in PEERS}
    if wrong := [one for one in asked if one not in known]:
        raise ValueError(f"no peer {wrong[0]!r}: there are {', '.join(known)}, and none")
    return [known[one] for one in asked]
