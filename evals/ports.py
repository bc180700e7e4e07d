"""A port for a process of a proof or a test."""

import secrets
import socket

LOWEST, HIGHEST = 12_000, 32_000
"""Below those that a system hands to connections: the port of a process that was killed must be free for the next one."""
TRIES = 50


def free_port() -> int:
    """One of loopback on which nobody listens just now. Raises OSError when none was found."""
    for _ in range(TRIES):
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST)
        with socket.socket() as taken:
            try:
                taken.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("No port is free.")
