"""Sign sessions as cookies that outlive a restart, with the board's own secret or the site's keys."""

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
    """The secret of a folder, readable by its owner alone, made if there is none.

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


def patient_key(secret: bytes, patient: str) -> str:
    """What stands for a patient in addresses: the same at every run, and nobody can tell whose it is."""
    named = f"patient|{patient}".encode("utf-8", "surrogatepass")
    return hmac.new(secret, named, hashlib.sha256).hexdigest()[:20]


# Sessions as signed cookies: they outlive a restart of the board, so that a page heals by itself; a logout
# ends one before its time.
#
# What is signed: whose it is, when it began, and a number of its own. The token that goes with every form is
# made from that number, so a page of
# another site, which cannot read it, cannot act (OWASP, signed double submit bound to the session).
#
# The age is counted here and not by itsdangerous' TimestampSigner, which refuses a cookie that another board
# signed whose clock is a second ahead.


LASTS_S = 12 * 3600
"""A shift and its handover."""
AHEAD_S = 60
MOST_ENDED = 10_000


class Session(NamedTuple):
    """`user` None: nobody was asked. `began`: seconds since the epoch; `number`: its own."""

    user: str | None
    began: int
    number: str


class Sha256(Signer):
    """HMAC with SHA-256; itsdangerous by itself takes SHA-1."""

    default_digest_method = staticmethod(hashlib.sha256)
    default_key_derivation = "hmac"


class Sessions:
    """Signs and reads. `keys`: kept between runs; the first signs, all verify."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        oldest_first = keys[::-1]
        self._cookies = URLSafeSerializer(oldest_first, salt=b"il2watch session", signer=Sha256)
        self._tokens = Sha256(oldest_first, salt=b"il2watch token")
        self._ended: dict[str, int] = {}

    def begin(self, user: str | None, now: int) -> tuple[Session, str]:
        """A new session, and the cookie that carries it."""
        session = Session(user, now, secrets.token_hex(16))
        return session, self._cookies.dumps(session)

    def session_of(self, cookie: str, now: int) -> Session | None:
        """The session of a cookie; None for one that is forged, old or ended."""
        try:
            session = Session(*self._cookies.loads(cookie.encode("utf-8", "surrogatepass")))
        except BadData:
            return None
        young = session.began - AHEAD_S <= now <= session.began + LASTS_S
        return session if young and session.number not in self._ended else None

    def end(self, session: Session) -> None:
        """Logs it out."""
        self._ended[session.number] = session.began
        for old in list(self._ended)[:-MOST_ENDED]:
            del self._ended[old]

    def token(self, session: Session) -> str:
        """What a form must carry."""
        return self._tokens.get_signature(session.number).decode()

    def genuine(self, session: Session, token: str) -> bool:
        return self._tokens.verify_signature(session.number, token)
