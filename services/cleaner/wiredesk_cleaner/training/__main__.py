"""`python -m wiredesk_cleaner.training DATA NEWS`, see `command`."""

import os
import sys

# Read when numpy is loaded. The matrices are so small that a second thread spins longer than it helps.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from wiredesk_cleaner.training.command import main

if __name__ == "__main__":
    sys.exit(main())
