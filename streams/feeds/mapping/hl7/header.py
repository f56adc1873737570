"""Hold what MSH says of a message: who sent it, what it is, and what answer it wants (v2 chapter 2, MSH)."""

from __future__ import annotations

from typing import NamedTuple

from streams.feeds.mapping.hl7.splitting import Delimiters, Segment


class Header(NamedTuple):
    """The fields of MSH that matter; `sender` and `receiver`: application and facility, as they stand."""

    sender: tuple[str, str] = ("", "")
    receiver: tuple[str, str] = ("", "")
    time: str = ""
    type: str = ""
    event: str = ""
    control_id: str = ""
    processing_id: str = ""
    version: str = ""
    accept: str = ""
    application: str = ""
    delimiters: Delimiters = Delimiters()

    @property
    def enhanced(self) -> bool:
        """Whether the message asks for enhanced acknowledgement: either of MSH-15, MSH-16 is given."""
        return bool(self.accept or self.application)

    @property
    def named(self) -> str:
        """The type as people name it: `ORU^R01`."""
        return f"{self.type}^{self.event}" if self.event else self.type

    @property
    def is_answer(self) -> bool:
        """Whether it is itself an acknowledgement, which nobody answers."""
        return self.type in ("ACK", "MCF")


def header(segment: Segment) -> Header:
    """Return the header of a message."""
    return Header(
        sender=(segment.raw(3), segment.raw(4)),
        receiver=(segment.raw(5), segment.raw(6)),
        time=segment.text(7),
        type=segment.text(9).upper(),
        event=segment.text(9, 2).upper(),
        control_id=segment.raw(10).strip(),
        processing_id=segment.text(11).upper(),
        version=segment.text(12),
        accept=segment.text(15).upper(),
        application=segment.text(16).upper(),
        delimiters=segment.delimiters,
    )
