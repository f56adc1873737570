"""Passwords as they are kept: scrypt with a salt of its own, `scrypt$N$r$p$salt$hash`. RFC 7914; the costs are those OWASP names for it."""

from __future__ import annotations

import binascii
import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode

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
    return "$".join(("scrypt", str(N), str(R), str(P), b64encode(salt).decode(), b64encode(_derive(password, salt, N, R, P)).decode()))


def matches(password: str, kept: str) -> bool:
    """Whether it is the password; takes the same time whether it is or not. Raises BadHash."""
    n, r, p, salt, expected = _read(kept)
    return hmac.compare_digest(_derive(password, salt, n, r, p), expected)


def check(kept: str) -> None:
    """Raises BadHash for what is no password as it is kept."""
    _read(kept)


def _derive(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, n=n, r=r, p=p, maxmem=MEMORY, dklen=LENGTH)


def _read(kept: str) -> tuple[int, int, int, bytes, bytes]:
    try:
        name, n, r, p, salt, expected = kept.split("$")
        found = int(n), int(r), int(p), b64decode(salt, validate=True), b64decode(expected, validate=True)
    except (ValueError, binascii.Error):
        raise BadHash("a password is kept as scrypt$N$r$p$salt$hash; il2watch board --hash makes one") from None
    sane = 1 < found[0] <= MOST_N and found[0] & (found[0] - 1) == 0 and 0 < found[1] <= MOST_R and 0 < found[2] <= MOST_P
    if name != "scrypt" or not sane or 128 * found[0] * found[1] > MEMORY or len(found[3]) < 8 or len(found[4]) != LENGTH:
        raise BadHash("its costs or lengths are not those of scrypt as it is used here; il2watch board --hash makes one")
    return found
