"""Runs a verb: its errors become a message with the next step, and an exit code."""

import asyncio
import logging
import os
import sys
from collections.abc import Coroutine
from enum import IntEnum
from typing import Any, NoReturn

from aiokafka.errors import KafkaError

from wiredesk.client.refusals import why
from wiredesk.client.settings import Settings, given
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError, WiredeskError
from wiredesk_desk.distributions import advice
from wiredesk_desk.output import say


class Exit(IntEnum):
    """The exit codes of every verb."""

    OK = 0
    FAILED = 1
    USAGE = 2
    UNREACHABLE = 3
    CONFIGURATION = 4
    TIMEOUT = 5
    REJECTED = 6
    INTERRUPTED = 130


class Problem(Exception):  # noqa: N818 - it is what the operator has, not an error of the program
    """A verb cannot do what it was asked: what happened, and what to type next."""

    def __init__(self, what: str, todo: str = "", *, code: Exit = Exit.FAILED) -> None:
        super().__init__(what)
        self.todo = todo
        self.code = code


_NEXT = "Start the system with `wiredesk up`, or set {variable}. `wiredesk doctor` looks closer."
_VARIABLES = {"kafka": "WIREDESK_KAFKA__BOOTSTRAP_SERVERS", "postgres": "WIREDESK_STORAGE__DSN"}


def execute(verb: Coroutine[Any, Any, Exit]) -> NoReturn:
    """Run `verb` and end the process with its exit code."""
    # What a client library has to say about a lost connection is in our own message.
    logging.basicConfig(level=logging.CRITICAL + 1)
    raise SystemExit(int(outcome(verb)))


def outcome(verb: Coroutine[Any, Any, Exit]) -> Exit:
    """Run `verb`; return its exit code, or that of its failure after telling what happened."""
    try:
        code = asyncio.run(verb)
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # The reader has what it wanted (`| head`).
        _close_output()
        return Exit.OK
    except (Problem, WiredeskError, KafkaError, ModuleNotFoundError, OSError) as error:
        code = outcome_of(error)
        try:
            sys.stdout.flush()
        except (AttributeError, OSError):
            _close_output()
    return code


def _close_output() -> None:
    """Python would complain once more when it closes a stdout that takes nothing."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def outcome_of(error: Exception) -> Exit:
    """Tell what happened and what to do next; return the exit code."""
    what, todo, code = told(error)
    if getattr(error, "reason", "") == "kafka" or isinstance(error, KafkaError):
        todo = _refusal() or todo
    say(f"wiredesk: {what}")
    if todo:
        say(f"Type: {todo}" if todo.startswith("wiredesk ") else todo)
    return code


def _refusal() -> str | None:
    """Return what to set when the Kafka that the environment names does not let us in; None when it does."""
    if _VARIABLES["kafka"] not in given(os.environ):
        return None
    try:
        return asyncio.run(why(Settings.load().kafka))
    except ConfigurationError as error:
        return str(error)


def told(error: Exception) -> tuple[str, str, Exit]:
    """Return what to tell of an error: what happened, what to do next, and the exit code."""
    if isinstance(error, Problem):
        return str(error), error.todo, error.code
    if isinstance(error, ConfigurationError):
        return str(error), "", Exit.CONFIGURATION
    if isinstance(error, InfrastructureError | KafkaError):
        reason = error.reason if isinstance(error, InfrastructureError) else "kafka"
        todo = _NEXT.format(variable=_VARIABLES.get(reason, _VARIABLES["kafka"]))
        what = str(error) if isinstance(error, InfrastructureError) else f"Kafka fails ({type(error).__name__})"
        return what, todo, Exit.UNREACHABLE
    if isinstance(error, ModuleNotFoundError):
        return *advice(error), Exit.FAILED
    if isinstance(error, TimeoutError):
        return str(error) or "no answer in time", "wiredesk status", Exit.TIMEOUT
    return _of_the_system(error) if isinstance(error, OSError) else str(error), "", Exit.FAILED


def _of_the_system(error: OSError) -> str:
    # Without a name it is what was written to: a full disk behind `> file`.
    where = error.filename or "the output cannot be written"
    return f"{where}: {error.strerror or type(error).__name__}"
