"""Read the configuration's `[broker]` table: addresses, security, and the password from where it may come
from.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rules.wire.nearest import did_you_mean
from streams.errors import UsageError

ONE = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]+):(?P<port>[0-9]{1,5})")


def servers_of(text: object) -> str:
    """The address, checked and without blanks: `a:1,b:2`.

    Raises UsageError naming the part that is not host:port.
    """
    if not isinstance(text, str):
        raise UsageError(f'broker {text!r}: give it as text, like "localhost:9092"')
    return ",".join(server(part.strip()) for part in text.split(","))


def server(text: str) -> str:
    """One host:port. Raises UsageError."""
    found = ONE.fullmatch(text)
    if found is None or not 0 < int(found["port"]) <= 65535:
        raise UsageError(f"broker {text!r} is not host:port, like localhost:9092")
    return text


def hosts(servers: str) -> list[tuple[str, int]]:
    """Each host, an IPv6 one without its brackets, and port."""
    parts = (one.rpartition(":") for one in servers.split(","))
    return [(host.strip("[]"), int(port)) for host, _, port in parts]


PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
KEYS = (
    "security-protocol",
    "sasl-mechanism",
    "sasl-username",
    "password-file",
    "ssl-cafile",
    "ssl-certfile",
    "ssl-keyfile",
)


def read(path: str | None) -> Mapping[str, Any] | None:
    """The `[broker]` table of the configuration (`path`, else `IL2WATCH_CONFIG`); None without one.

    Raises UsageError for what is not TOML.
    """
    named = path or os.environ.get("IL2WATCH_CONFIG")
    if not named:
        return None
    try:
        found = tomllib.loads(Path(named).read_text(encoding="utf-8")).get("broker")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{named}: not TOML: {error}") from None
    except OSError as error:
        raise UsageError(f"{named}: {error.strerror}") from None
    if found is not None and not isinstance(found, dict):
        raise UsageError(f"{named}: broker is a table: write [broker] and its keys below")
    return found


def check(table: Mapping[str, Any]) -> None:
    """Whether the table can be used, its password file left unread.

    Raises UsageError naming the key that is wrong.
    """
    for key, value in table.items():
        servers_of(value) if key == "servers" else check_key(key, value)
    getting_in(
        {key: value for key, value in table.items() if key not in ("servers", "password-file")}, "not read"
    )


def getting_in(table: Mapping[str, Any], password: str | None) -> dict[str, Any]:
    """The fields of `Broker` that say how to get in.

    Raises UsageError naming the key that is unknown, wrong or missing.
    """
    for key, value in table.items():
        check_key(key, value)
    fields = {key.replace("-", "_"): value for key, value in table.items() if key != "password-file"}
    check_choice("security-protocol", fields.setdefault("security_protocol", "PLAINTEXT"), PROTOCOLS)
    if fields["security_protocol"].startswith("SASL"):
        fields |= logging_in(table, password)
    if "ssl_keyfile" in fields and "ssl_certfile" not in fields:
        raise UsageError("[broker] ssl-keyfile: needs ssl-certfile too")
    return fields


def logging_in(table: Mapping[str, Any], password: str | None) -> dict[str, Any]:
    """Mechanism, user and password; all three are needed.

    Raises UsageError naming the one that is not there.
    """
    mechanism = table.get("sasl-mechanism", "PLAIN")
    check_choice("sasl-mechanism", mechanism, MECHANISMS)
    if "sasl-username" not in table:
        raise UsageError("[broker] sasl-username: missing, and security-protocol asks for it")
    word = from_file(table["password-file"]) if "password-file" in table else password
    if not word:
        raise UsageError("[broker] no password: name a password-file, or set IL2WATCH_BROKER_PASSWORD")
    return {"sasl_mechanism": mechanism, "sasl_username": table["sasl-username"], "sasl_password": word}


def check_key(key: str, value: object) -> None:
    """Raises UsageError for a key that is not there, with the nearest that is, or a value that is
    not text.
    """
    if key in ("password", "sasl-password"):
        raise UsageError(
            f"[broker] {key}: a password does not belong in this file; name a password-file, or set "
            "IL2WATCH_BROKER_PASSWORD"
        )
    if key not in KEYS:
        known = ("servers", *KEYS)
        hint = did_you_mean(key, known, f"there are {', '.join(known)}")
        raise UsageError(f"[broker] {key}: no such key; {hint}")
    if not isinstance(value, str) or not value:
        raise UsageError(f"[broker] {key}: is text, not {value!r}")


def check_choice(key: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise UsageError(f"[broker] {key}: is one of {', '.join(choices)}, not {value!r}")


def from_file(path: str) -> str:
    """A password: the first line of its file. Raises UsageError when there is none."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"[broker] password-file {path}: {getattr(error, 'strerror', None) or 'not UTF-8 text'}"
        ) from None
    if not lines or not lines[0]:
        raise UsageError(f"[broker] password-file {path}: its first line is empty")
    return lines[0]
