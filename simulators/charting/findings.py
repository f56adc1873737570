"""Chart findings when they change, and at the round of each shift (paper, Table 1: mental status and IV site
every 8 h).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from simulators.charting.writer import FOREVER, HOUR, ChartingGap, ChartWriter, CourseClock, turn_of
from simulators.physiology.clinical_events import ClinicalEvent
from simulators.physiology.cohort import Cohort
from simulators.physiology.latent_state import FINDINGS, Chunk, Flags, Whole

ROUND, FIRST_ROUND = 8 * HOUR, 6 * HOUR
SPREAD: Final = 40
"""Assumption: a round of the ward, at 6, 14 and 22, takes 40 min."""
NOTICED, TYPED = (2.0, 12.0), (2.0, 20.0)
"""Assumption: how late, in min, something new is charted, and the routine of a round."""
WORDS: Final = {"mental-status": "normal", "rales": "none"}
"""Findings with a value instead of yes or no, and their normal."""
SPECIMEN: Final = {"guaiac-positive": "stool"}
"""What blood is looked for in (assumption: nobody tests emesis or sputum)."""
CONVERTED: Final = (("sinus-rhythm", True), ("cardiac-symptoms", False))
"""What is charted with the end of an arrhythmia, as a pack asks before it gives again (editions.md 4.2).

