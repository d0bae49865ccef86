"""Where a test server lives: an account that is not root, a folder of its own, a free loopback port."""

import os
import pwd
import shutil
import socket
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from random import SystemRandom

LOOPBACK = "127.0.0.1"
# Below the ports that the kernel hands to outgoing connections, so that none of those takes the port of a
# server that is stopped for a moment.
PORTS = range(20_000, 32_000)
_PREFIX = "syndicator-test-"
# pytest-randomly seeds the shared generator alike in every worker; the workers must not meet.
_random = SystemRandom()


def free_port() -> int:
    """A loopback port that nobody listens on now; another process may still be faster, so try again then."""
    for port in _random.sample(PORTS, 200):
        with socket.socket() as probe, suppress(OSError):
            probe.bind((LOOPBACK, port))
            return port
    raise RuntimeError(f"no free port on {LOOPBACK} in {PORTS}")


def server_account() -> pwd.struct_passwd:
    """Who runs PostgreSQL, which refuses to run as root: ``nobody`` for root, else ourselves."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def reachable_by_all(path: Path) -> bool:
    """True if every folder above ``path`` may be entered by every account."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.resolve().parents)


def new_folder(purpose: str, owner: pwd.struct_passwd) -> Path:
    """An empty folder which only ``owner`` may read, at a place that ``owner`` can reach."""
    roots = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]  # noqa: S108 (0700 inside)
    root = next(root for root in roots if root.is_dir() and reachable_by_all(root / purpose))
    _remove_abandoned(root)
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-{purpose}-", dir=root))
    if os.geteuid() == 0:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    return folder


def _remove_abandoned(root: Path) -> None:
    """Takes away what test runs left behind that were killed before they could tidy up."""
    for folder in root.glob(f"{_PREFIX}*"):
        pid = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isdecimal() and not Path("/proc", pid).exists():
            shutil.rmtree(folder, ignore_errors=True)
