"""The users' file: who may log in to the board, with what roles.

[users.rn-14]
name = "R. Nurse"                   # what stands in the audit; default: the user's name
password = "scrypt$32768$8$3$..."   # il2watch board --hash
roles = ["see", "act"]
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from streams.config.types import Table

Role = Literal["see", "act"]


class User(Table, frozen=True, kw_only=True):
    password: str
    roles: Annotated[tuple[Role, ...], msgspec.Meta(min_length=1)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=128)] | None = None


class UsersFile(Table, frozen=True, kw_only=True):
    users: dict[Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.@-]{1,64}$")], User]
