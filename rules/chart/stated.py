"""Read what is stated of a finding: by its own records, and by findings that say it too."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import TypeVar

from msgspec.structs import replace

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.facts import Sign, place
from rules.chart.folded import NOTHING, fold
from rules.guideline.implied import IMPLIED_BY, IMPLIES

S = TypeVar("S")


def stated(
    chart: Chart, code: str, also: tuple[str, ...] = (), word: str = "changed", *, holds: bool = False
) -> list[Sign]:
    """Return the records of a finding in order of `at`; one that implies it says so while present.

    `also`: further findings that say `word` of it. What implies it is charted by exception, and belongs to
    its own cycle; `holds`: for a row that holds over a cycle's start, that of earlier cycles too.
    """
    own = chart.findings.get(code, [])
    implied = [
        replace(sign, value=IMPLIES[one][1] if one in IMPLIES else word)
        for one in (*IMPLIED_BY.get(code, ()), *also)
        for sign in chart.findings.get(one, ())
        if sign.value == "present" and (holds or chart.cycle.holds(sign.at))
    ]
    return sorted((*own, *implied), key=place) if implied else own


def is_stated(chart: Chart, code: str) -> bool:
    """Return whether there is any record that may say something of a finding."""
    return any(map(chart.findings.__contains__, (code, *IMPLIED_BY.get(code, ()))))


def fold_stated(
    chart: Chart,
    key: str,
    codes: Iterable[str],
    start: Callable[[], S],
    add: Callable[[S, str, Sign], S],
    also: tuple[str, ...] = (),
    word: str = "changed",
    *,
    holds: bool = False,
) -> S:
    """Return the state after all that is stated of some findings, in order of `at`; what is new is added.

    `key`, `start`: as `fold` has them; `add`: also gets the code of which something is stated.
    """
    sources = _sources(tuple(codes), also)
    signs = tuple([chart.findings.get(source, NOTHING) for _, source in sources])
    if not any(signs):
        return start()

    def enter(state: S, i: int, sign: Sign) -> S:
        code, source = sources[i]
        if source == code:
            return add(state, code, sign)
        if sign.value != "present" or not (holds or chart.cycle.holds(sign.at)):
            return state
        return add(state, code, replace(sign, value=IMPLIES[source][1] if source in IMPLIES else word))

    return fold(chart, key, signs, None if holds else chart.cycle, start, enter)


@cache
def _sources(codes: tuple[str, ...], also: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return each code with each finding that says something of it."""
    return tuple((code, one) for code in codes for one in (code, *IMPLIED_BY.get(code, ()), *also))


def flags_of(codes: Iterable[str]) -> int:
    """Return the dirty flags of findings and of those that imply them."""
    named = list(codes)
    implying = (one for code in named for one in IMPLIED_BY.get(code, ()))
    return dirty_flags.bits((*named, *implying))
