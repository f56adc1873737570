"""Write the lines of what is in force, what is overdue or not understood, and what falls due next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rules.evaluate.shift_figures import Figure, goes_stale, staleness_of
from rules.guideline.nurse_names import input_name, subject_name
from rules.wire.assessments import CriterionRow, IgnoredItem
from rules.wire.instants import parse, text
from rules.wire.written import written
from streams.handover.model import FACT, Line, Source
from streams.handover.patient_shift import Case


def in_force_lines(case: Case) -> Iterator[Line]:
    """Yield stop rules, acceptances and silences, with their ends."""
    found = case.known.assessment
    for rule in found.stop_rules if found else ():
        yield Line(f"Stop rule: {case.stop_rule(rule)}", case.assessed("reasons"), "until lifted", "absolute")
    for one in found.accepted if found else ():
        what = f"Accepted: {case.subject(one.criterion)} up to {one.level}, {case.end(one.until)}"
        yield Line(what, case.assessed("accepted"), f"{one.by}: {one.reason}")
    for quiet in case.known.commands.quiet(case.span.at):
        what = f"Silenced: {case.subject(quiet.subject)} up to {quiet.level}, {case.end(quiet.until)}"
        yield Line(what, (Source(FACT, quiet.id),), f"{quiet.by}: {quiet.reason}")


def attention_lines(case: Case) -> Iterator[Line]:
    """Yield what is overdue, old, not seen, not understood or not used."""
    found = case.known.assessment
    if found is None:
        return
    for item in found.monitoring:
        if item.overdue:
            last = f"last {case.when(item.last)}" if item.last else "never seen"
            yield Line(
                _overdue(case, item.what), case.assessed("monitoring"), last, "technical", item.due or ""
            )
    for row in found.criteria:
        if row.stale or row.state == "indeterminate":
            yield Line(f"{case.subject(row.code)}: {_unseen(row)}", case.assessed("criteria"))
    yield from _set_aside(case, found.ignored)


def _overdue(case: Case, what: str) -> str:
    if what in case.guideline.observes:
        return case.guideline.observes[what].words
    family, _, own = what.partition("/")
    if family == "not-understood":
        return f"Not understood: {own}"
    return subject_name(what if own else f"monitoring/{what}", case.guideline)


def _set_aside(case: Case, ignored: Iterable[IgnoredItem]) -> Iterator[Line]:
    """Yield what was charted in the shift and not used, a line a reason: how often, and the last."""
    by_reason: dict[str, dict[str, list[IgnoredItem]]] = {}
    for one in ignored:
        if case.span.start < parse(one.at) <= case.span.at:
            by_reason.setdefault(one.reason, {}).setdefault(one.code, []).append(one)
    for reason, codes in by_reason.items():
        found = ", ".join(f"{input_name(code)} {_counted(case, items)}" for code, items in codes.items())
        yield Line(f"Not used: {found}", case.assessed("ignored"), reason)


def _counted(case: Case, items: Sequence[IgnoredItem]) -> str:
    last = items[-1]
    value = written(last.value, last.unit) if isinstance(last.value, int | float) else last.value or ""
    often = f"{len(items)} times, last " if len(items) > 1 else ""
    return f"{often}{value} ({case.when(last.at)})"


def ahead_lines(case: Case) -> Iterator[Line]:
    """Yield what falls due until the next shift's end, the first first."""
    found = [(at, line) for at, line in _due(case) if case.span.at < at <= case.span.until]
    yield from (line for _, line in sorted(found, key=lambda one: one[0]))


def _due(case: Case) -> Iterator[tuple[int, Line]]:
    found = case.known.assessment
    if found is None:
        return
    if found.dose.due and found.dose.readiness not in ("finished", "not-started"):
        yield _falls(case, found.dose.due, f"dose {found.dose.number + 1} due", "dose.due")
    for item in found.monitoring:
        if item.due:
            looked = case.guideline.observes[item.what].words.partition(" not ")[0]
            yield _falls(case, item.due, f"{looked} due", "monitoring")
    for row in found.criteria:
        if row.evaluates_at:
            yield _falls(case, row.evaluates_at, f"{case.subject(row.code)} is judged", "criteria")
        yield from _grows_old(case, row)
    for one in found.accepted:
        if one.until:
            what = f"acceptance of {case.subject(one.criterion)} ends"
            yield _falls(case, one.until, what, "accepted")
    for quiet in case.known.commands.quiet(case.span.at):
        what = f"silence of {case.subject(quiet.subject)} ends"
        yield (
            quiet.until,
            Line(f"{case.when(quiet.until)} {what}", (Source(FACT, quiet.id),), at=text(quiet.until)),
        )


def _grows_old(case: Case, row: CriterionRow) -> Iterator[tuple[int, Line]]:
    """Yield when the value a row rests on is too old to count, while the mode stays."""
    found, declared = case.known.assessment, case.guideline.row.get(row.code)
    if declared is None or found is None:
        return
    figure: Figure | None = case.known.figures_then.get(staleness_of(declared) or "")
    if figure is not None:
        at = goes_stale(declared, case.guideline, parse(figure.at), found.mode == "intensive")
        if at is not None:
            what = f"{case.subject(row.code)}: result too old, unless charted again"
            sources = tuple(Source(FACT, id) for id in figure.evidence[:1])
            yield at, Line(f"{case.when(at)} {what}", sources, at=text(at))


def _falls(case: Case, at: str, what: str, part: str) -> tuple[int, Line]:
    return parse(at), Line(f"{case.when(at)} {what}", case.assessed(part), at=at)


def _unseen(row: CriterionRow) -> str:
    missing = f", missing {', '.join(map(input_name, row.missing))}" if row.missing else ""
    return f"old data, state {row.state} kept" if row.stale else f"cannot be seen{missing}"
