"""What care does to the body in one minute."""

from __future__ import annotations

from dataclasses import dataclass

from simulators.seeds import Array


@dataclass(frozen=True, slots=True)
class Treatment:
    """Arrays (patients,). Pressors in ug/kg/min; `fluid`, `drunk` mL in this minute; `fio2` % breathed in; `ventilated` 0 or 1; `soothed` the
    share of stool prevented."""

    phenylephrine: Array
    dopamine: Array
    norepinephrine: Array
    fluid: Array
    drunk: Array
    fio2: Array
    ventilated: Array
    soothed: Array
