"""Track oxygen by device: which device, flow and FiO2 are in force, charted by exception.

Source: criteria.md section 3, oxygen-requirement.
"""

import msgspec

from rules.chart.facts import Fact
from rules.guideline.declarations import OxygenRow
from rules.wire.events import Reference


class VitalsRow(Fact, array_like=True, gc=False):
    """One vitals record as far as decisions need it. Units: /min, mm[Hg], %, Cel, -, L/min, %, /min, mm[Hg].

    `digest`: of the record's content, to tell a duplicate from a conflict.
    """

    hr: float | None = None
    sbp: float | None = None
    spo2: float | None = None
    temp: float | None = None
    device: str | None = None
    flow: float | None = None
    fio2: float | None = None
    rr: float | None = None
    mbp: float | None = None
    digest: int = 0


ASSUMING = ("mask",)
"""Devices whose FiO2 is assumed where none is charted."""


class Oxygen(msgspec.Struct, array_like=True):
    """The device, flow and FiO2 in force after the records so far, and when their level last changed.

    `level`: None where it is unknown (a cannula without a flow); `stops_since`: since when devices that make
    it absolute, other than by an assumed FiO2, have been in force one after the other.
    """

    device: str | None = None
    flow: float | None = None
    fio2: float | None = None
    level: str | None = "clear"
    changed: int | None = None
    at: int | None = None
    device_by: Reference | None = None
    flow_by: Reference | None = None
    fio2_by: Reference | None = None
    stops_since: int | None = None

    @property
    def in_force(self) -> str:
        """The device in force; where none is charted, the one that flow and FiO2 imply."""
        if self.device is not None:
            return self.device
        if self.flow:
            return "nasal-cannula"
        return "mask" if self.fio2 is not None and self.fio2 > 21 else "room-air"

    def add(self, row: VitalsRow, limits: OxygenRow) -> bool:
        """Apply a record that charts device, flow or FiO2, and return whether the level changed."""
        self._chart(row)
        self.at = row.at
        level, stopped = level_by_device(self, limits), self.stops_since
        stops = level == "absolute" and (self.in_force not in ASSUMING or self.fio2 is not None)
        self.stops_since = None if not stops else row.at if stopped is None else stopped
        if level == self.level:
            return stopped != self.stops_since
        self.level, self.changed = level, row.at
        return True

    def _chart(self, row: VitalsRow) -> None:
        if row.device is not None:
            if row.device != self.in_force:
                self._forget()
            self.device, self.device_by = row.device, row.reference
        elif self._restarted_by(row):
            self._forget()
            self.device, self.device_by = None, None
        if row.flow is not None:
            self.flow, self.flow_by = row.flow, row.reference
        if row.fio2 is not None:
            self.fio2, self.fio2_by = row.fio2, row.reference

    def _forget(self) -> None:
        """Clear flow and FiO2: they belong to the device in force when they were charted."""
        self.flow = self.fio2 = None
        self.flow_by = self.fio2_by = None

    @property
    def evidence(self) -> tuple[Reference, ...]:
        """The records that made what is in force, each once."""
        made = (self.device_by, self.flow_by, self.fio2_by)
        return tuple(dict.fromkeys(reference for reference in made if reference is not None))

    def _restarted_by(self, row: VitalsRow) -> bool:
        # A flow charted alone after "room air" means oxygen was put on again and the device not charted.
        given = (row.flow is not None and row.flow > 0) or (row.fio2 is not None and row.fio2 > 21)
        off = self.device == "room-air" or (self.flow == 0 and self.device != "ventilator")
        return given and off


def level_by_device(oxygen: Oxygen, limits: OxygenRow) -> str | None:
    """Return clear, relative or absolute by Table 3; None where the flow is unknown."""
    device = oxygen.in_force
    if device == "ventilator":
        return "absolute"
    if device == "room-air" or oxygen.flow == 0:
        return "clear"
    if device == "mask" or (device == "other" and oxygen.flow is None and oxygen.fio2 is not None):
        high = oxygen.fio2 is None or limits.absolute_fio2.met(oxygen.fio2)
        return "absolute" if high else "relative"
    if oxygen.flow is None:
        return None
    if limits.absolute_flow.met(oxygen.flow):
        return "absolute"
    return "relative" if limits.relative_flow.met(oxygen.flow) else "clear"
