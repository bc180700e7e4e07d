"""Keys of this installation: made once, kept in its folder, readable by its user alone."""

import os
import secrets
from pathlib import Path


def kept_key(path: Path) -> str:
    """The key in this file; made on the first call, whoever calls first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text("utf-8")
