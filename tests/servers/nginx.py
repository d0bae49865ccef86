"""A real nginx on loopback, where one is installed: no wheel carries it."""

import os
import pwd
import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.child import Child
from tests.servers.places import LOOPBACK

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
MISSING = "nginx is not installed: apt-get install nginx"
_PROXY = Path(__file__).parents[2] / "docker" / "nginx.conf"


def proxy_configuration(folder: Path, port: int, origin_port: int) -> str:
    """The compose file's reverse proxy as one process on that port, with its files in this folder."""
    configuration = _PROXY.read_text(encoding="utf-8")
    for there, here in (
        ("worker_processes auto;", "worker_processes 1; daemon off;"),
        ("/run/nginx.pid", f"{folder}/proxy.pid"),
        ("/dev/stderr", f"{folder}/proxy.log"),
        ("access_log /dev/stdout", "access_log off"),
        ("/var/cache/nginx/feeds", f"{folder}/cache"),
        ("server web:8080", f"server {LOOPBACK}:{origin_port}"),
        ("listen 8080", f"listen {LOOPBACK}:{port}"),
    ):
        if there not in configuration:
            message = f"{_PROXY.name} no longer says {there!r}"
            raise ValueError(message)
        configuration = configuration.replace(there, here)
    return configuration


@contextmanager
def nginx(path: Path, configuration: str, port: int, core: int | None = None) -> Iterator[int]:
    """The pid of a running nginx with that configuration, written to this path; on that core if one is named."""
    account = pwd.getpwuid(os.geteuid())
    path.write_text(_at_home(configuration, path.parent, account), encoding="utf-8")
    pinned = [] if core is None else [str(shutil.which("taskset")), "-c", str(core)]
    command = [*pinned, str(NGINX), "-e", f"{path}.log", "-c", str(path)]
    child = Child(command, path.with_suffix(".out"), account, farewell=signal.SIGTERM)
    child.start(lambda: _listens(port))
    try:
        yield child.pid
    finally:
        child.stop(signal.SIGTERM)


def _at_home(configuration: str, folder: Path, account: pwd.struct_passwd) -> str:
    """The same, run by this account with all its files in the folder: an installed nginx has its own for both."""
    runs_as = f"user {account.pw_name};\n" if account.pw_uid == 0 else ""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    kept = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    return runs_as + configuration.replace("http {", f"http {{ {kept}", 1)


def _listens(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port), timeout=2).close()
    except OSError:
        return False
    return True
