"""A view with little in it, for tests of the screen."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from streams.demo.overview import DemoView
from streams.times import instant
from tests.streams.samples import AT, alert_record, assessed

CLOCK = instant(AT)


def view(**fields: Any) -> DemoView:
    plain = {
        "patients": ["p1", "p2"], "assessments": {"p1": assessed("p1")}, "newest": [alert_record()], "clock": CLOCK, "speed": 120.0, "rate": 3.14,
        "published": 2103, "alerts": 87, "joined": True,
    }  # fmt: skip
    return DemoView(**(plain | fields))


def screen(width: int = 120, height: int = 40, encoding: str = "utf-8", colour: bool = False) -> Console:
    """A console that remembers; `seen` reads it."""
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="backslashreplace")
    system: Any = "truecolor" if colour else None
    return Console(
        file=file,
        width=width,
        height=height,
        markup=False,
        emoji=False,
        highlight=False,
        force_terminal=colour,
        color_system=system,
    )


def seen(console: Console, drawn: Any) -> list[str]:
    console.print(drawn, end="")
    file: Any = console.file
    file.flush()
    return [line.rstrip() for line in file.buffer.getvalue().decode(file.encoding).splitlines()]
