"""The board's secret: made at the first start, kept in its folder, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from streams.errors import UsageError

NAME = "board.secret"
LENGTH = 32


def secret(folder: Path) -> bytes:
    """The secret of a folder, made if there is none. Raises UsageError when it can be neither read nor made."""
    path = folder / NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(LENGTH))
        except FileExistsError:
            pass
        found = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; --state-dir names another folder") from None
    if len(found) < LENGTH:
        raise UsageError(f"{path}: shorter than {LENGTH} bytes; remove it, and a new one is made (everybody logs in again)")
    return found
