"""Read keys, tokens and passwords from the environment or a file, and load certificates.

Secrets are never in the configuration, on the command line or in a log.
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
    """A text that only `reveal` returns: printed, logged or in a traceback it is `Secret(...)`."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(...)"


@dataclass(frozen=True)
class Secrets:
    """The source of secrets. `environ`: the variables that may be named."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def read(self, where: str, key: str, env: str | None, file: str | None) -> Secret | None:
        """Return the secret that `<key>-env` or `<key>-file` names; None when neither is given.

        Raises UsageError naming the key when it is not there.
        """
        if env is not None and file is not None:
            raise KeyFault(where, (f"{key}-env",), f"stands beside {key}-file; give one of them")
        if env is None and file is None:
            return None
        return Secret(self._text(where, key, env, file or ""))

    def need(self, where: str, key: str, env: str | None, file: str | None) -> Secret:
        """Return the secret as `read` does; raises UsageError when neither is given."""
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
    """A substitute for checking a configuration without its secrets.

    Each secret that is named counts as present and well-formed.
    """

    def _text(self, where: str, key: str, env: str | None, file: str) -> str:
        return {"url": "https://unread.invalid/", "service-url": "json://unread.invalid/"}.get(key, "x" * 32)


def variable(key: str, name: str, environ: Mapping[str, str]) -> str:
    """Return a secret's variable. Raises UsageError when it is not set."""
    found = environ.get(name, "").strip()
    if not found:
        raise UsageError(f"{key}: the environment has no {name}, or it is empty")
    return found


def first_line(key: str, path: str) -> str:
    """Return the first line of a secret's file. Raises UsageError when there is none."""
    found = lines(key, path)
    if not found or not found[0]:
        raise UsageError(f"{key} {path}: its first line is empty")
    return found[0]


def keys(key: str, path: str, least: int) -> tuple[Secret, ...]:
    """Return the keys of a file with one key per line; empty lines are left out.

    Raises UsageError when there is none, or one is shorter than `least` characters.
    """
    found = [(number, line) for number, line in enumerate(lines(key, path), 1) if line]
    if not found:
        raise UsageError(f"{key} {path}: holds no key; write one a line")
    for number, line in found:
        if len(line) < least:
            raise UsageError(f"{key} {path}: line {number}: a key has at least {least} characters")
    return tuple(Secret(line) for _, line in found)


def lines(key: str, path: str) -> list[str]:
    """Return the lines of a secret's file. Raises UsageError when it cannot be read."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{key} {path}: {getattr(error, 'strerror', None) or 'not UTF-8 text'}") from None
    return [line.strip() for line in text.splitlines()]


def client_context(where: str, authority: str | None, cert: str | None, key: str | None) -> ssl.SSLContext:
    """Return a TLS context that checks the server's name and certificate; no setting turns that off.

    `authority`: a certificate authority of one's own; `cert`, `key`: the client certificate. Raises KeyFault
    naming `where` and the files that cannot be used.
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
