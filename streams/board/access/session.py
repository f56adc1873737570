"""Sign sessions as cookies with the board's own secret or the site's keys.

Sessions survive a restart of the board, so that a page recovers by itself; a logout ends one before its time.
Signed are the user, when the session began, and its own random number. The token in every form is made from
that number: a page of another site cannot read it, so it cannot act (OWASP, signed double submit bound to the
session).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from itsdangerous import BadData, Signer, URLSafeSerializer

from streams.errors import UsageError

NAME = "board.secret"
LENGTH = 32


def secret(folder: Path) -> bytes:
    """Return the secret of a folder, readable by its owner alone, created if there is none.

    Raises UsageError when it can be neither read nor created.
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


def patient_key(secret: bytes, patient: str) -> str:
    """Return the key of a patient in addresses: the same in every run, and it does not reveal the patient."""
    named = f"patient|{patient}".encode("utf-8", "surrogatepass")
    return hmac.new(secret, named, hashlib.sha256).hexdigest()[:20]


LASTS_S = 12 * 3600
"""A shift and its handover."""
AHEAD_S = 60
MOST_ENDED = 10_000


class Session(NamedTuple):
    """A session. `user` None: not identified; `began`: seconds since the epoch; `number`: random, its own."""

    user: str | None
    began: int
    number: str


class Sha256(Signer):
    """HMAC with SHA-256; itsdangerous uses SHA-1 by default."""

    default_digest_method = staticmethod(hashlib.sha256)
    default_key_derivation = "hmac"


class Sessions:
    """Sign and verify sessions. `keys`: persist between runs; the first signs, all verify."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        oldest_first = keys[::-1]
        self._cookies = URLSafeSerializer(oldest_first, salt=b"il2watch session", signer=Sha256)
        self._tokens = Sha256(oldest_first, salt=b"il2watch token")
        self._ended: dict[str, int] = {}

    def begin(self, user: str | None, now: int) -> tuple[Session, str]:
        """Return a new session, and the cookie that carries it."""
        session = Session(user, now, secrets.token_hex(16))
        return session, self._cookies.dumps(session)

    def session_of(self, cookie: str, now: int) -> Session | None:
        """Return the session of a cookie; None for one that is forged, expired or ended."""
        try:
            session = Session(*self._cookies.loads(cookie.encode("utf-8", "surrogatepass")))
        except BadData:
            return None
        # Not itsdangerous' TimestampSigner: it refuses a cookie signed where the clock is a second ahead.
        young = session.began - AHEAD_S <= now <= session.began + LASTS_S
        return session if young and session.number not in self._ended else None

    def end(self, session: Session) -> None:
        """End a session before its time."""
        self._ended[session.number] = session.began
        for old in list(self._ended)[:-MOST_ENDED]:
            del self._ended[old]

    def token(self, session: Session) -> str:
        """Return the token that a form must carry."""
        return self._tokens.get_signature(session.number).decode()

    def genuine(self, session: Session, token: str) -> bool:
        """Return whether a token belongs to the session."""
        return self._tokens.verify_signature(session.number, token)
