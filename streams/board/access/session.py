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
from collections.abc import Iterator, Sequence
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


ENDED = "board.ended"


class EndedSessions:
    """The sessions that were ended before their time, in a file: other boards of the folder know it too.

    `path` None: in memory. A line each: when the session began (s), and its number.
    """

    def __init__(self, path: Path | None = None, now: int = 0) -> None:
        self.path = path
        self._numbers: dict[str, int] = {}
        self._seen: tuple[int, int] | None = None
        if path is not None and path.exists():
            self._prune(path, now)

    def add(self, number: str, began: int) -> None:
        """End a session. Raises UsageError when it cannot be written: it would come back."""
        self._numbers[number] = began
        for old in list(self._numbers)[:-MOST_ENDED]:
            del self._numbers[old]
        if self.path is not None:
            try:
                file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                with open(file, "ab") as lines:
                    lines.write(f"{began} {number}\n".encode())
            except OSError as error:
                raise UsageError(f"{self.path}: {error.strerror}") from None

    def __contains__(self, number: str) -> bool:
        self._look()
        return number in self._numbers

    def _look(self) -> None:
        """Read the file again if another board has changed it."""
        if self.path is None:
            return
        try:
            found = self.path.stat()
            if self._seen == (found.st_mtime_ns, found.st_size):
                return
            self._numbers |= dict(_ended(self.path.read_text(encoding="ascii", errors="replace")))
            self._seen = (found.st_mtime_ns, found.st_size)
        except FileNotFoundError:
            return

    def _prune(self, path: Path, now: int) -> None:
        """Write the file anew without the sessions that are over by themselves."""
        kept = [
            (number, began)
            for number, began in _ended(path.read_text(encoding="ascii", errors="replace"))
            if now <= began + LASTS_S
        ]
        part = path.with_name(f"part-{os.getpid()}-{path.name}")
        part.write_text("".join(f"{began} {number}\n" for number, began in kept[-MOST_ENDED:]))
        part.chmod(0o600)
        part.replace(path)


def _ended(text: str) -> Iterator[tuple[str, int]]:
    """Yield the sessions of a file, number and when it began; a line that was cut short is none."""
    for line in text.splitlines():
        began, _, number = line.partition(" ")
        if began.isdigit() and len(number) == 2 * NUMBER:
            yield number, int(began)


NUMBER = 16
"""Bytes of a session's own number."""


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
    """Sign and verify sessions. `keys`: persist between runs; the first signs, all verify.

    `ended`: those that were ended before their time; None: this process alone knows.
    """

    def __init__(self, keys: Sequence[bytes], ended: EndedSessions | None = None) -> None:
        oldest_first = keys[::-1]
        self._cookies = URLSafeSerializer(oldest_first, salt=b"il2watch session", signer=Sha256)
        self._tokens = Sha256(oldest_first, salt=b"il2watch token")
        self._ended = EndedSessions() if ended is None else ended

    def begin(self, user: str | None, now: int) -> tuple[Session, str]:
        """Return a new session, and the cookie that carries it."""
        session = Session(user, now, secrets.token_hex(NUMBER))
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
        """End a session before its time. Raises UsageError when that cannot be kept."""
        self._ended.add(session.number, session.began)

    def token(self, session: Session) -> str:
        """Return the token that a form must carry."""
        return self._tokens.get_signature(session.number).decode()

    def genuine(self, session: Session, token: str) -> bool:
        """Return whether a token belongs to the session."""
        return self._tokens.verify_signature(session.number, token)
