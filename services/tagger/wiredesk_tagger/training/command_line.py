"""What the commands that train a model have in common: their options, what they refuse, and their voice."""

import argparse
import sys
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path


def parser(
    command: str, about: str, examples: str, *, corpus: str, base: str, out: Path, work: str
) -> argparse.ArgumentParser:
    """Return the parser of `command` with the options that all have; `corpus` and `base` say what these two are."""
    made = argparse.ArgumentParser(
        prog=command, description=about, epilog=examples, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--corpus", type=Path, help=f"{corpus} (make: CORPUS=folder)")
    made.add_argument("--base", type=Path, help=base)
    made.add_argument("--out", type=Path, default=out, help="where the model goes (default: the tagger's own)")
    made.add_argument("--work", type=Path, default=Path(work), help="checkpoints (default: %(default)s)")
    made.add_argument("--threads", type=int, default=2, help="CPU threads (default: %(default)s)")
    made.add_argument("--now", action="store_true", help="train no further: export the student's last checkpoint")
    return made


def parsed(
    made: argparse.ArgumentParser, words: Sequence[str] | None, *, corpus: str, package: str, base: str
) -> argparse.Namespace:
    """Return what the command line says, with `--base` filled in: the file `base` of the installed `package`.

    Exits with 2 and a reason where there is no corpus (`corpus`: where it usually is) or no base.
    """
    args = made.parse_args(words)
    if args.corpus is None or not (args.corpus / "train").is_dir():
        where = f"{args.corpus} has no folder train/" if args.corpus else "no corpus given"
        made.error(f"{where}. Say where it is: {made.prog} CORPUS={corpus}")
    if args.base is None:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            name = Path(base).name
            made.error(f"no base weights: install requirements/train.txt, or give --base path/to/{name}")
        args.base = Path(spec.origin).parent / base
    if not args.base.is_file():
        made.error(f"{args.base} is not there")
    return args


def tell(message: str) -> None:
    """Say on stderr, with the time, what is going on."""
    print(time.strftime("%H:%M:%S"), message, file=sys.stderr, flush=True)  # noqa: T201 - a command's own voice
