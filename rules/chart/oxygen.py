"""Track oxygen by device: which device, flow and FiO2 are in force, charted by exception.

Source: criteria.md section 3.1, oxygen-requirement.
"""

import msgspec

from rules.chart.facts import Fact
from rules.guideline.declarations import OxygenRow
from rules.wire.events import Reference


class VitalsRow(Fact, array_like=True, gc=False):
    """One vitals record as far as decisions need it. Units: /min, mm[Hg], %, Cel, -, L/min, %, /min, mm[Hg].

    `digest`: of the record's content, to tell a duplicate from a conflict; `unread`: the flags of what it
    says of oxygen and cannot be used; `older`: what of it an earlier record of the id charted, each code with
    that one's rank and `known`.
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
    unread: int = 0
    older: tuple[tuple[str, int, int], ...] = ()


UNREAD = {"o2-device": 1, "o2-flow": 2, "fio2": 4}
"""Code -> the flag of a reading that was set aside."""
DEVICE, FLOW, FIO2 = UNREAD.values()

ASSISTED = ("high-flow", "nippv", "ventilator")
"""Devices that are absolute by themselves."""
NEVER_OFF = ("nippv", "ventilator")
"""Devices that a flow of 0 does not take off."""

HIGH, HIGH_CHARTED, OFF, THREE_LITRES, ABSOLUTE = 1, 2, 4, 8, 16
"""Flags of the oxygen in force: 4 L/min or more, a FiO2 >=40 % or an assisting device; the same without an
assumed FiO2 or a device's name alone; room air or no flow; 3 L/min or more, or a mask or assisting device;
absolute by device."""

BASE_FIO2 = 21
TRIPPED = ("relative", "absolute")


class Oxygen(msgspec.Struct, array_like=True):
    """The device, flow and FiO2 in force after the records so far, and when their level last changed.

    `level`: None where it is unknown (a cannula without a flow, or what was charted last cannot be read) and
    was not tripped before; `unknown`: it is unknown now, and a tripped level is kept; `unread`: the flags of
    what cannot be read; `flags`: how much oxygen it is; `stops_since`: since when
    devices that are absolute by what is charted are in force without a break; `absolute_until`: when it was
    absolute last and ceased to be.
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
    unknown: bool = False
    unread: int = 0
    flags: int = OFF
    stops_since: int | None = None
    absolute_until: int | None = None

    @property
    def in_force(self) -> str:
        """The device in force; where none is charted, the one that flow and FiO2 imply."""
        if self.device is not None:
            return self.device
        if self.flow:
            return "nasal-cannula"
        return "mask" if self._enriched else "room-air"

    @property
    def _enriched(self) -> bool:
        return self.fio2 is not None and self.fio2 > BASE_FIO2

    @property
    def is_mask(self) -> bool:
        """Whether it is judged as a mask: by its FiO2."""
        device = self.in_force
        return device == "mask" or (device == "other" and self.flow is None and self.fio2 is not None)

    @property
    def is_off(self) -> bool:
        """Whether no oxygen is given: room air, or no flow and no FiO2 above that of air."""
        device = self.in_force
        return device == "room-air" or (self.flow == 0 and not self._enriched and device not in NEVER_OFF)

    def add(self, row: VitalsRow, limits: OxygenRow) -> bool:
        """Apply a record that charts device, flow or FiO2, and return whether anything in force changed."""
        before = (self.level, self.unknown, self.unread, self.flags, self.stops_since)
        self._chart(row)
        self.at = row.at
        self.judge(limits, row.at)
        return before != (self.level, self.unknown, self.unread, self.flags, self.stops_since)

    def judge(self, limits: OxygenRow, at: int) -> None:
        """Set the level of what is in force since moment `at`; a tripped one is kept where it is unknown."""
        level = None if self.unread else level_by_device(self, limits)
        self.unknown = level is None
        if level is None and self.level in TRIPPED:
            level = self.level
        if level != self.level:
            self.absolute_until = at if self.level == "absolute" else self.absolute_until
            self.level, self.changed = level, at
        self.flags = _amount(self, limits)
        # What cannot be read ends no half hour; a device that stops by its name begins one without a flow.
        if _stops(self, limits):
            self.stops_since = at if self.stops_since is None else self.stops_since
        elif not self.unread:
            self.stops_since = None

    def _chart(self, row: VitalsRow) -> None:
        if row.device is not None:
            if row.device != self.in_force:
                self._forget()
            self.device, self.device_by = row.device, row.reference
            self.unread &= ~DEVICE
        elif not row.unread & DEVICE and self._restarted_by(row):
            self._forget()
            self.device, self.device_by = None, None
        if row.flow is not None:
            self.flow, self.flow_by = row.flow, row.reference
            self.unread &= ~FLOW
        if row.fio2 is not None:
            self.fio2, self.fio2_by = row.fio2, row.reference
            self.unread &= ~FIO2
        self.unread |= row.unread

    def _forget(self) -> None:
        """Clear flow and FiO2: they belong to the device in force when they were charted."""
        self.flow = self.fio2 = None
        self.flow_by = self.fio2_by = None
        self.unread &= DEVICE

    @property
    def evidence(self) -> tuple[Reference, ...]:
        """The records that made what is in force, each once."""
        made = (self.device_by, self.flow_by, self.fio2_by)
        return tuple(dict.fromkeys(reference for reference in made if reference is not None))

    def _restarted_by(self, row: VitalsRow) -> bool:
        # A flow charted alone after "room air" means oxygen was put on again and the device not charted.
        given = (row.flow is not None and row.flow > 0) or (row.fio2 is not None and row.fio2 > BASE_FIO2)
        off = self.device == "room-air" or (self.flow == 0 and self.in_force not in NEVER_OFF)
        return given and off


