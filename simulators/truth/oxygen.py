"""The oxygen row of Table 3. Source: criteria.md section 3, `oxygen-requirement`."""

from __future__ import annotations

from simulators.truth.runs import Flags, Latch, Sustained
from simulators.truth.view import States, View, graded

ROOM_AIR, CANNULA, MASK, VENTILATOR = range(4)
SPAN_MIN = 5
ENOUGH, AIR = 95.0, 21.0


class OxygenRequirement:
    """What the device and its flow say, or SpO2 below 95 % for 5 min on 4 L/min or more until it has been 95 % for 5 min."""

    def __init__(self, columns: int) -> None:
        self.short, self.enough, self.unmet = Sustained(columns, SPAN_MIN), Sustained(columns, SPAN_MIN), Latch(columns)

    def __call__(self, view: View) -> States:
        saturation, flow = view.value("spo2"), view.given("o2-flow")
        unmet = self.unmet(self.short((saturation < ENOUGH) & (flow >= 4)), self.enough(saturation >= ENOUGH))
        relative, absolute = by_device(view)
        return graded(relative, absolute | unmet)


def by_device(view: View) -> tuple[Flags, Flags]:
    """Relative: cannula at 3 to 4 L/min, mask below 40 %. Absolute: more than that, a mask of unknown FiO2, or the ventilator."""
    device, flow, fraction = view.given("o2-device"), view.given("o2-flow"), view.given("fio2")
    cannula, mask = device == CANNULA, device == MASK
    light = (fraction > AIR) & (fraction < 40)
    absolute = (device == VENTILATOR) | (cannula & (flow > 4)) | (mask & ~light)
    return (cannula & (flow >= 3)) | mask, absolute
