"""What a service says of itself before it connects to anything: its help, its version, and whether it fits the rest."""

import argparse
import importlib.metadata
from collections.abc import Iterator

from pydantic import BaseModel, SecretStr
from pydantic_core import PydanticUndefined

from wiredesk.client.settings import variables
from wiredesk.contracts.errors import ConfigurationError
from wiredesk.contracts.topics import Topic
from wiredesk.version import __version__


def command_line(name: str, settings: type[BaseModel], consumes: Topic) -> argparse.ArgumentParser:
    """Return the parser of a service's command line: it takes no arguments, and explains its settings."""
    parser = argparse.ArgumentParser(
        prog=f"wiredesk-{name}",
        description=f"The {name} of Wiredesk: reads {consumes.name} ({consumes.description}). It runs until SIGTERM or "
        "Ctrl-C, finishes what it has in hand and leaves its consumer group.",
        epilog="\n".join(["settings, as environment variables:", *_settings(settings), "", _CODES]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"wiredesk-{name} {__version__}")
    return parser


_CODES = "exit codes: 0 asked to stop, 1 must be restarted, 3 a server unreachable, 4 wrong configuration"


def _settings(settings: type[BaseModel]) -> Iterator[str]:
    for variable, info in variables(settings):
        default = info.get_default(call_default_factory=True, validated_data={})
        if isinstance(default, SecretStr) or default in (None, "", PydanticUndefined):
            shown = ""
        else:
            shown = ",".join(map(str, default)) if isinstance(default, list | tuple) else str(default)
        yield f"  {variable}" + (f"={shown}" if shown else "")
        if info.description:
            yield f"      {info.description}"


def check_versions(name: str) -> None:
    """Refuse to run beside another version of the frame: the distributions are released together.

    Raises:
        ConfigurationError: `wiredesk-<name>` and `wiredesk` are of different versions.
    """
    try:
        found = importlib.metadata.version(f"wiredesk-{name}")
    except importlib.metadata.PackageNotFoundError:
        # Run from its sources.
        return
    if found != __version__:
        raise ConfigurationError(
            f"wiredesk-{name} {found} is installed beside wiredesk {__version__}: install the same version of both"
        )
