"""The shape that stands beside every word of a level, and what stands for it where only ASCII is safe."""

from __future__ import annotations

from typing import NamedTuple

from streams.show.palette import RECOMMENDATION


class Glyph(NamedTuple):
    """A shape, and its stand-in where the terminal has no UTF-8."""

    shape: str
    ascii: str


LEVEL = {
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
    """`▲ absolute`, `● relative`, `? cannot see`, `· clear`: shape and word together."""
    return f"{pick(LEVEL[name], ascii_only)} {WORD.get(name, name)}"


def recommendation(name: str, ascii_only: bool) -> str:
    """`▲ delay`: the word of Table 4 with the shape of how grave it is."""
    return f"{pick(LEVEL[RECOMMENDATION[name]], ascii_only)} {name}"


def transition(name: str, ascii_only: bool) -> str:
    """`┌ opened`: what happened to an episode."""
    return f"{pick(TRANSITION[name], ascii_only)} {name}"


def pick(glyph: Glyph, ascii_only: bool) -> str:
    return glyph.ascii if ascii_only else glyph.shape
