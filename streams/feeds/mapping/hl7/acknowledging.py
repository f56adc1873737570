"""Write the answers that a message asks for: original mode, or enhanced mode by MSH-15 and MSH-16.

Source: docs/spec/feeds.md, Acknowledgement; v2 2.9.2, 2.9.3; table 0357.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from streams.feeds.mapping.handled import NOT_STORED, Verdict
from streams.feeds.mapping.hl7.header import Header
from streams.feeds.mapping.hl7.splitting import escaped

ALWAYS, NEVER, ON_ERROR, ON_SUCCESS = "AL", "NE", "ER", "SU"
WORDS = {
    100: "Segment sequence error",
    101: "Required field missing",
    200: "Unsupported message type",
    201: "Unsupported event code",
    202: "Unsupported processing id",
    203: "Unsupported version id",
    207: "Application internal error",
}


class Sign(NamedTuple):
    """What an answer is signed with: when it is made, and a control id of its own."""

    now: datetime
    control_id: str


def answers(header: Header, verdict: Verdict, sign: Sign) -> list[str]:
    """Return the answers to send, in order: none, one, or a commit and an application answer."""
    if header.is_answer:
        return []
    return [answer(header, code, verdict, sign) for code in codes(header, verdict)]


def codes(header: Header, verdict: Verdict) -> list[str]:
    """Return MSA-1 of each answer that a message asks for."""
    kind = "A" if verdict.taken else "E" if verdict.code == NOT_STORED else "R"
    if not header.enhanced:
        return [f"A{kind}"]
    commit = [f"C{kind}"] if _wanted(header.accept, verdict) else []
    refused_commit = commit and not verdict.taken
    application = [f"A{kind}"] if _wanted(header.application, verdict) and not refused_commit else []
    return commit + application


def _wanted(condition: str, verdict: Verdict) -> bool:
    """Return whether a condition of table 0155 is met; an empty one is never, an unknown one always."""
    if condition in ("", NEVER):
        return False
    if condition == ON_ERROR:
        return not verdict.taken
    return condition != ON_SUCCESS or verdict.taken


def answer(header: Header, code: str, verdict: Verdict, sign: Sign) -> str:
    """Return one answer: MSH, MSA, and ERR when it is not positive; it ends with CR."""
    field, component, repetition, escape, sub = header.delimiters
    kind = component.join(("ACK", header.event, "ACK")) if header.event else "ACK"
    when = sign.now.strftime("%Y%m%d%H%M%S%z")
    mode = header.processing_id or "P"
    head = (
        f"MSH{field}{component}{repetition}{escape}{sub}", *header.receiver, *header.sender, when, "", kind,
        sign.control_id, mode, header.version or "2.5.1",
    )  # fmt: skip
    segments = [field.join(head), field.join(("MSA", code, header.control_id))]
    if not verdict.taken:
        segments.append(_error(header, verdict))
    return "".join(f"{segment}\r" for segment in segments)


def _error(header: Header, verdict: Verdict) -> str:
    field, component = header.delimiters.field, header.delimiters.component
    segment, _, number = verdict.field.partition("-")
    place = component.join((segment, "1", number)) if segment else ""
    coded = component.join((str(verdict.code), WORDS.get(verdict.code, "Error"), "HL70357"))
    return field.join(("ERR", "", place, coded, "E", "", "", escaped(verdict.text, header.delimiters)))
