"""What people see: every level by shape and word, nothing by colour alone, and nothing that a patient id can
break.
"""

from __future__ import annotations

import io
import sys

import pytest
from rich.console import Console

from streams import display
from streams.display import LEVEL_COLOUR, encodable, plain
from streams.show import alerts, assessment
from streams.show.terminal import cell, console
from tests.streams.samples import alert_record, criterion
from tests.streams.samples import assessed as sample
from tests.streams.samples import assessment as plain_sample


class Terminal(io.TextIOWrapper):
    """A stdout in a chosen encoding."""

    def __init__(self, encoding: str = "utf-8", tty: bool = False) -> None:
        super().__init__(io.BytesIO(), encoding=encoding)
        self.tty = tty

    def isatty(self) -> bool:
        return self.tty

    def seen(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode(self.encoding)  # type: ignore[attr-defined]


def screen(
    monkeypatch: pytest.MonkeyPatch, encoding: str = "utf-8", tty: bool = False
) -> tuple[Console, Terminal]:
    terminal = Terminal(encoding, tty)
    monkeypatch.setattr(sys, "stdout", terminal)
    return console(), terminal


WORDS = [
    ("absolute", "▲ absolute"),
    ("relative", "● relative"),
    ("indeterminate", "? cannot see"),
    ("clear", "· clear"),
]


@pytest.mark.parametrize(("level", "words"), WORDS)
def test_a_level_is_a_shape_and_a_word(level: str, words: str) -> None:
    assert display.level(level, ascii_only=False) == words


def test_every_level_has_its_own_shape_and_its_own_colour() -> None:
    shapes, stand_ins = (
        {glyph.shape for glyph in display.LEVEL_GLYPH.values()},
        {glyph.ascii for glyph in display.LEVEL_GLYPH.values()},
    )
    assert len(shapes) == len(stand_ins) == len(display.LEVEL_GLYPH)
    assert len(set(LEVEL_COLOUR.values())) == len(LEVEL_COLOUR) == len(display.LEVEL_GLYPH)


def test_the_stand_ins_are_ascii() -> None:
    assert all(
        glyph.ascii.isascii() for glyph in (*display.LEVEL_GLYPH.values(), *display.TRANSITION.values())
    )


def test_an_assessment_says_recommendation_reason_and_counts_first(monkeypatch: pytest.MonkeyPatch) -> None:
    out, terminal = screen(monkeypatch)
    assessment.show(
        sample(
            "p1", criterion("urine-hour", "absolute", value=8.0, limit="<10", since="2026-03-02T09:00:00Z")
        ),
        out,
    )
    head, summary, *_ = map(str.strip, terminal.seen().splitlines())
    assert head.startswith("p1   2026-03-02 10:00Z   ward")
    assert summary == "▲ delay  because urine-hour  (0 relative, 1 absolute)"


def test_an_assessment_shows_each_part(monkeypatch: pytest.MonkeyPatch) -> None:
    out, terminal = screen(monkeypatch)
    rows = (
        criterion("urine-hour", "absolute", value=8.0, limit="<10", since="2026-03-02T09:00:00Z", stale=True),
        criterion("sinus-tachycardia", "relative", value=134, correctable=["fever"]),
        criterion("creatinine", "indeterminate", missing=["creatinine"]),
        criterion("mental-status", evaluates_at="2026-03-02T11:00:00Z"),
    )
    assessment.show(sample("p1", *rows), out)
    text = " ".join(terminal.seen().split())
    for words in (
        "▲ absolute urine-hour 8 mL/h <10 2026-03-02 09:00Z stale",
        "● relative sinus-tachycardia 134 /min - - correct: fever",
        "? cannot see creatinine - - - not seen: creatinine",
        "· clear mental-status - - - judged at 2026-03-02 11:00Z",
        "waiting: 3 given, last 2026-03-02 04:00Z, next due 2026-03-02 12:00Z; blocked by urine-hour",
        "88 mmHg, target above 90, peak ● relative",
        "750 of 1500 mL above maintenance in 24 h",
        "■ technical Vital signs not charted, last 2026-03-02 05:00Z (vital-signs)",
        "○ fluid-bolus: Give a bolus [Table 5]",
        "schwartzentruber-2001 version 2",
    ):
        assert words in text


def test_before_therapy_it_says_whether_it_may_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    out, terminal = screen(monkeypatch)
    assessment.show(sample("p1", dose=plain_sample()["dose"] | {"readiness": "not-started"}), out)
    assert "eligible  met creatinine; unknown ecg" in terminal.seen()


def test_every_row_of_table_3_is_named_even_when_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    out, terminal = screen(monkeypatch)
    shown = sample("p1")
    assessment.show(shown, out)
    text = terminal.seen()
    assert all(row.code in text for row in shown.criteria)


def test_an_alert_is_a_row_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    out, terminal = screen(monkeypatch)
    alerts.show(
        [alert_record(), alert_record(transition="resolved", level="clear", at="2026-03-02T09:30:00Z")], out
    )
    text = " ".join(terminal.seen().split())
    assert "2026-03-02 10:00Z p1 ▲ absolute ┌ opened urine-hour Urine 8 mL/h, below 10 -> fluid-bolus" in text
    assert "(true at 2026-03-02 09:30Z)" in text


def test_no_alerts_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    out, terminal = screen(monkeypatch)
    alerts.show([], out)
    assert terminal.seen() == "no alerts\n"


def test_without_utf_8_everything_is_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    out, terminal = screen(monkeypatch, encoding="latin-1")
    alerts.show([alert_record(patient="Ωλ", message="SpO2 ≥95 %")], out)
    assessment.show(sample("p1"), out)
    text = terminal.seen()
    assert text.isascii()
    assert "! absolute" in text
    assert "\\u03a9\\u03bb" in text


@pytest.mark.parametrize("no_colour", [True, False])
def test_no_color_is_respected_and_the_words_stay(monkeypatch: pytest.MonkeyPatch, no_colour: bool) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_colour:
        monkeypatch.setenv("NO_COLOR", "1")
    out, terminal = screen(monkeypatch, tty=True)
    alerts.show([alert_record()], out)
    coloured = "\x1b[38" in terminal.seen()
    assert coloured is not no_colour
    assert "▲ absolute" in terminal.seen()


@pytest.mark.parametrize("patient", ["[red]p1[/red]", "p\x1b[31m", "p\n\n1", "p\u202e1", "[/]", ":smile:"])
def test_a_patient_id_is_printed_as_text_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, patient: str
) -> None:
    out, terminal = screen(monkeypatch)
    alerts.show([alert_record(patient=patient)], out)
    assessment.show(sample(patient), out)
    text = terminal.seen()
    assert text.count(plain(patient)) == 2
    assert "\x1b" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "-"),
        ("", "-"),
        (8.0, "8"),
        (2.9600, "2.96"),
        (0, "0"),
        (1234567, "1234567"),
        ("a\x00b", "a\\x00b"),
    ],
)
def test_a_cell_shows_values_without_needless_digits(value: object, expected: str) -> None:
    assert cell(value) == expected


def test_what_an_encoding_lacks_is_escaped() -> None:
    assert encodable("≥95", "ascii") == "\\u226595"
    assert encodable("≥95", None) == "\\u226595"
    assert encodable("≥95", "utf-8") == "≥95"
