"""The knowledge file on disk: read at start, and again when it changes. The table is in `knowledge`."""

import logging
from collections.abc import Sequence
from pathlib import Path

from wiredesk.contracts.errors import ConfigurationError
from wiredesk_tagger.linking.knowledge import Knowledge, Problem, Reading, read

log = logging.getLogger(__name__)
_SHOWN = 5  # bad lines in a message


def read_file(path: Path) -> Reading:
    """Read `path`.

    Raises:
        ConfigurationError: it cannot be read.
    """
    try:
        return read(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"the knowledge file {path} cannot be read: {error.strerror}") from None


def _lines(problems: Sequence[Problem]) -> str:
    shown = [f"line {problem.line}: {problem.reason}" for problem in problems[:_SHOWN]]
    return "; ".join(shown) + (f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else "")


class KnowledgeFile:
    """A knowledge file that is read again when it changes. For one thread.

    Raises:
        ConfigurationError: at start, when it cannot be read or a line of it is no entry; the message says which.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = self._look()
        reading = read_file(path)
        if reading.problems:
            raise ConfigurationError(
                f"the knowledge file {path} is broken: {_lines(reading.problems)}\n"
                f"Type: wiredesk knowledge check {path}"
            )
        self._knowledge = reading.knowledge
        self._tell()

    def current(self) -> Knowledge:
        """Return the table, of the file as it is now; while a new version is broken or missing, the last good one.

        Costs one `stat` unless the file changed.
        """
        stamp = self._look()
        if stamp != self._stamp:
            self._stamp = stamp
            self._reload()
        return self._knowledge

    def _reload(self) -> None:
        try:
            reading = read_file(self._path)
        except ConfigurationError as error:
            log.warning("%s; the version read before stays in use", error)
            return
        if reading.problems:
            log.warning(
                "the knowledge file %s changed and is broken: %s; the version read before stays in use",
                self._path,
                _lines(reading.problems),
            )
            return
        self._knowledge = reading.knowledge
        self._tell()

    def _look(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        # A file put in the place of another may carry the same time and size.
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _tell(self) -> None:
        log.info(
            "knowledge file %s: %d entries, %d aliases, %d conflicts",
            self._path,
            self._knowledge.entries,
            len(self._knowledge.links),
            len(self._knowledge.conflicts),
        )
