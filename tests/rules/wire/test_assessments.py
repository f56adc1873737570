"""The assessment on the wire: the fields of wire.md in their order, read by older readers, refused when it is
none.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rules.wire.assessments import NotAnAssessment, decode, encode
from tests.streams.samples import assessment, criterion

SPECIFIED = Path(__file__).parents[3] / "docs" / "spec" / "wire.md"


def specified() -> dict[str, Any]:
    """The example of wire.md."""
    section = SPECIFIED.read_text(encoding="utf-8").partition("## Assessment")[2]
    found: dict[str, Any] = json.loads(re.findall(r"```json\n(.*?)```", section, re.S)[0])
    return found


def fields(of: Any, above: str = "") -> list[str]:
    """The names in a document in order, those of nested objects with the names above them."""
    if isinstance(of, list):
        return fields(of[0], above) if of else []
    if not isinstance(of, dict):
        return []
    return [name for key, held in of.items() for name in (f"{above}{key}", *fields(held, f"{above}{key}."))]


def test_the_fields_are_those_of_the_specification_in_its_order() -> None:
    example = specified()
    written = json.loads(encode(decode(json.dumps(example).encode())))
    assert fields(written) == fields(example)
    assert written == example


def test_what_is_read_and_written_again_is_the_same_bytes() -> None:
    rows = [criterion("urine-hour", "absolute", value=8.0), criterion("sinus-tachycardia", value=134)]
    value = msgspec.json.encode(assessment("p1", *rows))
    assert encode(decode(value)) == value


def with_more(plain: Any) -> Any:
    """The document with a field more in each object."""
    if isinstance(plain, list):
        return [with_more(one) for one in plain]
    if isinstance(plain, dict) and "sha256" not in plain:
        return {key: with_more(one) for key, one in plain.items()} | {"of-a-newer-worker": [1]}
    return plain


def test_a_field_that_is_not_known_is_passed_over_wherever_it_stands() -> None:
    plain = assessment("p1")
    assert decode(json.dumps(with_more(plain)).encode()) == decode(json.dumps(plain).encode())


NONE = {
    "no JSON": b"\xff nonsense",
    "cut short": b'{"mode":',
    "nothing": b"",
    "a list": b"[]",
    "an assessment without its dose": json.dumps(
        {name: one for name, one in assessment("p1").items() if name != "dose"}
    ).encode(),
    "a count in words": json.dumps(assessment("p1", relative="two")).encode(),
    "a row without its state": json.dumps(assessment("p1", criteria=[{"code": "urine-hour"}])).encode(),
}


@pytest.mark.parametrize("value", NONE.values(), ids=NONE)
def test_what_is_no_assessment_is_refused(value: bytes) -> None:
    with pytest.raises(NotAnAssessment, match="not an assessment: "):
        decode(value)
