"""A port on loopback for a process that is about to be started."""

import socket


def free_port() -> int:
    """Nobody listened there a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
