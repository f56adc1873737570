"""Read words that are charted: findings, and what a patient breathes (docs/spec/feeds.md, Values)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from rules.wire import vocabulary
from rules.wire.refusals import MALFORMED, UNMAPPED, UNSUPPORTED
from streams.feeds.mapping.code_map import CodeMap
from streams.feeds.mapping.publishing import Unusable
from streams.feeds.mapping.wire_events import SentReading

YES = ("positive", "pos", "yes", "y", "true", "1", "present", "detected", "done", "+")
NO = ("negative", "neg", "no", "n", "false", "0", "absent", "none", "not detected", "-")
SPECIMEN_MARK = ":"
_FLOW = re.compile(r"(.*?)\s+([0-9]+(?:\.[0-9]+)?)\s*(?:lpm|l/min|l)", re.IGNORECASE)


class Answer(NamedTuple):
    """What a finding says: `present`, or `value`."""

    present: bool | None = None
    value: str | None = None


def finding_code(our_code: str) -> str:
    """Return the code of a map row's finding, which may name one value too (`rales=half`), or a specimen."""
    return our_code.partition("=")[0].partition(SPECIMEN_MARK)[0]


def specimen(our_code: str) -> str | None:
    """Return the specimen that a map row names: `guaiac-positive:stool`."""
    return our_code.partition(SPECIMEN_MARK)[2] or None


def finding(our_code: str, texts: Iterable[str]) -> Answer:
    """Return what a finding says, by the first of its words that is known. Raises Unusable."""
    code, fixed = finding_code(our_code), our_code.partition("=")[2]
    words = [" ".join(text.casefold().split()) for text in texts]
    if code in vocabulary.VALUE_FINDINGS and not fixed:
        value = next((word for word in words if word in vocabulary.VALUE_FINDINGS[code]), None)
        if value is None:
            raise Unusable(MALFORMED, f"a value of {code} that is none")
        return Answer(value=value)
    answer = next((word in YES for word in words if word in (*YES, *NO)), None)
    if answer is None:
        raise Unusable(MALFORMED, f"{code}: neither yes nor no")
    if not fixed:
        return Answer(present=answer)
    if not answer:
        raise Unusable(UNSUPPORTED, f"{code}: no {fixed} says nothing of the others")
    return Answer(value=fixed)


def oxygen(texts: Iterable[str], codes: CodeMap) -> tuple[SentReading, ...]:
    """Return the oxygen device that a text names, and the flow that it may end with: `NC 3 LPM`.

    Raises Unusable for a device that the map does not know.
    """
    for text in texts:
        words, flow = oxygen_flow(text)
        device = codes.word("o2-device", words)
        if device is not None:
            more = () if flow is None else (SentReading("o2-flow", flow, "L/min"),)
            return (SentReading("o2-device", device), *more)
    raise Unusable(UNMAPPED, "an oxygen device that the map does not know")


def oxygen_flow(text: str) -> tuple[str, float | None]:
    """Return the words of a text about oxygen, and the flow in L/min that it ends with (None: none)."""
    found = _FLOW.fullmatch(text.strip())
    return (text, None) if found is None else (found[1], float(found[2]))
