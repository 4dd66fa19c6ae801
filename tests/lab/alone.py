"""A network namespace with nothing but loopback: `alone.py COMMAND…` starts inside it.

`unshare` makes the namespace; this raises its loopback, which is down at first, and
goes no further where there is any other way out.
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import sys

LOOPBACK = "lo"
GET_FLAGS, SET_FLAGS = 0x8913, 0x8914
UP = 0x1
_REQUEST = "16sh22x"


def be_alone() -> None:
    """Raise loopback. Exits where another interface is up: no test may reach out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        others = [
            name
            for _, name in socket.if_nameindex()
            if name != LOOPBACK and _flags(handle, name) & UP
        ]
        if others:
            sys.exit(f"not alone: {', '.join(others)} is up")
        up = _flags(handle, LOOPBACK) | UP
        request = struct.pack(_REQUEST, LOOPBACK.encode(), up)
        fcntl.ioctl(handle, SET_FLAGS, request)


def _flags(handle: socket.socket, name: str) -> int:
    request = struct.pack(_REQUEST, name.encode(), 0)
    answer = fcntl.ioctl(handle, GET_FLAGS, request)
    return int(struct.unpack(_REQUEST, answer)[1])


if __name__ == "__main__":
    be_alone()
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606
