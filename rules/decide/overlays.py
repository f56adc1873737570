"""Evaluate the packs that stand beside the deciding one, on the same chart (editions.md 5).

They decide nothing: the deciding pack's alerts and assessment are what they are without them.
"""

from functools import cached_property

from msgspec.structs import replace

from rules.chart import dirty_flags
from rules.decide.acceptances import apply_acceptances
from rules.decide.alert_texts import Words, limit_words, meets
from rules.decide.dose_clock import Verdict, strictness, verdict
from rules.decide.episodes import PendingAlert, Step, update_episode
from rules.decide.recommendation import REGIMEN, UNREAD
from rules.decide.state import Beside, Patient
from rules.decide.stop_rules import update_rules
from rules.decide.subjects import LAST, OVERLAY, Plan, overlay_plan_for
from rules.evaluate.accepted_criteria import OfPack
from rules.evaluate.result import INDETERMINATE, Memory, Result, remembered
from rules.guideline.declarations import AnyRow
from rules.guideline.edition import Guideline
from rules.guideline.nurse_names import blocker_name, finding_name
from rules.guideline.packs.declarations import COUNT
from rules.wire.assessments import STOP_RULE, STRICT
from rules.wire.instants import AFTER_ALL, Instant
from rules.wire.written import written

PREFIX = "overlay/"


def beside(patient: Patient, guideline: Guideline) -> Patient:
    """Return the patient as another pack sees it: the same chart, its own memories and rules."""
    known = patient.others.setdefault(guideline.key, Beside(memories={}, rules={}))
    view = Patient(patient.id, guideline, patient.chart, now=patient.now, beside=True, episodes={})
    for name in SHARED:
        setattr(view, name, getattr(known, name))
    return view


SHARED = tuple(name for name in Beside.__struct_fields__ if name not in ("verdict", "due"))
STRICTEST = ("none", "withhold", "stop")
"""What is remembered of a verdict, by how strict it is."""


def decide_overlays(patient: Patient, alerts: list[PendingAlert]) -> None:
    """Decide every pack beside at one instant, and add the alerts of verdicts that have changed."""
    own = _Own(patient)
    for i, guideline in enumerate(patient.chart.guideline.overlays):
        plan, known = overlay_plan_for(guideline), patient.others.get(guideline.key)
        if known is not None and not _touched(patient, known, plan):
            if not _may_speak(patient, guideline, known):
                continue
            alerts.extend(_transitions(patient, beside(patient, guideline), own, LAST + 1 + i))
            continue
        view = beside(patient, guideline)
        _decide(patient, view, plan)
        _keep(patient, view)
        alerts.extend(_transitions(patient, view, own, LAST + 1 + i))


class _Own:
    """How strict the deciding pack is at one instant, asked for once, and only if a pack beside is strict."""

    def __init__(self, patient: Patient) -> None:
        self.patient = patient

    @cached_property
    def strictness(self) -> int:
        return strictness(self.patient)


def _touched(patient: Patient, known: Beside, plan: Plan) -> bool:
    """Return whether anything that a pack beside reads can have changed since its last decision."""
    cycle = patient.chart.cycle
    moved = (cycle.number, cycle.start, cycle.since) != (known.cycles, known.cycle_start, known.cycle_since)
    flags = patient.dirty | patient.dirty_amended | patient.dirty_replaced
    return (
        moved
        or not known.memories
        or known.due <= patient.now
        or bool(flags & (plan.moves_rules | COMMANDS))
        or bool(plan.todo(flags))
    )


COMMANDS = dirty_flags.ACCEPT | dirty_flags.RESUME | dirty_flags.DOSES | dirty_flags.ENCOUNTER


def _may_speak(patient: Patient, guideline: Guideline, known: Beside) -> bool:
    """Return whether a pack of which no row has changed may have to say something or be silent again."""
    weans = guideline.combination == COUNT and bool(patient.chart.loads)
    return known.verdict in STRICT or PREFIX + guideline.id in patient.episodes or weans


def _decide(patient: Patient, view: Patient, plan: Plan) -> None:
    """Decide the rows and rules of a pack that can have changed."""
    view.dirty, view.dirty_amended = patient.dirty, patient.dirty_amended
    view.dirty_replaced, view.resumed = patient.dirty_replaced, _resumed(patient, view)
    _follow_cycle(patient, view)
    apply_acceptances(view, plan)
    todo = _todo(view, plan)
    for i, subject in enumerate(plan.subjects):
        if todo >> i & 1:
            before = view.memory(subject.name)
            _remember(view, subject.name, before, subject.glance(view, view.now, before))
    if view.dirty & plan.moves_rules or view.dirty_replaced or view.rules_due <= view.now or todo:
        update_rules(view, plan)


