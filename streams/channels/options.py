"""Read and check a channel's table in the configuration, `[pager.channels.<name>]`.

One struct per kind defines its keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import msgspec
from yarl import URL

from streams.config.section import KeyFault, converted

Label = Annotated[str, msgspec.Meta(pattern="^[a-zA-Z_][a-zA-Z0-9_]*$")]
"""A name that Prometheus accepts as a label."""
NO_ADDRESS = "is no address; write it like https://host/path"
Seconds = Annotated[float, msgspec.Meta(gt=0, le=60)]


class ChannelOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """The options of every kind. `patient = false`: the receiver may not learn whom a page is about."""

    patient: bool = True


class HttpOptions(ChannelOptions, frozen=True, kw_only=True):
    """The options of every receiver over HTTP.

    `ca_file`: a certificate authority of one's own; `client_*`: a client certificate.
    """

    timeout_s: Seconds = 10.0
    proxy: str | None = None
    ca_file: str | None = None
    client_cert_file: str | None = None
    client_key_file: str | None = None
    token_env: str | None = None
    token_file: str | None = None
    username: str | None = None
    password_env: str | None = None
    password_file: str | None = None


Kind = TypeVar("Kind", bound=ChannelOptions)


def place(name: str) -> str:
    """Return how errors name a channel."""
    return f"[pager.channels.{name}]"


def parse_options(kind: type[Kind], name: str, table: Mapping[str, Any]) -> Kind:
    """Return the table as the kind's options. Raises KeyFault for a key that is unknown, missing or wrong."""
    return converted(table, kind, place(name))


def address(where: str, key: str, text: str) -> URL:
    """Return an http or https address, checked.

    Raises KeyFault naming the key, never the text: the whole of some addresses is secret.
    """
    try:
        url = URL(text)
    except ValueError:
        raise KeyFault(where, (key,), NO_ADDRESS) from None
    if url.scheme not in ("http", "https") or not url.host:
        raise KeyFault(where, (key,), NO_ADDRESS)
    if url.user is not None or url.password is not None:
        raise KeyFault(
            where,
            (key,),
            "a name and password do not belong in an address; give username and password-env or "
            "password-file",
        )
    return url
