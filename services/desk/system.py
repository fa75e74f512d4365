"""`down` and `scale`: change the system that runs in this folder."""

import asyncio
import shutil

from services.desk.config import local_control, local_settings
from services.desk.output import say, table
from services.desk.running import Exit, Problem
from services.desk.status import process_rows
from shared.events import Stage


async def down(*, purge: bool) -> Exit:
    """Stop what runs in this folder; with `purge` delete its data, too."""
    control = await local_control()
    if control is None:
        say("nothing is running in this folder")
    else:
        await control.stop()
        say("stopped")
    folder = local_settings().local.state_dir
    # Only a folder that local mode made has these two.
    if purge and (folder / "logs").is_dir() and (folder / "pids").is_dir():
        await asyncio.to_thread(shutil.rmtree, folder)
        say(f"deleted {folder}")
    return Exit.OK


async def scale(service: str, processes: int, *, as_json: bool) -> Exit:
    """Change the number of processes of a service in the running system."""
    if service not in set(Stage):
        raise Problem(f"there is no service {service!r}", f"Take one of: {' '.join(Stage)}.", code=Exit.USAGE)
    control = await local_control()
    if control is None:
        raise Problem("nothing is running in this folder", "wiredesk up", code=Exit.UNREACHABLE)
    await control.scale(service, processes)
    table(process_rows(await control.status()), as_json=as_json, empty="", right=("pid", "restarts"))
    say("`wiredesk status` shows the partitions each worker owns.")
    return Exit.OK
