"""The board's own TLS: the certificate and key that the configuration names."""

from __future__ import annotations

import ssl

from streams.errors import UsageError


def context(certificate: str, key: str) -> ssl.SSLContext:
    """A server's TLS, 1.2 or later. Raises UsageError when the two cannot be used; a key that asks for a password is one of those."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        made.load_cert_chain(certificate, key, password=lambda: "")
    except (OSError, ValueError) as error:
        raise UsageError(f"[board] tls-certfile {certificate}, tls-keyfile {key}: {getattr(error, 'strerror', None) or error}") from None
    return made
