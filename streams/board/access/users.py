"""Read the users' file (who may log in, with what roles) and check passwords.

Passwords are hashed by scrypt with a salt of their own (RFC 7914, OWASP's costs).
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
    """The text is not a password hash."""


def hashed(password: str) -> str:
    """Return the hash of a password, with a new salt each time."""
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
    """Return whether the password has this hash, in the same time either way. Raises BadHash."""
    n, r, p, salt, expected = _parse(kept)
    return hmac.compare_digest(_derive(password, salt, n, r, p), expected)


def check(kept: str) -> None:
    """Raise BadHash for what is not a password hash."""
    _parse(kept)


def _derive(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"), salt=salt, n=n, r=r, p=p, maxmem=MEMORY, dklen=LENGTH
    )


def _parse(kept: str) -> tuple[int, int, int, bytes, bytes]:
    """Split a hash into costs, salt and digest. Raises BadHash."""
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
    """A user. `name`: as written to the audit; None: not identified."""

    name: str | None
    roles: frozenset[str]

    def may(self, role: str) -> bool:
        """Return whether the user has a role; a user who may act may see."""
        return role in self.roles or (role == SEE and ACT in self.roles)


EVERYBODY = Identity(None, frozenset({SEE, ACT}))
"""Anybody at this machine, where no login was set up."""


class Users:
    """The users of a file. Refusing an unknown user takes as long as refusing a wrong password."""

    def __init__(self, users: dict[str, User]) -> None:
        self._users = users
        self._nobody = hashed("")

    def identity(self, user: str) -> Identity | None:
        """Return the identity of a user; None when the file no longer has them."""
        found = self._users.get(user)
        return None if found is None else Identity(found.name or user, frozenset(found.roles))

    def admits(self, user: str, password: str) -> bool:
        """Return whether user and password match. Slow by design: call it off the event loop."""
        found = self._users.get(user)
        right = matches(password, self._nobody if found is None else found.password)
        return right and found is not None


def load(path: str) -> Users:
    """Read the file. Raises UsageError naming what is wrong, never showing a password."""
    file = parsed(text(path, hint=""), path)
    found = file.section(UsersFile)
    for user, one in found.users.items():
        try:
            check(one.password)
        except BadHash as fault:
            file.blame(("users", user, "password"), str(fault))
    return Users(found.users)
