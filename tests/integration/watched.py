"""Run a program and see every address it calls, whatever language makes the call: the kernel asks us before each one.

seccomp's user notification (Linux 5.6 and later) needs no tool and no rights, reaches threads and children too, and
lets us refuse: what is not on this machine is answered with "network is unreachable", so a test sends nothing.
"""

import ctypes
import errno
import fcntl
import ipaddress
import os
import select
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Architecture, seccomp, and the calls that name an address: connect, sendto, sendmsg, sendmmsg (linux/unistd.h).
_KERNELS = {
    "x86_64": (0xC000003E, 317, (42, 44, 46, 307)),
    "aarch64": (0xC00000B7, 277, (203, 206, 211, 269)),
}
_PIDFD_GETFD = 438
_NOTIFICATION = struct.Struct("=QIIiIQ6Q")
_ANSWER = struct.Struct("=QqiI")
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_CONTINUE = 1
_UNIX, _INET, _INET6 = 1, 2, 10
# The daemons that look names up for a program.
_RESOLVERS = ("nscd", "resolve", "dnsmasq", "avahi")


class CannotWatchError(Exception):
    """This kernel, or the sandbox around it, does not let us."""


@dataclass(frozen=True)
class Call:
    """One address a process asked for. `leaves` is whether anybody but this machine would hear of it."""

    pid: int
    address: str
    leaves: bool


@dataclass
class Watched:
    """The program while it runs, and what it and its children have called so far."""

    process: subprocess.Popen[str]
    calls: list[Call] = field(default_factory=list)

    @property
    def leaving(self) -> list[str]:
        """What would have left this machine, names looked up included."""
        return sorted({call.address for call in self.calls if call.leaves})


@contextmanager
def watched(command: Sequence[str], env: Mapping[str, str], cwd: Path, log: Path) -> Iterator[Watched]:
    """Run `command` with its output in `log`; at the end it is stopped if it still runs, and waited for.

    Raises:
        CannotWatchError: not on this machine; the message says why.
    """
    if sys.platform != "linux" or os.uname().machine not in _KERNELS:
        raise CannotWatchError(f"no seccomp numbers for {sys.platform} on {os.uname().machine}")
    told, tell = os.pipe()
    waits, go = os.pipe()
    try:
        with log.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", __file__, str(tell), str(waits), *command],
                env=env,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=(tell, waits),
                text=True,
            )
        os.close(tell)
        answer = os.read(told, 200).decode()
        if not answer.isdigit():
            process.wait()
            raise CannotWatchError(answer or "seccomp ended the process")
        listener = _taken(process.pid, int(answer))
        os.write(go, b".")
    finally:
        for descriptor in (told, waits, go):
            os.close(descriptor)
    running = Watched(process)
    watching = threading.Thread(target=_watch, args=(listener, running.calls))
    watching.start()
    try:
        yield running
    finally:
        process.terminate()
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        watching.join(30)
        os.close(listener)


def _taken(pid: int, descriptor: int) -> int:
    process = os.pidfd_open(pid)
    try:
        listener = int(ctypes.CDLL(None, use_errno=True).syscall(_PIDFD_GETFD, process, descriptor, 0))
    finally:
        os.close(process)
    if listener < 0:
        raise CannotWatchError(f"pidfd_getfd: {os.strerror(ctypes.get_errno())}")
    return listener


def _watch(listener: int, calls: list[Call]) -> None:
    """Answer until the last process under the filter has gone."""
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    while True:
        (_, events), *_ = poll.poll()
        if not events & select.POLLIN:
            return
        asked = bytearray(_NOTIFICATION.size)
        # Whoever was killed meanwhile asks no more.
        with suppress(OSError):
            fcntl.ioctl(listener, _RECEIVE, asked)
            number, pid, _, call, _, _, *arguments = _NOTIFICATION.unpack(asked)
            found = [_call(pid, address) for address in _addresses(pid, call, arguments)]
            calls += found
            refused = any(one.leaves for one in found)
            answer = (0, -errno.ENETUNREACH, 0) if refused else (0, 0, _CONTINUE)
            fcntl.ioctl(listener, _SEND, bytearray(_ANSWER.pack(number, *answer)))


def _addresses(pid: int, call: int, arguments: Sequence[int]) -> Iterator[bytes]:
    connect, sendto, sendmsg, sendmmsg = _KERNELS[os.uname().machine][2]
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:

        def read(at: int, size: int) -> bytes:
            memory.seek(at)
            return memory.read(size)

        if call == connect:
            yield read(arguments[1], arguments[2])
        elif call == sendto:
            yield read(arguments[4], arguments[5])
        # struct mmsghdr is struct msghdr (56 bytes) and a length, padded.
        for at in range(arguments[2] if call == sendmmsg else int(call == sendmsg)):
            name, size = struct.unpack("=QI", read(arguments[1] + 64 * at, 12))
            if name:
                yield read(name, size)


def _call(pid: int, address: bytes) -> Call:
    (family,) = struct.unpack_from("=H", address)
    if family in (_INET, _INET6):
        (port,) = struct.unpack_from("!H", address, 2)
        host = ipaddress.ip_address(address[4:8] if family == _INET else address[8:24])
        return Call(pid, f"{host} port {port}", leaves=not host.is_loopback or port == 53)
    if family == _UNIX:
        path = address[2:].lstrip(b"\0").partition(b"\0")[0].decode(errors="replace")
        return Call(pid, path, leaves=any(resolver in path for resolver in _RESOLVERS))
    return Call(pid, f"address family {family}", leaves=False)


def _filter(arch: int, calls: tuple[int, ...]) -> bytes:
    """The BPF program: ask for a call that names an address, allow all others."""
    load, equal, answer, allow, ask = 0x20, 0x15, 0x06, 0x7FFF0000, 0x7FC00000
    connect, sendto, sendmsg, sendmmsg = calls
    lines = [
        (load, 0, 0, 4),
        (equal, 0, 9, arch),
        (load, 0, 0, 0),
        (equal, 8, 0, connect),
        (equal, 7, 0, sendmsg),
        (equal, 6, 0, sendmmsg),
        (equal, 0, 4, sendto),
        # On a connected socket `send` is a sendto without an address: its fifth argument is 0.
        (load, 0, 0, 48),
        (equal, 0, 3, 0),
        (load, 0, 0, 52),
        (equal, 0, 1, 0),
        (answer, 0, 0, allow),
        (answer, 0, 0, ask),
    ]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _ask_before_every_call() -> int | str:
    """Put this process under the filter. Return the descriptor to answer on, or why there is none."""
    kernel: Any = ctypes.CDLL(None, use_errno=True)
    arch, seccomp, calls = _KERNELS[os.uname().machine]
    program = _filter(arch, calls)
    code = ctypes.create_string_buffer(program)
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code)))
    # PR_SET_NO_NEW_PRIVS, without which only root may; then SECCOMP_SET_MODE_FILTER with FILTER_FLAG_NEW_LISTENER.
    if kernel.prctl(38, 1, 0, 0, 0) == 0:
        listener = kernel.syscall(seccomp, 1, 8, header)
        if listener >= 0:
            return int(listener)
    return f"seccomp: {os.strerror(ctypes.get_errno())}"


if __name__ == "__main__":
    TELL, WAITS = int(sys.argv[1]), int(sys.argv[2])
    os.write(TELL, str(_ask_before_every_call()).encode())
    if os.read(WAITS, 1):
        os.close(TELL)
        os.close(WAITS)
        os.execv(sys.argv[3], sys.argv[3:])