Assumption: arrhythmias here are without symptoms.
"""
MISSED: Final = ROUND + HOUR
"""Assumption: a round that was missed is made up an hour later, or when charting resumes."""
ON_ADMISSION: Final = {40: "ecg", 70: "chest-xray", 90: "urinalysis"}
"""Assumption: minutes after admission at which what is done once a cycle is done; the first round is after
30.
"""
FIRST: Final = 30
CONFIRMED: Final = ("mental-status", "cognition")
CONFIRMED_AFTER: Final = 125
"""Minutes after which these are examined again: 2 h make them stop therapy, if they last (criteria.md section
4)."""


class Findings:
    """What is charted of each finding; `chart` charts the difference."""

    def __init__(self, cohort: Cohort, clock: CourseClock, writer: ChartWriter) -> None:
        self.admitted, self.clock, self.writer = cohort.admitted.copy(), clock, writer
        self.unconfirmed: Flags = np.zeros(len(cohort), dtype=bool)
        self.charted = {finding: np.zeros(len(cohort)) for finding in FINDINGS}
        self.offset: Whole = cohort.beds * 11 % SPREAD
        self.missed: Whole = cohort.admitted + FIRST
        self.again = {finding: np.full(len(cohort), FOREVER) for finding in CONFIRMED}

    def chart(self, chunk: Chunk, gap: ChartingGap) -> None:
        """Chart the chunk: what changed, the rounds, and what is done on admission."""
        seen = (chunk.support["present"] > 0) & ~gap.of("everything")
        uncharted = gap.size("conversion-uncharted")
        self.unconfirmed[:] = False if uncharted is None else (uncharted > 0).any(axis=0)
        for step, finding in enumerate(FINDINGS):
            self.writer.turn = turn_of(chunk.start, "changes", step)
            self.changes(finding, chunk, seen)
        for step, (finding, minutes) in enumerate(self.again.items()):
            self.writer.turn = turn_of(chunk.start, "again", step)
            self.examine_again(finding, minutes, chunk, seen)
        self.shift_round(chunk, seen)
        self.on_admission(chunk, seen)

    def changes(self, finding: str, chunk: Chunk, seen: Flags) -> None:
        """Chart each change of a finding where charting is done."""
        levels, charted = chunk.latent[finding], self.charted[finding]
        for bed in np.flatnonzero(((levels != charted) & seen).any(axis=0)).tolist():
            for row in np.flatnonzero(seen[:, bed]).tolist():
                if levels[row, bed] != charted[bed]:
                    self.chart_finding(
                        finding, bed, chunk.start + row + 1, int(charted[bed]), int(levels[row, bed])
                    )
                    charted[bed] = levels[row, bed]

    def chart_finding(self, finding: str, bed: int, minute: int, before: int, now: int) -> None:
        """Chart what is no longer present, then what is present now."""
        if finding in self.again:
            self.again[finding][bed] = minute + CONFIRMED_AFTER if now else FOREVER
        old = FINDINGS[finding][before - 1] if before else None
        new = FINDINGS[finding][now - 1] if now else None
        if old and (new is None or new[0] != old[0]):
            self.write(bed, minute, old[0], WORDS.get(old[0], False), NOTICED)
        if new:
            self.write(bed, minute, *new, NOTICED)
        if finding == "rhythm":
            self.chart_rhythm(bed, minute, before, now)

    def chart_rhythm(self, bed: int, minute: int, before: int, now: int) -> None:
        """Chart that sinus rhythm is lost, or is back and how the patient is with it."""
        if now and not before:
            self.write(bed, minute, "sinus-rhythm", False, NOTICED)
        elif before and not now and not self.unconfirmed[bed]:
            for code, present in CONVERTED:
                self.write(bed, minute, code, present, NOTICED)

    def examine_again(self, finding: str, minutes: Whole, chunk: Chunk, seen: Flags) -> None:
        """Chart once more what must be confirmed, if it is still present then."""
        for bed in np.flatnonzero(minutes < chunk.start + chunk.minutes).tolist():
            row = max(0, int(minutes[bed]) - chunk.start)
            if seen[row, bed]:
                minutes[bed] = FOREVER
                level = int(chunk.latent[finding][row, bed])
                if level:
                    self.write(bed, chunk.start + row, *FINDINGS[finding][level - 1], NOTICED)

    def shift_round(self, chunk: Chunk, seen: Flags) -> None:
        """Chart each patient's mental status and intravenous site, and whatever else was found before."""
        for row in range(chunk.minutes):
            minute = chunk.start + row
            self.writer.turn = turn_of(chunk.start, "round", row)
            into = (self.clock.of_day(minute) - FIRST_ROUND) % ROUND
            for bed in np.flatnonzero(seen[row] & ((self.offset == into) | (self.missed <= minute))).tolist():
                self.chart_round(bed, chunk, row)

    def chart_round(self, bed: int, chunk: Chunk, row: int) -> None:
        """Chart the findings of exactly that minute; changes charted already may come later in the chunk."""
        minute = chunk.start + row
        self.missed[bed] = minute + MISSED
        self.write(bed, minute, "iv-site", True, TYPED)
        for finding, present in FINDINGS.items():
            level = int(chunk.latent[finding][row, bed])
            if level:
                self.write(bed, minute, *present[level - 1], TYPED)
            elif finding == "mental-status":
                self.write(bed, minute, finding, WORDS[finding], TYPED)

    def on_admission(self, chunk: Chunk, seen: Flags) -> None:
        """Chart what is done once a cycle, at its minutes after admission."""
        for act in (act for act in chunk.acts if act.kind == "admit"):
            self.admitted[act.patient] = act.minute
        for step, (after, code) in enumerate(ON_ADMISSION.items()):
            self.writer.turn = turn_of(chunk.start, "admission", step)
            rows = self.admitted + after - chunk.start
            for bed in np.flatnonzero((rows >= 0) & (rows < chunk.minutes)).tolist():
                if seen[rows[bed], bed]:
                    self.write(bed, chunk.start + int(rows[bed]), code, True, TYPED)

    def write(self, bed: int, minute: int, code: str, value: bool | str, late: tuple[float, float]) -> None:
        """Write one finding: `present` for yes or no, else `value`."""
        body: dict[str, bool | str] = {"present": value} if isinstance(value, bool) else {"value": value}
        if code in SPECIMEN:
            body["specimen"] = SPECIMEN[code]
        self.writer.write("finding", bed, minute, {"source": "nursing", "code": code, **body}, late)


class Agitation:
    """Charts each `agitation`: when it is noticed, every few hours while it lasts, and that it is over."""

    EVERY: Final = 4 * HOUR

    def __init__(self, clinical_events: Sequence[ClinicalEvent], writer: ChartWriter) -> None:
        self.found = [one for one in clinical_events if one.kind == "agitation"]
        self.writer = writer

    def chart(self, chunk: Chunk, gap: ChartingGap) -> None:
        """Chart the chunk."""
        charted = (chunk.support["present"] > 0) & ~gap.of("everything")
        for one in self.found:
            for minute in range(max(chunk.start, one.start), min(chunk.start + chunk.minutes, one.end + 1)):
                if charted[minute - chunk.start, one.patient] and self.is_due(one, minute):
                    self.writer.turn = turn_of(chunk.start, "agitation", minute - chunk.start)
                    fields = {"source": "nursing", "code": "agitation", "present": minute < one.end}
                    self.writer.write("finding", one.patient, minute, fields, NOTICED)

    def is_due(self, one: ClinicalEvent, minute: int) -> bool:
        """Return whether the agitation, or that it is over, is charted in a minute."""
        return minute == one.end or (minute - one.start) % self.EVERY == 0
