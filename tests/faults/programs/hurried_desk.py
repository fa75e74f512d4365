"""The desk, which looks often and tries again at once: python -m tests.faults.programs.hurried_desk serve."""

from datetime import timedelta

from wiredesk_desk.__main__ import main
from wiredesk_desk.web.subscriptions import posting, running, signing

running._LOOK_SECONDS = 0.1
posting._IDLE_SECONDS = 0.1
# Whoever was killed in the middle of a try lets it go after this time.
posting._TAKEN = timedelta(seconds=3)
posting.ANSWER_SECONDS = 2.0
signing.SCHEDULE = (timedelta(0),) * 50

if __name__ == "__main__":
    main()
