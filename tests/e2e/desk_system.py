"""A system with the demo in it, and a browser to look at its desk with; for the tests and for the pictures."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from wiredesk_local.processes.child import free_port

WIREDESK = str(Path(sys.executable).with_name("wiredesk"))
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_DEMO_SECONDS = 240
_VERB_SECONDS = 240
NO_BROWSER = "no browser:"


@dataclass(frozen=True)
class DeskSystem:
    """A running system: its folder, the address of its desk, and the environment in which its verbs are typed."""

    folder: Path
    address: str
    environment: dict[str, str]

    async def type(self, *arguments: str) -> tuple[int, str, str]:
        """Run one verb to its end; return (exit code, stdout, stderr)."""
        process = await asyncio.create_subprocess_exec(
            WIREDESK, *arguments, cwd=self.folder, env=self.environment,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, errors = await asyncio.wait_for(process.communicate(), _VERB_SECONDS)
        assert process.returncode is not None
        return process.returncode, out.decode(), errors.decode()

    async def type_on_terminal(self, *arguments: str) -> str:
        """Run one verb on a terminal without colours; return what stands there at its end."""
        terminal, its_end = os.openpty()
        try:
            process = await asyncio.create_subprocess_exec(
                WIREDESK, *arguments, cwd=self.folder, env={**self.environment, "TERM": "dumb", "COLUMNS": "100"},
                stdin=asyncio.subprocess.DEVNULL, stdout=its_end, stderr=its_end,
            )  # fmt: skip
            reading = asyncio.create_task(asyncio.to_thread(_read, terminal))
        finally:
            os.close(its_end)
        try:
            code = await asyncio.wait_for(process.wait(), _VERB_SECONDS)
            text = (await reading).decode().replace("\r\n", "\n")
        finally:
            os.close(terminal)
        assert code == 0, text
        return text


def _read(terminal: int) -> bytes:
    """Return all that was written to a terminal, once nobody has it open any more."""
    found = b""
    while True:
        try:
            some = os.read(terminal, 1 << 16)
        except OSError:
            # Linux tells the end so, others by an empty answer.
            some = b""
        if not some:
            return found
        found += some


@asynccontextmanager
async def demo_system(folder: Path) -> AsyncIterator[DeskSystem]:
    """Run `up --demo` in `folder` on ports of its own; yield it once the demo has gone through."""
    port = str(free_port())
    own = {f"WIREDESK_LOCAL__{name}_PORT": str(free_port()) for name in ("KAFKA", "POSTGRES", "DEMO")}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WIREDESK_")}
    system = DeskSystem(folder, f"http://127.0.0.1:{port}", {**inherited, **own, "WIREDESK_DESK__PORT": port})
    try:
        code, _, errors = await system.type("up", "--demo", "--detach")
        assert code == 0, errors
        log = folder / ".wiredesk" / "logs" / "up.log"
        async with asyncio.timeout(_DEMO_SECONDS):
            while "Next, in this folder" not in log.read_text():
                await asyncio.sleep(0.2)
        yield system
    finally:
        await system.type("down")


def chromium() -> str | None:
    """Return where a browser is installed; None: none is."""
    return next((found for name in _BROWSERS if (found := shutil.which(name))), None)


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """Yield a browser without a window."""
    async with async_playwright() as playwright:
        # As root, and in a container, its sandbox does not start; it looks at our own pages alone.
        browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            await browser.close()
