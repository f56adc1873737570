"""Build the board's settings from the configuration's `[board]` table: display and authentication."""

from __future__ import annotations

from rules.wire.durations import duration
from rules.wire.instants import SECOND
from streams.board.access import users
from streams.board.access.auth_settings import AuthSettings, Proxy
from streams.board.access.session import LENGTH
from streams.board.board_state import DisplaySettings
from streams.config import site
from streams.config.board import Board, section
from streams.config.secrets import Secret, keys


def load(path: str | None) -> Board:
    """Return the table of a configuration (`path`, else `IL2WATCH_CONFIG`); as if empty without one.

    Raises UsageError naming file, line and key.
    """
    file = site.opened(path)
    return Board() if file is None else section(file)


def display_settings(found: Board, wall: bool) -> DisplaySettings:
    """Return how the board displays things."""
    return DisplaySettings(
        found.site,
        wall,
        tuple((one.patients, one.unit) for one in found.units),
        duration(found.quiet) / SECOND,
    )


def session_keys(found: Board) -> tuple[Secret, ...]:
    """Return the keys that sign sessions; empty when the configuration names no file.

    Raises UsageError.
    """
    if found.session_keys_file is None:
        return ()
    return keys("[board] session-keys-file", found.session_keys_file, LENGTH)


def auth_settings(found: Board) -> AuthSettings:
    """Return how users are authenticated. Raises UsageError when the users' file cannot be used."""
    proxy = (
        Proxy(found.proxy_header, found.proxy_from, found.proxy_roles_header) if found.proxy_header else None
    )
    return AuthSettings(
        users.load(found.users_file) if found.users_file else None,
        proxy,
        frozenset(map(str.lower, found.hosts)),
        found.secure,
    )
