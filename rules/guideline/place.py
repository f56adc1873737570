"""Where a number stands in the guideline, and the guideline with another one there."""

from typing import Any, TypeVar

import msgspec

Place = tuple[str | int, ...]
"""Steps from the guideline down: a field of a struct, a key of a dict, an index of a tuple."""

T = TypeVar("T")


def at(whole: Any, place: Place) -> Any:
    """What stands at a place; None where a dict has no such key."""
    for step in place:
        whole = _part(whole, step)
    return whole


def _part(whole: Any, step: str | int) -> Any:
    if isinstance(whole, dict):
        return whole.get(step)
    return whole[step] if isinstance(step, int) else getattr(whole, step)


def put(whole: T, place: Place, value: Any) -> T:
    """A copy of `whole` with `value` at `place`; all else is shared."""
    changed: T = value if not place else _with(whole, place[0], put(_part(whole, place[0]), place[1:], value))
    return changed


def _with(whole: Any, step: str | int, part: Any) -> Any:
    if isinstance(whole, dict):
        return {**whole, step: part}
    if isinstance(step, int):
        return (*whole[:step], part, *whole[step + 1 :])
    return msgspec.structs.replace(whole, **{step: part})
