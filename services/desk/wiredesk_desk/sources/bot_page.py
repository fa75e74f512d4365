"""`sources bot-page` and `bot-key`: what sites are told about the crawler, and the key its requests are signed with."""

import json
import os
import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from wiredesk.contracts.submission import check_url
from wiredesk.version import __version__
from wiredesk_desk.fetching import fetcher_options
from wiredesk_desk.output import say
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.views.sources import NAME_CONTACT
from wiredesk_fetcher.politeness.bot_page import address_ranges, bot_page
from wiredesk_fetcher.politeness.signatures import (
    DIRECTORY_LIFETIME,
    DIRECTORY_PATH,
    BotKey,
    directory,
    sign_directory,
)
from wiredesk_fetcher.private_key import new_pem


async def write_page(addresses: Sequence[str], ranges_at: str) -> Exit:
    """Write the page to stdout; `ranges_at` is where the networks are published."""
    networks = _networks(addresses)
    if ranges_at and check_url(ranges_at):
        raise Problem(
            "--ranges-at wants the address that you serve the networks at",
            "wiredesk sources bot-page --ranges-at https://bot.example.org/ranges.json",
            code=Exit.USAGE,
        )
    options = fetcher_options()
    if not options.contact:
        raise Problem("the page needs a contact", NAME_CONTACT, code=Exit.CONFIGURATION)
    shown = [str(one) for one in networks]
    print(
        bot_page("Wiredesk", options.contact, shown, __version__, ranges_url=ranges_at, directory=options.bot_directory)
    )
    return Exit.OK


async def write_ranges(addresses: Sequence[str]) -> Exit:
    """Write the networks as JSON to stdout."""
    print(json.dumps(address_ranges(_networks(addresses), datetime.now(UTC)), indent=2))
    return Exit.OK


async def write_directory(others: Sequence[Path]) -> Exit:
    """Write the directory of the key that is set, and of `others`, to stdout; how to serve it is said on stderr."""
    options = fetcher_options()
    if not options.bot_key:
        raise Problem(
            "no key is set that requests are signed with", "wiredesk sources bot-key bot.pem", code=Exit.CONFIGURATION
        )
    own = BotKey.from_pem(options.bot_key.get_secret_value())
    keys = list({key.keyid: key for key in (own, *map(_read, others))}.values())
    now = datetime.now(UTC)
    text = f"{directory(keys)}\n"
    print(text, end="")
    until = f"{now + DIRECTORY_LIFETIME:%Y-%m-%d}"
    say(f"Serve it at {options.bot_directory}{DIRECTORY_PATH}")
    say(f"as it is, byte for byte and not compressed, with these headers, good until {until}:")
    for name, value in sign_directory(keys, text.encode(), options.bot_directory, now).items():
        say(f"{name}: {value}")
    say("A file cannot sign itself anew: type this again before that day, or let cron do it each week.")
    return Exit.OK


async def make_key(path: Path) -> Exit:
    """Write a new key to `path`, which only its owner can read, and say what to do with it. No file is replaced."""
    whole = _create(path, new_pem())
    say(f"{path}: a new key, which only you can read. Keep it secret, and a copy where your other secrets are.")
    say("Next, for the fetchers and for this shell, with an address of yours that sites can read:")
    say(f"export WIREDESK_FETCHER__BOT_KEY_FILE={shlex.quote(str(whole))}")
    say("export WIREDESK_FETCHER__BOT_DIRECTORY=https://bot.example.org")
    say("wiredesk sources bot-page --directory > directory.json")
    return Exit.OK


def _create(path: Path, text: str) -> Path:
    if not path.parent.is_dir():
        raise Problem(f"there is no folder {path.parent}", f"mkdir -p {shlex.quote(str(path.parent))}", code=Exit.USAGE)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        other = path.with_name(f"{path.stem}-2{path.suffix}")
        raise Problem(
            f"{path} is there already, and is not written over: sites may know its key",
            f"wiredesk sources bot-key {shlex.quote(str(other))}",
            code=Exit.USAGE,
        ) from None
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        # Half a key would only be in the way of the next try.
        path.unlink(missing_ok=True)
        raise
    return path.absolute()


def _networks(addresses: Sequence[str]) -> list[IPv4Network | IPv6Network]:
    try:
        return [ip_network(one) for one in addresses]
    except ValueError as error:
        raise Problem(
            f"--address: {error}", "wiredesk sources bot-page --address 192.0.2.0/24", code=Exit.USAGE
        ) from None


def _read(path: Path) -> BotKey:
    try:
        return BotKey.from_pem(path.read_text(encoding="utf-8", errors="replace"))
    except ValueError as error:
        raise Problem(f"--key {path}: {error}", "wiredesk sources bot-key bot.pem", code=Exit.USAGE) from None
