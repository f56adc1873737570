"""Pages as lines on a terminal."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import pytest

from streams.channels.page import Receipt, TransportError
from streams.channels.terminal import Terminal, TerminalOptions, line
from streams.config.secrets import Secrets
from tests.streams.channels.pages import PATIENT, page


def shown(given: Any, stream: io.TextIOWrapper, **options: bool) -> Receipt:
    return asyncio.run(Terminal("here", TerminalOptions(**options), Secrets({}), stream).send(given))


def paper(encoding: str = "utf-8") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")


def written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    found = stream.buffer
    assert isinstance(found, io.BytesIO)
    return found.getvalue().decode(stream.encoding)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("trigger", f"10:00:05Z PAGE   ▲ absolute  {PATIENT}  Urine 8 mL/h, below 10  (0123456789abcdef)"),
        (
            "acknowledge",
            f"10:00:05Z taken  ▲ absolute  {PATIENT}  Urine 8 mL/h, below 10  (0123456789abcdef)",
        ),
        ("resolve", f"10:00:05Z over   ▲ absolute  {PATIENT}  Urine 8 mL/h, below 10  (0123456789abcdef)"),
    ],
)
def test_a_page_is_a_line_with_the_id_that_an_acknowledgement_takes(action: str, expected: str) -> None:
    stream = paper()
    assert shown(page(action), stream) == (None, None)
    assert written(stream) == expected + "\n"


def test_a_line_without_the_patient() -> None:
    stream = paper()
    shown(page(), stream, patient=False)
    assert written(stream) == "10:00:05Z PAGE   ▲ absolute  Urine 8 mL/h, below 10  (0123456789abcdef)\n"


def test_a_patient_cannot_move_the_cursor_or_break_the_line() -> None:
    assert line(page(patient="p1\x1b[2J\n")).count("\\x1b[2J\\n") == 1


def test_a_terminal_without_unicode_shows_what_it_can() -> None:
    stream = paper("ascii")
    shown(page(), stream)
    assert written(stream).startswith("10:00:05Z PAGE   \\u25b2 absolute")


def test_a_level_of_another_day_is_shown_all_the_same() -> None:
    assert "? odd" in line(page(level="odd"))


def test_a_terminal_that_is_gone_is_an_error_for_good() -> None:
    stream = paper()
    stream.close()
    with pytest.raises(TransportError) as caught:
        shown(page(), stream)
    assert caught.value.permanent


def test_unless_told_otherwise_it_is_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(Terminal("here", TerminalOptions(), Secrets({})).send(page()))
    assert capsys.readouterr().out.startswith("10:00:05Z PAGE")
