"""`sources contact`: whom sites may write to, kept in this folder for every fetcher that runs here."""

import re
from datetime import UTC, datetime

from wiredesk.contracts.errors import WiredeskError
from wiredesk.contracts.submission import check_url
from wiredesk_desk.config import CONTACT, local_control, local_settings, settings_classes
from wiredesk_desk.fetching import fetcher_options
from wiredesk_desk.output import emit, for_people, say
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.sources.commands import open_store
from wiredesk_desk.views.sources import NAME_CONTACT, waits_for_contact
from wiredesk_fetcher.settings import FetcherSettings

_MAIL = re.compile(r"(?:mailto:)?[^@\s<>():/]+@[^@\s<>():/]+\.[^@\s<>():/.]+")
# The setting's.
_LONGEST = 200


async def show(*, as_json: bool) -> Exit:
    """Print the contact that the environment or this folder names."""
    settings_classes()
    contact = fetcher_options().contact
    if not contact:
        raise Problem(
            "nobody has said whom sites may write to: the public web is refused", NAME_CONTACT, code=Exit.CONFIGURATION
        )
    if for_people(as_json=as_json):
        print(contact)
    else:
        emit({"contact": contact, "origin": "environment" if FetcherSettings.load().fetcher.contact else "folder"})
    return Exit.OK


async def keep(contact: str) -> Exit:
    """Keep `contact` for this and every later start; start a fetcher that runs here anew with it.

    Sources that were blocked for want of one are polled then. What the environment names goes before, and that is
    said: exit code 4.
    """
    if not _is_contact(contact):
        raise Problem(
            f"{contact} is neither an e-mail address nor the address of a page", NAME_CONTACT, code=Exit.USAGE
        )
    # First, because without local mode there is nothing to keep it for.
    folder = local_settings().local.state_dir
    from wiredesk_local.state import StateDir  # noqa: PLC0415 - may not be installed

    StateDir(folder).keep_contact(contact)
    shell = FetcherSettings.load().fetcher.contact or contact
    control = await local_control()
    if control is None and shell != contact:
        raise _goes_before(f"this shell has {CONTACT}={shell}", f"Type: unset {CONTACT}")
    if control is None:
        say(
            f"Sites may write to {contact}. It is kept in {folder} for every `wiredesk up`; a fetcher that runs "
            f"elsewhere takes {CONTACT}."
        )
        return Exit.OK
    if (named := (await control.status())["contact"]) != contact:
        todo = f"Type: unset {CONTACT}, where it was started; then wiredesk down, and wiredesk up"
        raise _goes_before(f"what runs here was started with {CONTACT}={named}", todo)
    say("starting the fetcher anew")
    await control.restart("fetcher")
    say(f"Sites may write to {contact}: the fetcher tells them so from now on, and after every `wiredesk up`.")
    if waited := await _poll_those_that_waited():
        say(f"polled now: {waited:,} that had waited for it. `wiredesk sources list` shows how each is.")
    if shell != contact:
        say(f"In this shell {CONTACT}={shell} goes before it: unset {CONTACT}")
    return Exit.OK


def _is_contact(text: str) -> bool:
    if len(text) > _LONGEST or not text.isascii() or not text.isprintable():
        return False
    return bool(_MAIL.fullmatch(text)) or check_url(text) is None


def _goes_before(what: str, todo: str) -> Problem:
    return Problem(f"the contact is kept, but {what}, which goes before it", todo, code=Exit.CONFIGURATION)


async def _poll_those_that_waited() -> int:
    try:
        async with open_store() as store:
            waiting = [one for one in await store.all() if waits_for_contact(one)]
            for one in waiting:
                await store.poll_now(one, datetime.now(UTC))
    except WiredeskError:
        # The contact is kept all the same, and they are looked at once a day.
        return 0
    return len(waiting)