def _resumed(patient: Patient, view: Patient) -> tuple[str, ...]:
    """Return the rules of a pack beside that a resume of this instant lifts: one that names the pack."""
    if not patient.dirty & dirty_flags.RESUME:
        return ()
    meant = OfPack(view.guideline, named=True).lifts(patient.chart.resumes)
    return tuple(one.rule for one in meant if one.clock == patient.now)


def _follow_cycle(patient: Patient, view: Patient) -> None:
    cycle = patient.chart.cycle
    if (cycle.number, cycle.start, cycle.since) == (view.cycles, view.cycle_start, view.cycle_since):
        return
    if view.cycle_since != cycle.since:
        view.rules = {}
    view.cycles, view.cycle_start, view.cycle_since = cycle.number, cycle.start, cycle.since
    view.dirty |= dirty_flags.EVERYTHING


def _todo(view: Patient, plan: Plan) -> int:
    if not view.memories or view.dirty & dirty_flags.EVERYTHING == dirty_flags.EVERYTHING:
        return (1 << len(plan.subjects)) - 1
    found = plan.todo(view.dirty | view.dirty_amended)
    for name, memory in view.memories.items():
        if memory.next is not None and memory.next <= view.now and name in plan.index:
            found |= 1 << plan.index[name]
    return found


def _remember(view: Patient, name: str, before: Memory, result: Result) -> None:
    since = before.since
    if before.state != result.state or since is None:
        since = view.now if result.at is None else result.at
    ahead = result.next if result.next is not None and result.next > view.now else None
    view.memories[name] = remembered(result, since, ahead)


def _keep(patient: Patient, view: Patient) -> None:
    known = patient.others[view.guideline.key]
    for name in SHARED:
        setattr(known, name, getattr(view, name))
    ahead = [memory.next for memory in view.memories.values() if memory.next is not None]
    known.due = min((at for at in (*ahead, view.rules_due) if at > patient.now), default=AFTER_ALL)


def overlays_due(patient: Patient) -> Instant | None:
    """Return the earliest instant at which time alone changes what a pack beside says."""
    now, due = patient.now, AFTER_ALL
    for guideline in patient.chart.guideline.overlays:
        known = patient.others.get(guideline.key)
        if known is not None and known.due > now:
            due = min(due, known.due)
    return due if due < AFTER_ALL else None


def overlay_vitals(patient: Patient) -> int:
    """Return the dirty flags of the readings that a pack beside waits for: it is stale or cannot tell."""
    found = 0
    for guideline in patient.chart.guideline.overlays:
        known = patient.others.get(guideline.key)
        for name, bits in () if known is None else overlay_plan_for(guideline).on_any_vitals:
            memory = known.memories.get(name) if known is not None else None
            if memory is None or memory.stale or _waits(memory):
                found |= bits
        found |= 0 if known is None else kept_by_finding(known.memories, overlay_plan_for(guideline))
    return found


def kept_by_finding(memories: dict[str, Memory], plan: Plan) -> int:
    """Return the dirty flags of the readings of rows that only a finding still keeps: any may lift them."""
    found = 0
    for name, bits in plan.until_denied:
        memory = memories.get(name)
        found |= bits if memory is not None and memory.mark is not None else 0
    return found


def _waits(memory: Memory) -> bool:
    """Return whether a row waits for a reading; one without a target of the patient waits for that."""
    return memory.state == INDETERMINATE and not any(one.startswith("target.") for one in memory.missing)


def overlay_verdict(patient: Patient, view: Patient) -> Verdict:
    """Return the verdict of a pack beside: without the floor, and without draft rows unless they speak."""
    return verdict(_as_it_counts(patient, view), floor=False)


def _as_it_counts(patient: Patient, view: Patient) -> Patient:
    """Return a pack beside as its verdict is made: with the advice that it counts, without draft rows."""
    packs, guideline = patient.chart.guideline.packs, view.guideline
    seen = dict(view.memories)
    if guideline.combination == COUNT:
        table = guideline.table4
        named = [*table.watches, *table.open_advice]
        seen.update({code: patient.memories[code] for code in named if code in patient.memories})
    if guideline.pack is not None and (packs is None or packs.draft_rows == "show"):
        for code in guideline.pack.draft_rows:
            seen.pop(code, None)
    shown = Patient(view.id, guideline, view.chart, now=view.now, memories=seen, episodes={}, beside=True)
    shown.rules, shown.accepted, shown.outgrown = view.rules, view.accepted, view.outgrown
    return shown


