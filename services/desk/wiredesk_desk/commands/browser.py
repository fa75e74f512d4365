"""Opens a page for who sits at this machine."""

import os
import subprocess
import sys


def open_in_browser(address: str) -> None:
    """Open a page where a person sits at a desktop and looks at this terminal; elsewhere do nothing. Never fails."""
    if not has_a_desktop():
        return
    if sys.platform == "darwin":
        command = ["open", address]
    else:
        # A browser's own words have no business in this terminal; the module of the standard library lets them in.
        command = [sys.executable, "-m", "webbrowser", "-t", address]
    try:
        subprocess.Popen(  # noqa: S603 - the address is ours
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return


def has_a_desktop() -> bool:
    """Whether a browser can show itself to who started this: a terminal, and a display that is no remote one."""
    if sys.stdout is None or not sys.stdout.isatty() or "SSH_CONNECTION" in os.environ:
        return False
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
