"""Chart what is given and the stages of the stay: doses, rates, boluses, blood, medicines, oxygen, admission,
moves, discharge. One act, one record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from rules.wire.vocabulary import LABS
from simulators.charting.nurse import LATE, device_readings, nursing
from simulators.charting.records import reading
from simulators.charting.writer import ChartingGap, ChartWriter, turn_of
from simulators.physiology.clinical_events import ClinicalEvent
from simulators.physiology.cohort import Cohort
from simulators.physiology.latent_state import Act, Chunk

HISTORY: Final[Mapping[str, bool]] = MappingProxyType(
    {
        "recent-steroid": False, "recent-infection": False, "stress-test-normal": True, "ecg-normal": True,
        "chest-xray-clear": True, "heavy-smoker": False, "heavy-lung-burden": False,
        "antihypertensives-stopped": True, "major-organ-disease": False, "family-history-cardiac": False,
    }
)  # fmt: skip
"""Every patient treated is eligible: the conditions of the paper's pretherapy assessment are met."""


class EncounterCharting:
    """Writes `encounter` events."""

    def __init__(self, cohort: Cohort, writer: ChartWriter) -> None:
        self.cohort, self.writer = cohort, writer

    def chart_encounter(self, act: Act) -> None:
        """Chart an encounter; after a discharge nothing more of the patient is written until another
        admission.
        """
        if act.kind == "admit":
            self.writer.come_back(act.patient)
        fields: dict[str, Any] = {"event": act.kind}
        if "location" in act.detail:
            fields["location"] = act.detail["location"]
        if act.kind == "baseline":
            fields |= self.baseline(act.patient)
        self.writer.write("encounter", act.patient, act.minute, fields)
        if act.kind == "discharge":
            self.writer.leave(act.patient, act.minute)

    def baseline(self, bed: int) -> dict[str, Any]:
        """Return the fields of the baseline: age, readings, history, and the patient's own target."""
        cohort = self.cohort
        readings = [
            reading("systolic-bp", round(float(cohort.systolic[bed])), "mm[Hg]"),
            reading("heart-rate", round(float(cohort.heart_rate[bed])), "/min"),
            reading("spo2", round(float(cohort.spo2[bed])), "%"),
            reading("weight", round(float(cohort.weight[bed]), 1), "kg"),
        ]
        readings += [
            reading(code, round(float(cohort.labs[code][bed]), 2), LABS[code])
            for code in ("creatinine", "bilirubin")
            if code in cohort.labs
        ]
        fields = {"age": round(float(cohort.age[bed])), "readings": readings, "findings": dict(HISTORY)}
        if cohort.has_target[bed]:
            fields["targets"] = [reading("systolic-bp", round(float(cohort.target[bed])), "mm[Hg]")]
        return fields


AT_ONCE: Final = (0.0, 0.0)
SOON: Final = (0.5, 5.0)
"""Assumption: what is signed for at the bedside (a dose, a medicine, a pump's rate) is in the record within 5
min.
"""


class ErroneousDischarges:
    """Writes a discharge that never was, for each `discharge-in-error`, and withdraws it when that ends."""

    def __init__(self, clinical_events: Sequence[ClinicalEvent], writer: ChartWriter) -> None:
        self.found = [one for one in clinical_events if one.kind == "discharge-in-error"]
        self.writer = writer

    def chart(self, chunk: Chunk, gap: ChartingGap) -> None:
        """Chart those that begin in the chunk, with what takes them back."""
        self.writer.turn = turn_of(chunk.start, "errors", 0)
        for one in self.found:
            if chunk.start <= one.start < chunk.start + chunk.minutes:
                identity = self.writer.write("encounter", one.patient, one.start, {"event": "discharge"})
                self.writer.withdraw("encounter", one.patient, one.start, identity, one.end)


ENCOUNTERS: Final = ("admit", "baseline", "cycle-start", "transfer", "therapy-end", "discharge")
BLOOD_RUNS: Final = 60
"""Assumption: a unit of blood runs in within an hour, the least that is allowed without an emergency and the
most of four.
"""


class Treatments:
    """Charts a chunk's acts in their order."""

    def __init__(self, writer: ChartWriter, stay: EncounterCharting) -> None:
        self.writer = writer
        self.charters: Mapping[str, Callable[[Act], None]] = {
            "dose": self.dose, "rate": self.rate, "bolus": self.bolus, "blood-product": self.blood,
            "medication": self.medication, "o2": self.o2, "accept": self.accept,
            **dict.fromkeys(ENCOUNTERS, stay.chart_encounter),
        }  # fmt: skip

    def chart(self, chunk: Chunk) -> None:
        """Chart the acts that have a record of their own; a draw is charted by the laboratory, maintenance
        fluid by volume.
        """
        for act in chunk.acts:
            write = self.charters.get(act.kind)
            if write:
                self.writer.turn = turn_of(chunk.start, "treatments", act.minute - chunk.start)
                write(act)

    def dose(self, act: Act) -> None:
        if act.detail["given"]:
            fields: dict[str, Any] = {"given": True, "amount": act.detail["amount"], "unit": "[iU]/kg"}
        else:
            fields = {"given": False, "reason": act.detail.get("reason") or "held"}
        self.writer.write("dose", act.patient, act.minute, {"agent": "aldesleukin", **fields}, SOON)

    def rate(self, act: Act) -> None:
        rate = round(float(act.detail["rate"]), 4)
        fields = {"source": "pump", "agent": act.detail["agent"], "rate": rate, "unit": "ug/kg/min"}
        self.writer.write("infusion", act.patient, act.minute, fields, SOON)

    def bolus(self, act: Act) -> None:
        self.infused(act, "iv-bolus", int(act.detail.get("minutes", 0)))

    def blood(self, act: Act) -> None:
        self.infused(act, "blood-product", int(act.detail.get("minutes", BLOOD_RUNS)))

    def infused(self, act: Act, kind: str, minutes: int) -> None:
        """Chart a volume when it has run in."""
        span = {"start": self.writer.clock.text(act.minute)} if minutes else {}
        fields = {
            **span,
            "direction": "in",
            "kind": kind,
            "volume": round(float(act.detail["volume"])),
            "unit": "mL",
        }
        self.writer.write("io", act.patient, act.minute + minutes, fields, LATE)

    def medication(self, act: Act) -> None:
        fields = {
            name: act.detail[name]
            for name in ("agent", "amount", "unit", "route")
            if act.detail.get(name) is not None
        }
        self.writer.write("medication", act.patient, act.minute, fields, SOON)

    def accept(self, act: Act) -> None:
        """Chart that a physician accepts a known abnormality, to the end of the cycle."""
        fields = {"criterion": act.detail["criterion"], "level": act.detail["level"]}
        signed = {"by": "physician", "reason": "known before therapy"}
        self.writer.write("accept", act.patient, act.minute, fields | signed)

    def o2(self, act: Act) -> None:
        readings = device_readings(act.detail["device"], act.detail.get("flow"), act.detail.get("fio2"))
        self.writer.write("vitals", act.patient, act.minute, nursing(readings), LATE)