def _transitions(patient: Patient, view: Patient, own: _Own, order: int) -> list[PendingAlert]:
    """Return the alert of a pack whose verdict is stricter than the deciding one's, or is no longer."""
    key, guideline = PREFIX + view.guideline.id, view.guideline
    shown = _as_it_counts(patient, view)
    strict, episode = strictness(shown, floor=False), patient.episodes.get(key)
    patient.others[guideline.key].verdict = STRICTEST[strict]
    if not patient.alerting or not (strict or episode):
        return []
    rank = strict if strict > own.strictness and not patient.over else 0
    if rank == (0 if episode is None else episode.rank):
        return []
    found, decides = verdict(shown, floor=False), verdict(patient)
    result = Result(found.word, value=found.word, evidence=_evidence(view, found))
    words = Words(_text(view, found) if rank else _silent(guideline, found), (), ())
    step = Step(order, key, OVERLAY, None, bool(patient.dirty_amended))
    changed = update_episode(patient, step, result, "advisory", rank, lambda ends: words)
    return [_with_verdicts(one, {"decides": decides.word, "overlay": found.word}) for one in changed]


def _with_verdicts(pending: PendingAlert, verdicts: dict[str, str]) -> PendingAlert:
    assert pending.alert.context is not None
    context = replace(pending.alert.context, verdicts=verdicts)
    return PendingAlert(pending.order, replace(pending.alert, context=context))


def _evidence(view: Patient, found: Verdict) -> tuple[tuple[str, int], ...]:
    plan = overlay_plan_for(view.guideline)
    out: dict[tuple[str, int], None] = {}
    for reason in found.reasons:
        if reason in plan.index:
            result = plan.subjects[plan.index[reason]].judge(view, view.now, view.memory(reason))
            out.update(dict.fromkeys(result.evidence))
    return tuple(out)


def name_of(guideline: Guideline) -> str:
    """Return the name of a pack, marked if some of it was not read in its source."""
    return f"{guideline.name} (draft)" if guideline.is_draft else guideline.name


def beside_of(subject: str, site: Guideline) -> Guideline | None:
    """Return the pack that a subject of alerts is of; None: it is of none that stands beside."""
    return next((one for one in site.overlays if subject == PREFIX + one.id), None)


def _silent(guideline: Guideline, found: Verdict) -> str:
    return f"{name_of(guideline)} no longer says more: {found.word}"


def _text(view: Patient, found: Verdict) -> str:
    """Write what a pack would do: `US label 2024-12 would withhold: systolic 86 (below 90), and 1 more`."""
    named = [reason_text(view, reason) for reason in found.reasons if _speaks(view, reason)]
    more = f", and {len(named) - 1} more" if len(named) > 1 else ""
    why = f": {named[0]}{more}" if named else ""
    return f"{name_of(view.guideline)} would {found.word}{why}"


def _speaks(view: Patient, reason: str) -> bool:
    return not reason.endswith(UNREAD)


def reason_text(view: Patient, reason: str) -> str:
    """Write a reason of a pack beside: `systolic 86 (below 90)`."""
    if reason.startswith(REGIMEN):
        return f"regimen, {reason.removeprefix(REGIMEN).replace('_', ' ')} reached"
    if reason.startswith(STOP_RULE):
        return f"stop rule {reason.removeprefix(STOP_RULE).replace('-', ' ')}"
    row = view.guideline.row[reason] if reason in view.guideline.own_codes else None
    if row is None:
        return blocker_name(reason, view.chart.guideline)
    plan = overlay_plan_for(view.guideline)
    result = plan.subjects[plan.index[reason]].judge(view, view.now, view.memory(reason))
    return _row_text(row, result)


def _row_text(row: AnyRow, result: Result) -> str:
    if result.findings:
        return " and ".join(finding_name(one) for one in result.findings)
    words = row.words.removesuffix(" pressure") if row.unit == "mm[Hg]" else row.words
    words = words if any(letter.isupper() for letter in words[1:4]) else words[:1].lower() + words[1:]
    if isinstance(result.value, float):
        past = result.limit is None or meets(result.value, result.limit)
        was = "" if past else "was "
        limit = "" if result.limit is None else f" ({was}{limit_words(result.limit)})"
        return f"{words} {written(result.value, row.unit).partition(' ')[0]}{limit}"
    return f"{words} {result.value}" if result.value else words
