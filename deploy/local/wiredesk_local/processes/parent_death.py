"""Becomes another program that cannot outlive the supervisor.

`parent_death.py PARENT_PID SIGNAL UID NICENESS PROGRAM [ARGUMENT…]`

Run as a script with `python -I -S`, so it may import nothing of this project. It is a program and not a `preexec_fn`
because Python code between fork and exec can deadlock as soon as the parent has threads. The order matters: a change
of user clears the death signal, so the user is changed first. Linux only has the death signal; elsewhere the pid files
in `wiredesk_local.processes.child` find what is left.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Change user when UID is not "-", ask for SIGNAL when the parent dies, step back by NICENESS, and exec."""
    parent, signal, uid, niceness, *command = sys.argv[1:]
    if uid != "-":
        os.setgroups([])
        os.setgid(int(uid.partition(":")[2]))
        os.setuid(int(uid.partition(":")[0]))
    if sys.platform == "linux":
        if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal), 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
        # The parent may have died before the request; then nobody will ever send the signal.
        if os.getppid() != int(parent):
            raise SystemExit(1)
    if int(niceness):
        step_back(int(niceness))
    os.execv(command[0], command)  # noqa: S606 - there is no shell in it


def step_back(niceness: int) -> None:
    """Leave the processors to who asks first, as far as this system knows how to."""
    os.nice(niceness)
    if sys.platform == "linux":
        # It is no less work, but interrupts nobody.
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        # Where the kernel groups processes by session, niceness counts within one alone: the group has its own.
        try:
            with open("/proc/self/autogroup", "w", encoding="ascii") as group:  # noqa: PTH123 - pathlib takes long to import
                group.write(str(niceness))
        except OSError:
            return


if __name__ == "__main__":
    main()
