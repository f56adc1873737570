"""Read the users' file (who may log in, with what roles) and check passwords: scrypt with a salt of its own
(RFC 7914, OWASP's costs).
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from typing import NamedTuple

from streams.config.board import User, UsersFile
from streams.config.section import parsed
from streams.config.site import text

N, R, P = 1 << 15, 8, 3
MOST_N, MOST_R, MOST_P = 1 << 20, 16, 16
LENGTH = 32
MEMORY = 256 << 20
SHORTEST = 12


class BadHash(ValueError):
    """The text is not a password as it is kept."""


def hashed(password: str) -> str:
    """The password as it is kept; another each time."""
    salt = secrets.token_bytes(16)
    return "$".join(
        (
            "scrypt",
            str(N),
            str(R),
            str(P),
            b64encode(salt).decode(),
            b64encode(_derive(password, salt, N, R, P)).decode(),
        )
    )


def matches(password: str, kept: str) -> bool:
    """Whether it is the password; takes the same time whether it is or not. Raises BadHash."""
    n, r, p, salt, expected = _parse(kept)
    return hmac.compare_digest(_derive(password, salt, n, r, p), expected)


def check(kept: str) -> None:
    """Raises BadHash for what is no password as it is kept."""
    _parse(kept)


def _derive(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"), salt=salt, n=n, r=r, p=p, maxmem=MEMORY, dklen=LENGTH
    )


def _parse(kept: str) -> tuple[int, int, int, bytes, bytes]:
    try:
        name, n, r, p, salt, expected = kept.split("$")
        found = int(n), int(r), int(p), b64decode(salt, validate=True), b64decode(expected, validate=True)
    except (ValueError, binascii.Error):
        raise BadHash(
            "a password is kept as scrypt$N$r$p$salt$hash; il2watch board --hash makes one"
        ) from None
    sane = (
        1 < found[0] <= MOST_N
        and found[0] & (found[0] - 1) == 0
        and 0 < found[1] <= MOST_R
        and 0 < found[2] <= MOST_P
    )
    if (
        name != "scrypt"
        or not sane
        or 128 * found[0] * found[1] > MEMORY
        or len(found[3]) < 8
        or len(found[4]) != LENGTH
    ):
        raise BadHash(
            "its costs or lengths are not those of scrypt as it is used here; il2watch board --hash makes one"
        )
    return found


SEE, ACT = "see", "act"


class Identity(NamedTuple):
    """Somebody who looks. `name`: as it stands in the audit; None: nobody was asked who they are."""

    name: str | None
    roles: frozenset[str]

    def may(self, role: str) -> bool:
        """Who may act may see."""
        return role in self.roles or (role == SEE and ACT in self.roles)


EVERYBODY = Identity(None, frozenset({SEE, ACT}))
"""Whoever sits at this machine, where no login was set up."""


class Users:
    """Those of a file. A user who is not there takes as long to refuse as a wrong password."""

    def __init__(self, users: dict[str, User]) -> None:
        self._users = users
        self._nobody = hashed("")

    def identity(self, user: str) -> Identity | None:
        """Who a user is; None when there is no such user any more."""
        found = self._users.get(user)
        return None if found is None else Identity(found.name or user, frozenset(found.roles))

    def admits(self, user: str, password: str) -> bool:
        """Whether user and password belong together. Takes long by design: call it off the loop."""
        found = self._users.get(user)
        right = matches(password, self._nobody if found is None else found.password)
        return right and found is not None


def load(path: str) -> Users:
    """Reads the file. Raises UsageError naming what is wrong, never showing a password."""
    file = parsed(text(path, hint=""), path)
    found = file.section(UsersFile)
    for user, one in found.users.items():
        try:
            check(one.password)
        except BadHash as fault:
            file.blame(("users", user, "password"), str(fault))
    return Users(found.users)
