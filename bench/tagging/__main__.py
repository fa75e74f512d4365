# ruff: noqa: T201 - a command talks
"""How good are the entities, beyond F1? A quick look while rules are made; `make bench-tagger` measures everything.

python -m bench.tagging ../shared/ner-corpus                    clusters, names that texts do not have, toponyms
python -m bench.tagging ../shared/ner-corpus --remember FILE    the same; a second run asks the model nothing
"""

import argparse
import logging
import sys
from pathlib import Path

from bench.tagging import report
from bench.tagging.remembered import model_outputs
from wiredesk_tagger import nlp


def main() -> int:
    """Run the bench. Returns the exit code: 0 done, 2 no corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, metavar="CORPUS", help="folder with dev/*.jsonl.gz and clusters/")
    parser.add_argument("--remember", type=Path, metavar="FILE", help="keep what the model says here")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    with model_outputs(asked.remember):
        try:
            for section in report.sections(nlp.load(), asked.corpus):
                print(section, end="\n\n")
        except OSError as error:
            print(f"No corpus: {error}. Say where it is: python -m bench.tagging FOLDER", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
