"""Find the known name that a mistyped one most likely means.

It is here because every folder uses it: the guideline, the command line, the configuration, and the
simulators, which may import nothing else of the rules.
"""

from collections.abc import Iterable
from difflib import get_close_matches

ALIKE = 0.5
"""How similar two names must be, 0 to 1: enough for `rel` to mean `relative`."""


def nearest(name: str, known: Iterable[str], most: int = 1) -> list[str]:
    """Return the known names that are like `name`, the most similar first."""
    return get_close_matches(name, list(known), n=most, cutoff=ALIKE)


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "", quoted: bool = False) -> str:
    """Return "did you mean ...?" with the nearest known name; `otherwise` where none is near.

    `quoted`: put the name in quotes, as one of several words needs.
    """
    near = nearest(name, known)
    if not near:
        return otherwise
    return f"did you mean {near[0]!r}?" if quoted else f"did you mean {near[0]}?"
