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
from rules.guideline.declarations import AnyRow, ExcusedRateRow, Pressors, RefractoryRow
from rules.guideline.dose_decisions import STOP_RULES, TABLE4, StopRule, Table4
from rules.guideline.eligibility import ELIGIBILITY, Eligibility
from rules.guideline.harm import HARM, Harm
from rules.guideline.hemodynamic import PRESSORS
from rules.guideline.medications import MEDICATIONS, Medication
from rules.guideline.observation_schedule import OBSERVATIONS, Observation
from rules.guideline.packs.declarations import COUNT, DRAFT, VERIFIED, Pack
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
    pack: Pack | None = None
    packs: "Packs | None" = None
    behind: tuple[AnyRow, ...] = ()

    @cached_property
    def sha256(self) -> str:
        """The hash over all numbers and texts, in hex; which other packs stand beside is no part of it."""
        stated = msgspec.to_builtins(self)
        del stated["packs"]
        if self.pack is None:
            del stated["pack"], stated["behind"]
        else:
            del stated["pack"]["signed"]
        return hashlib.sha256(msgspec.json.encode(stated, order="sorted")).hexdigest()

    @cached_property
    def reference(self) -> dict[str, str]:
        """The `guideline` object of assessments and alerts (wire.md)."""
        found = {"id": self.id, "version": self.version, "sha256": self.sha256}
        return found | {"status": self.status} if self.pack is not None or self.packs is not None else found

    @property
    def key(self) -> str:
        """The id of the pack with its version: `dutcher-2014/1`."""
        return f"{self.id}/{self.version}"

    @property
    def name(self) -> str:
        """The name of the pack as a person reads it."""
        return NAME if self.pack is None else self.pack.name

    @cached_property
    def status(self) -> str:
        """`verified`, or `draft`: some of the pack was not read in its source (editions.md 2)."""
        return VERIFIED if self.pack is None else self.pack.status

    @property
    def is_draft(self) -> bool:
        """Whether some of the pack was not read in its source."""
        return self.status == DRAFT

    @property
    def decides_as_draft(self) -> bool:
        """Whether a pack that decides, or may decide for a cycle, is a draft: outputs and pages say so."""
        named = () if self.packs is None else self.packs.for_cycles
        return any(one.is_draft for one in (self.deciding, *named))

    @property
    def combination(self) -> str:
        """How the rows combine: `count` or `rows-decide` (editions.md 3)."""
        return COUNT if self.pack is None else self.pack.combination

    @property
    def deciding(self) -> "Guideline":
        """The guideline of the pack that decides by default."""
        return self if self.packs is None or self.packs.decides is None else self.packs.decides

    @property
    def overlays(self) -> tuple["Guideline", ...]:
        """The guidelines that are evaluated beside and decide nothing."""
        return () if self.packs is None else self.packs.overlays

    def chosen(self, pack: str | None) -> "Guideline | None":
        """Return the guideline of a pack that may decide; of None the default; None: it is not configured."""
        if pack is None or pack == self.deciding.key:
            return self.deciding
        named_packs = () if self.packs is None else self.packs.for_cycles
        return next((one for one in named_packs if pack in (one.key, one.id)), None)

    def running(self, pack: str) -> "Guideline | None":
        """Return the guideline of the pack that a cycle under way was begun with; None: it is gone."""
        kept = () if self.packs is None else self.packs.kept
        return self.chosen(pack) or next((one for one in kept if one.key == pack), None)

    def decided_by(self, sha256: str) -> "Guideline | None":
        """Return the guideline of a hash that an assessment bears; None: no pack here has these numbers."""
        return next((one for one in (self, *self.beside) if one.sha256 == sha256), None)

    @cached_property
    def state_key(self) -> str:
        """What the state of a patient depends on: the hashes of this guideline and of the packs beside."""
        return "+".join((self.sha256, *(one.sha256 for one in self.beside)))

    @cached_property
    def rate_rows(self) -> tuple[ExcusedRateRow, ...]:
        """The rows on a rate that is not counted beside an arrhythmia."""
        return tuple(row for row in self.rows if isinstance(row, ExcusedRateRow))

    @cached_property
    def minimum_codes(self) -> tuple[str, ...]:
        """The codes of the rows of the dosing minimum, in table order."""
        return tuple(row.code for row in self.rows if row.code in self.table4.dosing_minimum)

    @cached_property
    def _groups(self) -> dict[str | None, tuple[str, ...]]:
        named = {row.group for row in self.rows}
        return {name: tuple(row.code for row in self.rows if row.group == name) for name in named}

    def group_codes(self, group: str) -> tuple[str, ...]:
        """Return the codes of the rows of a group, in table order."""
        return self._groups.get(group, ())

    @cached_property
    def behind_codes(self) -> frozenset[str]:
        """The codes of the rows of criteria.md that advice reads while another pack decides."""
        return frozenset(row.code for row in self.behind)

    @cached_property
    def decided_on(self) -> frozenset[str]:
        """The codes of the rows that a clinician decides on once they are no more than relative."""
        return frozenset(row.code for row in self.rows if isinstance(row, RefractoryRow) and row.weaned)

    def effect(self, code: str) -> str:
        """Return what a row does to a dose: `count`, `hold`, `cycle` or `permanent`."""
        found = None if self.pack is None else self.pack.row(code)
        return COUNT if found is None else found.effect

    @cached_property
    def beside(self) -> tuple["Guideline", ...]:
        """Every guideline of another pack that may be evaluated on a chart, each once."""
        if self.packs is None:
            return ()
        found = (self.packs.decides, *self.packs.overlays, *self.packs.for_cycles, *self.packs.kept)
        return tuple({one.key: one for one in found if one is not None and one.pack is not None}.values())

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
        """The rows by code: of Table 3, or of the pack, which stand before those that advice reads."""
        return {row.code: row for row in (*self.behind, *self.rows)}

    @cached_property
    def own_codes(self) -> frozenset[str]:
        """The codes of the rows that decide."""
        return frozenset(row.code for row in self.rows)

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


class Packs(msgspec.Struct, frozen=True, kw_only=True):
    """Which packs a site uses beside its numbers (editions.md 2).

    `decides`: the default (None: the guideline of criteria.md); `for_cycles`: what a cycle-start may name;
    `kept`: by what a cycle may still run that began before the default changed;
    `draft_rows`: `show` or `speak`; `pressor_centre`: pressors are given where the patient lies.
    """

    decides: Guideline | None = None
    overlays: tuple[Guideline, ...] = ()
    for_cycles: tuple[Guideline, ...] = ()
    kept: tuple[Guideline, ...] = ()
    draft_rows: str = "show"
    pressor_centre: bool = False


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

NAME = "Schwartzentruber 2001"
SCHWARTZENTRUBER_2001 = exact(_PUBLISHED)
