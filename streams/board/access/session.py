"""Sign sessions as cookies that outlive a restart, with a secret of the board's own, readable by its owner
alone.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path
from typing import NamedTuple

import msgspec

from streams.errors import UsageError

NAME = "board.secret"
LENGTH = 32


def secret(folder: Path) -> bytes:
    """The secret of a folder, made if there is none.

    Raises UsageError when it can be neither read nor made.
    """
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
        raise UsageError(
            f"{path}: shorter than {LENGTH} bytes; remove it, and a new one is made (everybody logs in again)"
        )
    return found


# Sessions as signed cookies: they outlive a restart of the board, so that a page heals by itself; a logout
# ends one before its time.
#
# What is signed: whose it is, when it began, and a number of its own. The token that goes with every form is
# made from that number, so a page of
# another site, which cannot read it, cannot act (OWASP, signed double submit bound to the session).


LASTS_S = 12 * 3600
"""A shift and its handover."""
MOST_ENDED = 10_000


class Session(NamedTuple):
    """`user` None: nobody was asked. `began`: seconds since the epoch; `number`: its own."""

    user: str | None
    began: int
    number: str


class Sessions:
    """Signs and reads. `secret`: kept between runs."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._ended: dict[str, int] = {}

    def begin(self, user: str | None, now: int) -> tuple[Session, str]:
        """A new session, and the cookie that carries it."""
        session = Session(user, now, secrets.token_hex(16))
        body = urlsafe_b64encode(msgspec.json.encode(list(session))).decode()
        return session, f"{body}.{self._sign('session', body)}"

    def read(self, cookie: str, now: int) -> Session | None:
        """The session of a cookie; None for one that is forged, old or ended."""
        body, _, signed = cookie.partition(".")
        if not hmac.compare_digest(signed.encode(), self._sign("session", body).encode()):
            return None
        user, began, number = msgspec.json.decode(urlsafe_b64decode(body), type=tuple[str | None, int, str])
        if not began <= now + 60 or now - began > LASTS_S or number in self._ended:
            return None
        return Session(user, began, number)

    def end(self, session: Session) -> None:
        """Logs it out."""
        self._ended[session.number] = session.began
        for old in list(self._ended)[:-MOST_ENDED]:
            del self._ended[old]

    def token(self, session: Session) -> str:
        """What a form must carry."""
        return self._sign("token", session.number)

    def genuine(self, session: Session, token: str) -> bool:
        return hmac.compare_digest(token.encode("utf-8", "surrogatepass"), self.token(session).encode())

    def key(self, patient: str) -> str:
        """What stands for a patient in addresses: the same at every run, and nobody can tell whose it is."""
        return self._sign("patient", patient)[:20]

    def _sign(self, purpose: str, said: str) -> str:
        return hmac.new(
            self._secret, f"{purpose}|{said}".encode("utf-8", "surrogatepass"), hashlib.sha256
        ).hexdigest()
