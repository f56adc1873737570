"""Keys, tokens and passwords: from the environment or a file, never from the configuration, the command line
or a log. And the certificates that go with them.

routing-key-env = "PAGERDUTY_KEY"              # the variable that holds it
routing-key-file = "/run/secrets/pagerduty"    # or the file whose first line it is
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from streams.config.section import KeyFault
from streams.errors import UsageError


class Secret:
    """A text that shows itself only to `reveal`: printed, logged or in a traceback it is `Secret(...)`."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(...)"


@dataclass(frozen=True)
class Secrets:
    """Where secrets come from. `environ`: the variables that may be named."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def read(self, where: str, key: str, env: str | None, file: str | None) -> Secret | None:
        """The secret that `<key>-env` or `<key>-file` names; None when neither is given.

        Raises UsageError naming the key when it is not there.
        """
        if env is not None and file is not None:
            raise KeyFault(where, (f"{key}-env",), f"stands beside {key}-file; give one of them")
        if env is None and file is None:
            return None
        return Secret(self._text(where, key, env, file or ""))

    def need(self, where: str, key: str, env: str | None, file: str | None) -> Secret:
        """As `read`, for a secret that the channel cannot do without."""
        found = self.read(where, key, env, file)
        if found is None:
            raise KeyFault(
                where,
                (f"{key}-env",),
                f"missing; name the variable that holds it, or a file with {key}-file",
            )
        return found

    def _text(self, where: str, key: str, env: str | None, file: str) -> str:
        if env is None:
            return first_line(f"{where} {key}-file", file)
        return variable(f"{where} {key}-env", env, self.environ)


class Unread(Secrets):
    """Stands in where a configuration is checked away from its secrets: each that is named is there and
    well-formed.
    """

    def _text(self, where: str, key: str, env: str | None, file: str) -> str:
        return {"url": "https://unread.invalid/", "service-url": "json://unread.invalid/"}.get(key, "x" * 32)


def variable(key: str, name: str, environ: Mapping[str, str]) -> str:
    """A secret's variable. Raises UsageError when it is not set."""
    found = environ.get(name, "").strip()
    if not found:
        raise UsageError(f"{key}: the environment has no {name}, or it is empty")
    return found


def first_line(key: str, path: str) -> str:
    """A secret's file: its first line. Raises UsageError when there is none."""
    found = lines(key, path)
    if not found or not found[0]:
        raise UsageError(f"{key} {path}: its first line is empty")
    return found[0]


def keys(key: str, path: str, least: int) -> tuple[Secret, ...]:
    """A file with a key a line, each of `least` characters or more, empty lines left out.

    Raises UsageError when there is none, or a short one.
    """
    found = [(number, line) for number, line in enumerate(lines(key, path), 1) if line]
    if not found:
        raise UsageError(f"{key} {path}: holds no key; write one a line")
    for number, line in found:
        if len(line) < least:
            raise UsageError(f"{key} {path}: line {number}: a key has at least {least} characters")
    return tuple(Secret(line) for _, line in found)


def lines(key: str, path: str) -> list[str]:
    """The lines of a secret's file. Raises UsageError when it cannot be read."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{key} {path}: {getattr(error, 'strerror', None) or 'not UTF-8 text'}") from None
    return [line.strip() for line in text.splitlines()]


def client_context(where: str, authority: str | None, cert: str | None, key: str | None) -> ssl.SSLContext:
    """Return TLS that checks the server's name and certificate; there is no setting to leave that out.

    `authority`: a certificate authority of one's own; `cert`, `key`: what is shown of oneself. Raises
    KeyFault naming `where` and the files that cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=authority)
        if cert:
            context.load_cert_chain(cert, key)
    except OSError as error:
        named = ", ".join(path for path in (authority, cert, key) if path)
        raise KeyFault(
            where, (), f"cannot use the certificates ({named}): {error.strerror or error}"
        ) from None
    return context
