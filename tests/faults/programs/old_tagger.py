"""The real tagger as an earlier release of it: what it tags says so.

`python -m tests.faults.programs.old_tagger`; all else comes from the environment, as for the service.
"""

from wiredesk_tagger.__main__ import main
from wiredesk_tagger.pipeline import languages

OLD = "0.9.0"
# Not below: its worker processes import this file, and tag.
languages.RULES_VERSION = OLD

if __name__ == "__main__":
    main()
