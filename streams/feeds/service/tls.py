"""Serve TLS with a certificate that can be renewed while connections stay, and say when it ends."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

from streams.config.feeds import FeedTable
from streams.errors import UsageError


class Certificate:
    """The certificate of one feed. `context`: None: it serves no TLS."""

    def __init__(self, name: str, table: FeedTable) -> None:
        self.name, self.table = name, table
        self.files = [Path(path) for path in (table.tls_cert_file, table.tls_key_file) if path]
        self.changed = self._changed()
        self.context = self._context() if table.tls_cert_file else None

    def _context(self) -> ssl.SSLContext:
        """Return the context: at least TLS 1.2, and the senders' certificates where their signer is named."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self.table.tls_cert_file or "", self.table.tls_key_file)
            if self.table.client_ca_file:
                context.load_verify_locations(self.table.client_ca_file)
                context.verify_mode = ssl.CERT_REQUIRED
        except OSError as error:
            raise UsageError(
                f"feeds.{self.name}: cannot use the certificates: {error.strerror or error}"
            ) from None
        return context

    def _changed(self) -> float:
        try:
            return max((path.stat().st_mtime for path in self.files), default=0.0)
        except OSError:
            return 0.0

    def renew(self) -> bool:
        """Load the files again if they changed; return whether they did. A pair that does not fit is left."""
        changed = self._changed()
        if self.context is None or changed in (0.0, self.changed):
            return False
        try:
            self.context.load_cert_chain(self.table.tls_cert_file or "", self.table.tls_key_file)
        except OSError:
            return False
        self.changed = changed
        return True

    def ends(self) -> float | None:
        """Return when the certificate ends, seconds since the epoch; None: it has none, or cannot tell."""
        if not self.table.tls_cert_file:
            return None
        # The standard library decodes a certificate of one's own nowhere else; its tests lean on this too.
        decode: Any = getattr(ssl._ssl, "_test_decode_cert", None)  # type: ignore[attr-defined]
        if decode is None:
            return None
        try:
            return ssl.cert_time_to_seconds(decode(self.table.tls_cert_file)["notAfter"])
        except (OSError, KeyError, ValueError):
            return None