def level_by_device(oxygen: Oxygen, limits: OxygenRow) -> str | None:
    """Return clear, relative or absolute by Table 3; None where the flow is unknown."""
    if oxygen.is_off:
        return "clear"
    if oxygen.in_force in ASSISTED:
        return "absolute"
    if oxygen.is_mask:
        return _level_by_mask(limits.assumed_fio2 if oxygen.fio2 is None else oxygen.fio2, limits)
    if oxygen.flow is None:
        return None
    if limits.absolute_flow.met(oxygen.flow):
        return "absolute"
    return "relative" if limits.relative_flow.met(oxygen.flow) else "clear"


def _level_by_mask(fio2: float, limits: OxygenRow) -> str:
    if limits.absolute_fio2.met(fio2):
        return "absolute"
    return "relative" if limits.relative_fio2.met(fio2) else "clear"


def _amount(oxygen: Oxygen, limits: OxygenRow) -> int:
    """Return the flags of how much oxygen is in force.

    Room air charted together with a flow or a FiO2 is a contradiction: for the saturation the amount counts.
    """
    charted = (oxygen.flow is not None and limits.at_flow.met(oxygen.flow)) or (
        oxygen.fio2 is not None and limits.absolute_fio2.met(oxygen.fio2)
    )
    if oxygen.is_off:
        return OFF | (HIGH | HIGH_CHARTED) * charted
    assisted, masked = oxygen.in_force in ASSISTED, oxygen.is_mask
    assumed = masked and oxygen.fio2 is None and limits.absolute_fio2.met(limits.assumed_fio2)
    high = charted or assisted or assumed
    three = assisted or masked or (oxygen.flow is not None and limits.relative_flow.met(oxygen.flow))
    absolute = oxygen.level == "absolute"
    return HIGH * high | HIGH_CHARTED * charted | THREE_LITRES * three | ABSOLUTE * absolute


def _stops(oxygen: Oxygen, limits: OxygenRow) -> bool:
    """Return whether the device makes the row absolute by what is charted, not by an assumed FiO2."""
    if level_by_device(oxygen, limits) != "absolute":
        return False
    return not (oxygen.is_mask and oxygen.fio2 is None)
