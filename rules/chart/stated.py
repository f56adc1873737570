"""Read what is stated of a finding: by its own records, and by findings that say it too."""

from collections.abc import Callable, Iterable
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


def fold_stated(
    chart: Chart,
    key: str,
    code: str,
    start: Callable[[], S],
    add: Callable[[S, Sign], S],
    also: tuple[str, ...] = (),
    word: str = "changed",
) -> S:
    """Return the state after all that is stated of a finding, in order of `at`; what is new is added to it.

    `key`, `start`: as `fold` has them.
    """
    sources = (code, *IMPLIED_BY.get(code, ()), *also)

    def enter(state: S, i: int, sign: Sign) -> S:
        if i == 0:
            return add(state, sign)
        if sign.value != "present" or not chart.cycle.holds(sign.at):
            return state
        return add(state, replace(sign, value=IMPLIES[sources[i]][1] if sources[i] in IMPLIES else word))

    signs = tuple(chart.findings.get(one, NOTHING) for one in sources)
    return fold(chart, key, signs, chart.cycle, start, enter)


def flags_of(codes: Iterable[str]) -> int:
    """Return the dirty flags of findings and of those that imply them."""
    named = list(codes)
    implying = (one for code in named for one in IMPLIED_BY.get(code, ()))
    return dirty_flags.bits((*named, *implying))
