"""Becomes the command it is given, as the account it is given, and dies when its parent does.

``launch.py PARENT SIGNAL UID GID COMMAND …``. A program of its own, because code between fork and exec is
unsafe in a process that has threads. The process id stays the same through exec, so the caller knows it.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, farewell: int, uid: int, gid: int, command: list[str]) -> None:
    if os.geteuid() == 0 and uid != 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # After the change of account, which would clear it: prctl(2).
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, farewell) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:  # it died before we asked to be told
        sys.exit("the parent is gone")
    os.execv(command[0], command)  # noqa: S606 (no shell is the point)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:])
