"""Assessments and alerts as `wire.md` writes them, made small: what the shell carries and shows."""

from __future__ import annotations

from typing import Any

import msgspec

from rules.guideline import SCHWARTZENTRUBER_2001
from rules.wire.alerts import AlertRecord
from rules.wire.assessments import Assessment

GUIDELINE = SCHWARTZENTRUBER_2001
AT = "2026-03-02T10:00:00Z"


def criterion(code: str, state: str = "clear", **fields: Any) -> dict[str, Any]:
    row = GUIDELINE.row[code]
    plain = {
        "code": code, "system": row.system, "group": row.group, "state": state, "since": None, "value": None, "unit": row.unit, "limit": None,
        "stale": False, "missing": [], "correctable": [], "evaluates_at": None, "evidence": [],
    }  # fmt: skip
    return plain | fields


def assessment(patient: str = "p1", *tripped: dict[str, Any], **fields: Any) -> dict[str, Any]:
    given = {row["code"]: row for row in tripped}
    plain = {
        "patient": patient, "at": AT, "guideline": GUIDELINE.reference, "mode": "ward", "recommendation": "delay", "reasons": ["urine-hour"],
        "relative": 0, "absolute": 1, "criteria": [given.get(row.code, criterion(row.code)) for row in GUIDELINE.rows],
        "blood_pressure": {"target": 90, "assumed": False, "latest": 88, "code": "systolic-bp", "state": "relative", "stale": False, "phase": "peak"},
        "pressors": {
            "load": 0.7, "unit": "ug/kg/min", "agents": [{"agent": "phenylephrine", "rate": 0.7, "unit": "ug/kg/min"}],
        },
        "dose": {
            "last": "2026-03-02T04:00:00Z", "number": 3, "due": "2026-03-02T12:00:00Z", "delayed_h": 0.0,
            "readiness": "waiting", "blockers": ["urine-hour"],
        },
        "fluids": {"above_maintenance_24h_ml": 750, "limit_ml": 1500},
        "monitoring": [{"what": "vital-signs", "last": "2026-03-02T05:00:00Z", "due": "2026-03-02T09:00:00Z", "overdue": True}],
        "advice": [{"code": "fluid-bolus", "subject": None, "since": AT, "text": "Give a bolus", "source": "Table 5"}],
        "eligibility": [{"item": "creatinine", "state": "met"}, {"item": "ecg", "state": "unknown"}],
        "accepted": [
            {"criterion": "creatinine", "level": "relative", "until": None, "by": "dr-3", "reason": "known before therapy"},
        ],
        "ignored": [{"code": "weight", "value": 95, "unit": "kg", "at": AT, "reason": "more than 25 % from the latest"}],
    }  # fmt: skip
    return plain | fields


def assessed(patient: str = "p1", *tripped: dict[str, Any], **fields: Any) -> Assessment:
    """The same, as it is read."""
    return msgspec.convert(assessment(patient, *tripped, **fields), Assessment)


def alert(
    subject: str = "urine-hour", transition: str = "opened", level: str = "absolute", **fields: Any
) -> dict[str, Any]:
    plain = {
        "id": "0123456789abcdef", "seq": 1, "patient": "p1", "subject": subject, "kind": "criterion", "system": "renal", "level": level,
        "priority": "high", "transition": transition, "at": AT, "decided": AT, "value": 8.0, "unit": "mL/h", "limit": "<10",
        "evidence": ["o7"], "message": "Urine 8 mL/h, below 10", "action": ["fluid-bolus"], "context": {"phase": "peak", "dose": 3},
        "guideline": GUIDELINE.reference,
    }  # fmt: skip
    return plain | fields


def alert_record(*named: str, **fields: Any) -> AlertRecord:
    """The same, as it is read."""
    return msgspec.convert(alert(*named, **fields), AlertRecord)


def record(type: str, id: str, at: str, patient: str = "p1", **fields: Any) -> dict[str, Any]:
    return {"type": type, "id": id, "patient": patient, "at": at} | fields


def vitals(id: str, at: str, patient: str = "p1", **values: float) -> dict[str, Any]:
    units = {
        "heart-rate": "/min",
        "systolic-bp": "mm[Hg]",
        "temperature": "Cel",
        "spo2": "%",
        "weight": "kg",
        "o2-flow": "L/min",
    }
    codes = {name.replace("_", "-"): value for name, value in values.items()}
    return record(
        "vitals",
        id,
        at,
        patient,
        readings=[{"code": code, "value": value, "unit": units[code]} for code, value in codes.items()],
    )
