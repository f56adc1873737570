"""Serve TLS with a certificate that can be renewed while connections stay, and say when it ends.

Source: docs/spec/feeds.md, Configuration, Metrics; the log's lines: docs/reference/feeds/analyst.md.
"""

from __future__ import annotations

import logging
import ssl
from pathlib import Path
from typing import Any, NamedTuple

from rules.wire import instants
from streams.config.feeds import FeedTable
from streams.errors import UsageError
from streams.feeds.service import metrics

log = logging.getLogger("il2watch.feeds")
TLS_REFUSED = "tls-refused"


class Span(NamedTuple):
    """From when to when a certificate is valid, seconds since the epoch."""

    begins: float
    ends: float


class Certificate:
    """The certificate of one feed. `context`: None: it serves no TLS. Raises UsageError."""

    def __init__(self, name: str, table: FeedTable) -> None:
        self.name, self.table = name, table
        self.files = [
            Path(path) for path in (table.tls_cert_file, table.tls_key_file, table.client_ca_file) if path
        ]
        self.loaded = self._state()
        self.context = _context(table, name) if table.tls_cert_file else None
        if self.context is not None:
            self.context.sslobject_class = _watched(name)

    def _state(self) -> tuple[tuple[int, int], ...]:
        """Return what changes with the files; empty while one of them is missing."""
        try:
            found = [path.stat() for path in self.files]
        except OSError:
            return ()
        return tuple((each.st_mtime_ns, each.st_ino) for each in found)

    def renew(self) -> bool:
        """Load the files again if they changed; return whether they did.

        A pair that does not fit is tried apart first: loaded into the context it would take away the one that
        serves. A signer of senders is added; one that is taken away counts until the restart.
        """
        state = self._state()
        if self.context is None or state in ((), self.loaded):
            return False
        try:
            _context(self.table, self.name)
        except UsageError as fault:
            log.error("%s; the one before serves on", fault)
            return False
        _load(self.context, self.table)
        self.loaded = state
        return True

    def span(self) -> Span | None:
        """Return from when to when the certificate is valid; None: it has none, or cannot tell."""
        # The standard library decodes a certificate of one's own nowhere else; its tests lean on this too.
        decode: Any = getattr(ssl._ssl, "_test_decode_cert", None)  # type: ignore[attr-defined]
        if not self.table.tls_cert_file or decode is None:
            return None
        try:
            found = decode(self.table.tls_cert_file)
            return Span(*(ssl.cert_time_to_seconds(found[key]) for key in ("notBefore", "notAfter")))
        except (OSError, KeyError, ValueError):
            return None

    def fault(self, now: float) -> str | None:
        """Return why senders will not accept its dates at an instant (s); None: they will."""
        span = self.span()
        if span is None or span.begins <= now < span.ends:
            return None
        what, at = ("ended", span.ends) if now >= span.ends else ("is not valid before", span.begins)
        return f"its certificate {what} {instants.text(int(at) * 1000)}: senders that check it do not connect"


def _context(table: FeedTable, name: str) -> ssl.SSLContext:
    """Return the context: at least TLS 1.2, and the senders' certificates where their signer is named."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        _load(context, table)
    except OSError as error:
        text = error.strerror if not isinstance(error, ssl.SSLError) else _reason(error)
        raise UsageError(f"feeds.{name}: cannot use the certificates: {text or error}") from None
    return context


def _load(context: ssl.SSLContext, table: FeedTable) -> None:
    context.load_cert_chain(table.tls_cert_file or "", table.tls_key_file)
    if table.client_ca_file:
        context.load_verify_locations(table.client_ca_file)
        context.verify_mode = ssl.CERT_REQUIRED


def _watched(name: str) -> type[ssl.SSLObject]:
    """Return a TLS connection that says why its handshake failed: asyncio drops that without a word."""

    class Watched(ssl.SSLObject):
        def do_handshake(self) -> None:
            try:
                super().do_handshake()
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                raise
            except ssl.SSLError as fault:
                metrics.FRAMES.labels(name, TLS_REFUSED).inc()
                log.warning("%s: no TLS with a sender: %s", name, _reason(fault))
                raise

    return Watched


def _reason(fault: ssl.SSLError) -> str:
    """Return what OpenSSL says of a fault, in words."""
    if isinstance(fault, ssl.SSLCertVerificationError):
        return f"its certificate: {fault.verify_message}"
    return (fault.reason or "").lower().replace("_", " ") or "a file holds none in PEM"
