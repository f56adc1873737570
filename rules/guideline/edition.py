"""Define an edition of the guideline as one value: all its tables, with id, version and hash.

The hash is over its effective numbers.
"""

import hashlib
from functools import cached_property
from importlib import import_module

import msgspec

from rules.guideline.advice_declarations import Advice
from rules.guideline.advice_texts import ADVICE
from rules.guideline.agents import AGENTS, Agents
from rules.guideline.correctives import CORRECTIVES, Corrective, unlisted
from rules.guideline.declarations import AnyRow, Pressors
from rules.guideline.dose_decisions import STOP_RULES, TABLE4, StopRule, Table4
from rules.guideline.eligibility import ELIGIBILITY, Eligibility
from rules.guideline.harm import HARM, Harm
from rules.guideline.hemodynamic import PRESSORS
from rules.guideline.medications import MEDICATIONS, Medication
from rules.guideline.observation_schedule import OBSERVATIONS, Observation
from rules.guideline.pressure_targets import PRESSURE, Pressure
from rules.guideline.site_choices import PLAUSIBLE, Choices, Range, Shifts
from rules.guideline.vital_signs import VITAL_SIGNS, VitalSigns
from rules.wire.agents import named
from rules.wire.vocabulary import ICU, WARD

SYSTEMS = (
    "cardiac",
    "dermatologic",
    "gastrointestinal",
    "hemodynamic",
    "hemorrhagic",
    "infectious",
    "musculoskeletal",
    "neurologic",
    "pulmonary",
    "renal",
)
"""The organ systems of Table 3, in its order; each is the module of its name in this folder."""


def rows_of(system: str) -> tuple[AnyRow, ...]:
    """Return the rows of an organ system, in the order of the paper."""
    rows: tuple[AnyRow, ...] = import_module(f"rules.guideline.{system}").ROWS
    return rows


class Guideline(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """An edition with a site's overrides applied. Two guidelines with equal numbers have equal `sha256`."""

    id: str
    version: str
    rows: tuple[AnyRow, ...]
    observations: tuple[Observation, ...]
    pressure: Pressure
    pressors: Pressors
    vital_signs: VitalSigns
    table4: Table4
    stop_rules: tuple[StopRule, ...]
    advice: tuple[Advice, ...]
    correctives: tuple[Corrective, ...]
    harm: Harm
    medications: tuple[Medication, ...]
    agents: Agents
    eligibility: Eligibility
    plausible: dict[str, Range]
    choices: Choices
    shifts: Shifts
    units: dict[str, str] = {}

    @cached_property
    def sha256(self) -> str:
        """The hash over all numbers and texts, in hex."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()

    @cached_property
    def reference(self) -> dict[str, str]:
        """The `guideline` object of assessments and alerts (wire.md)."""
        return {"id": self.id, "version": self.version, "sha256": self.sha256}

    def usable(self, code: str, value: float) -> bool:
        """Return whether a value lies inside its plausible range, both ends included.

        A code without a range takes any value.
        """
        within = self.plausible.get(code)
        return within is None or within.low <= value <= within.high

    def location_of(self, name: str | None) -> str | None:
        """Return `ward` or `icu` for a location as charted; None for a unit that the site does not name.

        No location at all is none.
        """
        if name is None:
            return None
        plain = named(name)
        return plain if plain in (WARD, ICU) else self.units.get(plain)

    @cached_property
    def row(self) -> dict[str, AnyRow]:
        """The rows of Table 3 by code."""
        return {row.code: row for row in self.rows}

    @cached_property
    def advises(self) -> dict[str, Advice]:
        """The advice by code."""
        return {advice.code: advice for advice in self.advice}

    @cached_property
    def _corrects(self) -> dict[str, Corrective]:
        return {corrective.code: corrective for corrective in self.correctives}

    def corrects(self, code: str) -> Corrective:
        """Return the corrective measure of a criterion; where there is none, whom to call."""
        return self._corrects.get(code) or unlisted(code)

    @cached_property
    def observes(self) -> dict[str, Observation]:
        """The items of Table 1 by name."""
        return {observation.what: observation for observation in self.observations}


def exact(guideline: Guideline) -> Guideline:
    """Return the same guideline with every number of the type its field declares.

    120 and 120.0 must give one `sha256`.
    """
    return msgspec.convert(msgspec.to_builtins(guideline), Guideline)


_PUBLISHED = Guideline(
    id="schwartzentruber-2001",
    version="2",
    rows=tuple(row for system in SYSTEMS for row in rows_of(system)),
    observations=OBSERVATIONS,
    pressure=PRESSURE,
    pressors=PRESSORS,
    vital_signs=VITAL_SIGNS,
    table4=TABLE4,
    stop_rules=STOP_RULES,
    advice=ADVICE,
    correctives=CORRECTIVES,
    harm=HARM,
    medications=MEDICATIONS,
    agents=AGENTS,
    eligibility=ELIGIBILITY,
    plausible=PLAUSIBLE,
    choices=Choices(),
    shifts=Shifts(),
)

SCHWARTZENTRUBER_2001 = exact(_PUBLISHED)
