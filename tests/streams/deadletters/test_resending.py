"""What may be sent again: only what will be taken, and noticed."""

from __future__ import annotations

import pytest

from rules.wire.deadletters import Letter
from rules.wire.instants import MINUTE
from streams.deadletters.resending import chosen, fault, keyed, lost, once
from tests.streams.deadletters.letters import AT, KNOWN, REFUSED, letter, value
from tests.streams.samples import record, vitals

AHEAD = 15 * MINUTE


@pytest.mark.parametrize("reason", REFUSED)
def test_what_was_refused_stays_while_it_is_as_it_was(reason: str) -> None:
    assert str(fault(REFUSED[reason], AHEAD)).startswith(f"{reason}: ")


@pytest.mark.parametrize(
    "mended",
    [
        letter(),
        letter(
            record("infusion", "i1", AT, agent="phenylephrine", rate=50, unit="ug/min"),
            where="il2.treatments/0/1",
            reason="needs-weight",
        ),
        letter(vitals("v1", AT, heart_rate=90) | {"readings": [{"code": "aura", "value": 1}]}),
        letter(vitals("v1", AT, heart_rate=90) | {"status": "corrected"}, partly_used=True),
        letter(
            {"type": "vitals", "id": "v1", "patient": "p1", "at": AT, "status": "entered-in-error"},
            partly_used=True,
        ),
    ],
    ids=["a good one", "a rate that had no weight", "an unknown code", "a correction", "a withdrawal"],
)
def test_what_will_be_taken_goes(mended: Letter) -> None:
    assert fault(mended, AHEAD) is None


@pytest.mark.parametrize(
    ("stays", "reason"),
    [
        (letter(key=None), "wrong-key"),
        (letter(value=None), "malformed"),
        (letter(timestamp=KNOWN - 16 * MINUTE), "from-the-future"),
        (letter(partly_used=True), "id-conflict"),
        (letter(vitals("v1", AT, heart_rate=90) | {"status": "preliminary"}, partly_used=True), "duplicate"),
        (letter(where="il2.deadletters/0/7"), "no-topic"),
        (letter(where="il2.alerts/0/7"), "no-topic"),
    ],
    ids=[
        "no key",
        "no value",
        "known before it was true",
        "a second final",
        "a second preliminary",
        "no header",
        "not an input",
    ],
)
def test_what_would_be_refused_or_passed_over_stays(stays: Letter, reason: str) -> None:
    assert str(fault(stays, AHEAD)).startswith(f"{reason}: ")


def test_how_far_ahead_a_fact_may_lie_is_the_guidelines_choice() -> None:
    early = letter(timestamp=KNOWN - 16 * MINUTE)
    assert fault(early, 16 * MINUTE) is None


def test_only_what_has_no_topic_cannot_be_forced() -> None:
    assert lost(REFUSED["malformed"]) is None
    assert lost(letter(where="il2.deadletters/0/7")) is not None


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (value(vitals("v1", AT, "pé", heart_rate=90)), "pé".encode()),
        (b"{}", b"p1"),
        (b"x", b"p1"),
        (b'{"patient":""}', b"p1"),
        (None, b"p1"),
    ],
)
def test_a_letter_is_keyed_anew_by_the_patient_it_names(data: bytes | None, key: bytes) -> None:
    assert keyed(letter(value=data)).key == key


def test_a_wrong_key_is_mended_by_keying_anew() -> None:
    assert fault(keyed(REFUSED["wrong-key"]), AHEAD) is None


OLD, NEW = (
    letter(where="il2.vitals/0/10", timestamp=1),
    letter(where="il2.vitals/0/9", timestamp=2, reason="bad-unit"),
)
TIE = letter(where="il2.vitals/0/11", timestamp=1)


@pytest.mark.parametrize(
    ("reasons", "places", "found"),
    [
        (set(), set(), [OLD, TIE, NEW]),
        ({"bad-unit"}, set(), [NEW]),
        (set(), {"il2.vitals/0/10"}, [OLD]),
        ({"bad-unit"}, {"il2.vitals/0/10"}, []),
        ({"bad-unit", "malformed"}, set(), [OLD, TIE, NEW]),
    ],
)
def test_letters_are_chosen_by_reason_and_place_oldest_first(
    reasons: set[str], places: set[str], found: list[Letter]
) -> None:
    assert chosen([NEW, TIE, OLD], reasons, places) == found


def test_a_record_of_two_letters_is_sent_once_and_another_version_of_it_too() -> None:
    other = OLD._replace(message="another reading")
    mended = OLD._replace(value=b"{}")
    assert once([OLD, other, mended]) == [OLD, mended]
