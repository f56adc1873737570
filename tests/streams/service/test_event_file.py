"""A file becomes events in the order of knowing; what is refused is said, with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from streams.service.event_file import load, summary
from tests.streams.samples import GUIDELINE, vitals

Write = Callable[..., str]
AHEAD = GUIDELINE.choices.ahead


def test_events_stand_in_order_of_known_with_ties_in_file_order(write: Write) -> None:
    late = vitals("v1", "2026-03-02T10:00:00Z", heart_rate=90) | {"known": "2026-03-02T12:00:00Z"}
    path = write(
        late,
        vitals("v2", "2026-03-02T11:00:00Z", heart_rate=90),
        vitals("v3", "2026-03-02T12:00:00Z", heart_rate=90),
    )
    assert [event.id for event in load(path, AHEAD).events] == ["v2", "v1", "v3"]


def test_an_empty_file_has_no_events(write: Write) -> None:
    assert load(write(b""), AHEAD).events == []


def test_an_event_carries_its_line(write: Write) -> None:
    assert [
        event.offset
        for event in load(write(b"\n", vitals("v1", "2026-03-02T10:00:00Z", heart_rate=90)), AHEAD).events
    ] == [2]


@pytest.mark.parametrize(("ahead", "refused"), [(14 * 60_000, 1), (15 * 60_000, 0)])
def test_how_far_ahead_a_fact_may_lie_is_the_guidelines_choice(
    write: Write, ahead: int, refused: int
) -> None:
    early = vitals("v1", "2026-03-02T10:15:00Z", heart_rate=90) | {"known": "2026-03-02T10:00:00Z"}
    assert load(write(early), ahead).refused["from-the-future"] == refused


def test_a_refusal_is_one_line_with_file_line_and_reason(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(
        vitals("v1", "2026-03-02T10:00:00Z", heart_rate=90),
        b"\n",
        b"not json\n",
        vitals("v2", "2026-03-02T10:00:00", heart_rate=90),
    )
    log = load(path, AHEAD)
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith(f"{path}:3: malformed: ")
    assert second.startswith(f"{path}:4: bad-time: ")
    assert log.refused == Counter({"malformed": 1, "bad-time": 1})


def test_refusing_one_reading_keeps_its_neighbours(write: Write) -> None:
    mixed = vitals("v1", "2026-03-02T10:00:00Z", heart_rate=90, systolic_bp=100)
    mixed["readings"][0]["unit"] = "furlong"
    log = load(write(mixed), AHEAD)
    assert log.refused == Counter({"bad-unit": 1})
    assert log.events[0].readings == (("systolic-bp", 100.0),)


def test_a_line_too_long_is_malformed(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    assert load(write(b"x" * (2 << 20)), AHEAD).refused == Counter({"malformed": 1})
    assert "longer than 1 MiB" in capsys.readouterr().err


def test_an_unknown_code_is_counted_and_not_reported(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    record = vitals("v1", "2026-03-02T10:00:00Z", heart_rate=90)
    record["readings"].append({"code": "aura", "value": 1, "unit": "1"})
    assert load(write(record), AHEAD).noted == Counter({"unknown-code": 1})
    assert capsys.readouterr().err == ""


def test_a_refusal_cannot_write_control_characters_on_the_terminal(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    load(write(b'{"type":"\\u001b[31mred","id":"x","patient":"p","at":"2026-03-02T10:00:00Z"}\n'), AHEAD)
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("refused", "noted", "expected"),
    [
        (Counter(), Counter(), None),
        (Counter({"bad-unit": 1, "malformed": 2}), Counter(), "3 refused (malformed 2, bad-unit 1)"),
        (Counter(), Counter({"implausible": 4}), "kept and not used: implausible 4"),
        (
            Counter({"malformed": 1}),
            Counter({"duplicate": 2}),
            "1 refused (malformed 1); kept and not used: duplicate 2",
        ),
    ],
)
def test_the_summary_counts_by_reason(
    refused: Counter[str], noted: Counter[str], expected: str | None
) -> None:
    assert summary(refused, noted) == expected
