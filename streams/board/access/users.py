"""The users' file: who may log in, with what roles.

[users.rn-14]
name = "R. Nurse"                   # what stands in the audit; default: the user's name
password = "scrypt$32768$8$3$..."   # il2watch board --hash
roles = ["see", "act"]
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec

from streams.board.access.password import BadHash, check, hashed, matches
from streams.errors import UsageError

Role = Literal["see", "act"]
SEE, ACT = "see", "act"


class _User(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    password: str
    roles: Annotated[tuple[Role, ...], msgspec.Meta(min_length=1)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=128)] | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    users: dict[Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.@-]{1,64}$")], _User]


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

    def __init__(self, users: dict[str, _User]) -> None:
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
    try:
        text = Path(path).read_text(encoding="utf-8")
        found = msgspec.convert(tomllib.loads(text), _File)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not TOML: {error}") from None
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: {error}") from None
    for user, one in found.users.items():
        try:
            check(one.password)
        except BadHash as fault:
            raise UsageError(f"{path}: users.{user}.password: {fault}") from None
    return Users(found.users)
