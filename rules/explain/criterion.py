"""Explain a criterion: find the explanation of its row's type."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from rules.decide.state import Patient
from rules.decide.subjects import HYPOTENSION
from rules.explain.citations import unseen
from rules.explain.explanation import Answer, Cited, headline, since
from rules.explain.pressure import hypotension
from rules.explain.question import Asked, ask
from rules.guideline.declarations import ROW_TYPES, Row, module_of

Explain = Callable[[Any, Asked], Answer]


def _explain(row_type: type[Row]) -> Explain:
    """Return `explain` of the module that explains rows of this type, found by its name."""
    found: Explain = import_module(f"rules.explain.rows.{module_of(row_type)}").explain
    return found


EXPLAIN = {row_type: _explain(row_type) for row_type in ROW_TYPES}


def criterion(asked: Asked) -> Answer:
    """Explain a row of Table 3, or hypotension."""
    if asked.name == HYPOTENSION:
        return hypotension(asked)
    row = asked.guideline.row[asked.name]
    return EXPLAIN[type(row)](row, asked)


def in_short(patient: Patient, name: str) -> str:
    """Write the headline of a criterion or of hypotension, with what is missing.

    For the subjects that read it.
    """
    asked = ask(patient, name)
    missing = [unseen(patient.chart, code) for code in asked.result.missing]
    return " ".join([headline(name, asked.result, since(patient, name)), *missing])


def behind(patient: Patient, names: list[str]) -> list[Cited]:
    """Cite the facts that decided other subjects, each named with its subject; only the evidence."""
    out = []
    for name in names:
        asked = ask(patient, name)
        for one in criterion(asked).facts:
            if one.id in asked.ids:
                out.append(
                    Cited(
                        id=one.id,
                        part=f"{name}: {one.part}",
                        at=one.at,
                        known=one.known,
                        value=one.value,
                        unit=one.unit,
                    )
                )
    return out
