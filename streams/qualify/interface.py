"""Speak HL7 v2 over MLLP to the running feed, as the hospital's laboratory would (docs/spec/feeds.md)."""

from __future__ import annotations

import socket
import ssl
from typing import NamedTuple

from streams.config.feeds import FeedTable, tables
from streams.config.section import SiteFile
from streams.errors import UsageError
from streams.kafka.ports import HOST

VT, END = b"\x0b", b"\x1c\r"
TAKEN = (b"AA", b"CA")
PATIENCE_S = 15.0
CREATININE = "2160-0^Creatinine^LN"
EVERYWHERE = ("0.0.0.0", "::", "")
"""Addresses to listen at that are none to call: the feed is then called on this machine."""


class Interface(NamedTuple):
    """A feed that is spoken to: its name in the configuration, and its table."""

    name: str
    table: FeedTable

    @property
    def address(self) -> tuple[str, int]:
        """Where the feed is called."""
        host, port = self.table.address
        return (HOST if host in EVERYWHERE else host), port

    def creatinine(self, patient: str, value: float, at: str, status: str) -> None:
        """Send a creatinine (mg/dL) of a patient, and wait until the feed has taken it.

        `at`: when it was drawn, RFC 3339, UTC; `status`: of OBX-11, F or C. Raises UsageError when the feed
        does not answer or does not take it.
        """
        answer = self._exchange(self.message(patient, value, hl7_time(at), status))
        code = answer.partition(b"\rMSA|")[2][:2]
        if code not in TAKEN:
            word = code.decode("ascii", "replace") or "nothing"
            raise UsageError(
                f"the feed {self.name} answers {word} to the test patient's message; see its log"
            )

    def message(self, patient: str, value: float, at: str, status: str) -> bytes:
        """Return the message: one order, so that a corrected result corrects the first."""
        authority = next(iter(self.table.patient.authorities), "IL2WATCH")
        kind, processing = self.table.patient.types[0], self.table.processing_ids[0]
        order = f"{patient}-creatinine^IL2WATCH"
        head = f"MSH|^~\\&|QUALIFY|IL2WATCH|IL2WATCH|WARD|{at}||ORU^R01^ORU_R01"
        segments = (
            f"{head}|{patient}-{status}|{processing}|2.6|||AL|NE||UNICODE UTF-8",
            f"PID|1||{patient}^^^{authority}^{kind}",
            f"OBR|1||{order}|PANEL|||{at}",
            f"OBX|1|NM|{CREATININE}||{value:g}|mg/dL^^UCUM|||||{status}|||{at}",
        )
        return "".join(f"{segment}\r" for segment in segments).encode()

    def _exchange(self, message: bytes) -> bytes:
        """Send a message over a connection of its own, and return the answer. Raises UsageError."""
        where = ":".join(map(str, self.address))
        try:
            with self._connected() as connection:
                connection.sendall(VT + message + END)
                answer = b""
                while not answer.endswith(END) and (more := connection.recv(1 << 16)):
                    answer += more
        except OSError as error:
            why = error.strerror or str(error) or type(error).__name__
            raise UsageError(
                f"the feed {self.name} does not answer at {where} ({why}); is it running?"
            ) from None
        return answer

    def _connected(self) -> socket.socket:
        plain = socket.create_connection(self.address, timeout=PATIENCE_S)
        if self.table.tls_cert_file is None:
            return plain
        context = ssl.create_default_context(cafile=self.table.tls_cert_file)
        context.check_hostname = False  # it is this very certificate that is trusted
        return context.wrap_socket(plain)


def interface_of(file: SiteFile | None) -> Interface | None:
    """Return the first HL7 feed of a configuration that this command can speak to; None: there is none.

    One that wants a certificate of its senders is left out: this command has none. Raises UsageError.
    """
    found = tables(file) if file is not None and "feeds" in file.document.values else {}
    spoken = (
        Interface(name, table)
        for name, table in found.items()
        if table.kind == "mllp" and table.client_ca_file is None
    )
    return next(spoken, None)


def hl7_time(at: str) -> str:
    """Return an instant (RFC 3339, UTC) as HL7 writes it."""
    day, _, clock = at.removesuffix("Z").partition("T")
    return f"{day.replace('-', '')}{clock.replace(':', '')}+0000"
