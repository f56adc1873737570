"""Write levels on every screen: safe text, colours and shapes that the colour-blind can distinguish.

Every shape has an ASCII stand-in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


def plain(text: object) -> str:
    """Return the text with every character that is not printable written as an escape (`\\x1b`)."""
    found = str(text)
    if found.isprintable():
        return found
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in found)


def encodable(text: str, encoding: str | None) -> str:
    """Return the text as the stream can carry it: what it cannot is written as an escape, never an error."""
    name = encoding or "ascii"
    return text.encode(name, "backslashreplace").decode(name)


DRAFT_BANNER = "DRAFT GUIDELINE PACK: not everything of it was read in its source"


def draft_banner(guideline: Mapping[str, str]) -> tuple[str, ...]:
    """Return the banner of what a draft pack decided, by the `guideline` of its outputs; none else."""
    return (DRAFT_BANNER,) if guideline.get("status") == "draft" else ()


ORANGE = "#E69F00"
SKY = "#56B4E9"
GREEN = "#009E73"
BLUE = "#0072B2"
VERMILLION = "#D55E00"
PURPLE = "#CC79A7"
GREY = "#777777"
INK = "#222222"

LEVEL_COLOUR = {
    "absolute": VERMILLION,
    "relative": ORANGE,
    "technical": BLUE,
    "advisory": SKY,
    "indeterminate": PURPLE,
    "clear": GREY,
}

RECOMMENDATION = {
    "stop": "absolute",
    "delay": "absolute",
    "correct": "relative",
    "cannot-tell": "indeterminate",
    "proceed": "clear",
}


class Glyph(NamedTuple):
    """A shape, and its stand-in where the terminal has no UTF-8."""

    shape: str
    ascii: str


LEVEL_GLYPH = {
    "absolute": Glyph("▲", "!"),
    "relative": Glyph("●", "*"),
    "technical": Glyph("■", "#"),
    "advisory": Glyph("○", "-"),
    "indeterminate": Glyph("?", "?"),
    "clear": Glyph("·", "."),
}

WORD = {"indeterminate": "cannot see"}

TRANSITION = {
    "opened": Glyph("┌", "+"),
    "worsened": Glyph("↑", "^"),
    "improved": Glyph("↓", "v"),
    "resolved": Glyph("└", "="),
    "amended": Glyph("~", "~"),
    "reminder": Glyph("»", ">"),
}


def level(name: str, ascii_only: bool) -> str:
    """Return shape and word together: `▲ absolute`, `● relative`, `? cannot see`, `· clear`."""
    return f"{pick(LEVEL_GLYPH[name], ascii_only)} {WORD.get(name, name)}"


def recommendation(name: str, ascii_only: bool) -> str:
    """Return the word of Table 4 with the shape of its level: `▲ delay`."""
    return f"{pick(LEVEL_GLYPH[RECOMMENDATION[name]], ascii_only)} {name}"


def transition(name: str, ascii_only: bool) -> str:
    """Return the transition of an episode with its shape: `┌ opened`."""
    return f"{pick(TRANSITION[name], ascii_only)} {name}"


def pick(glyph: Glyph, ascii_only: bool) -> str:
    """Return the shape, or its stand-in where only ASCII can be shown."""
    return glyph.ascii if ascii_only else glyph.shape
