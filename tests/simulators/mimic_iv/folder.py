"""A folder in MIMIC-IV's layout, as small as a test needs: one stay, and whatever rows the test writes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rules.wire.instants import parse
from simulators.mimic_iv import convert
from simulators.mimic_iv.tally import ImportTally

STAY, SUBJECT = 30000001, 10000001
IN, OUT = "2150-03-01 08:00:00", "2150-03-03 20:00:00"
HEADS: Mapping[str, str] = {
    "icu/icustays": "subject_id,hadm_id,stay_id,first_careunit,last_careunit,intime,outtime,los",
    "hosp/patients": "subject_id,gender,anchor_age,anchor_year,anchor_year_group,dod",
    "icu/chartevents": "subject_id,hadm_id,stay_id,caregiver_id,charttime,storetime,itemid,value,valuenum,valueuom,warning",
    "icu/inputevents": "subject_id,hadm_id,stay_id,caregiver_id,starttime,endtime,storetime,itemid,amount,amountuom,rate,rateuom,orderid,linkorderid,"
    "ordercategoryname,secondaryordercategoryname,ordercomponenttypedescription,ordercategorydescription,patientweight,totalamount,totalamountuom,"
    "isopenbag,continueinnextdept,statusdescription,originalamount,originalrate",
    "icu/outputevents": "subject_id,hadm_id,stay_id,caregiver_id,charttime,storetime,itemid,value,valueuom",
    "hosp/labevents": "labevent_id,subject_id,hadm_id,specimen_id,itemid,order_provider_id,charttime,storetime,value,valuenum,valueuom,"
    "ref_range_lower,ref_range_upper,flag,priority,comments",
}
DEMO_CHART = "subject_id,hadm_id,stay_id,charttime,itemid,valuenum,valueuom"
Row = Mapping[str, object]
Rows = Mapping[str, Sequence[Row]]
STAYS: Sequence[Row] = ({"subject_id": SUBJECT, "stay_id": STAY, "intime": IN, "outtime": OUT},)
PATIENTS: Sequence[Row] = ({"subject_id": SUBJECT, "anchor_age": 52, "anchor_year": 2148},)


def ms(clock: str, day: int = 1) -> int:
    """An instant of the stay: `09:30` on its first day."""
    return parse(f"2150-03-{day:02}T{clock}:00Z")


def mimic(folder: Path, rows: Rows, heads: Mapping[str, str] = HEADS, ending: str = ".csv") -> Path:
    """Writes the tables, all of them, each with its whole head line; cells that a row does not name are
    empty.
    """
    whole = {"icu/icustays": STAYS, "hosp/patients": PATIENTS, **rows}
    for name, head in heads.items():
        path = folder / f"{name}{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [
            head,
            *(
                ",".join(quoted(row.get(column, "")) for column in head.split(","))
                for row in whole.get(name, ())
            ),
        ]
        text = "".join(f"{line}\n" for line in lines).encode()
        path.write_bytes(gzip.compress(text, mtime=0) if ending.endswith(".gz") else text)
    return folder


def quoted(cell: object) -> str:
    return f'"{cell}"' if "," in str(cell) else str(cell)


def imported(folder: Path, wanted: Sequence[int] | None = None) -> tuple[list[dict[str, Any]], ImportTally]:
    """The events of a folder, and what was counted."""
    tally = ImportTally()
    return [
        json.loads(line) for line in convert.events(folder, wanted, tally, lambda what, done, total: None)
    ], tally


def chart(clock: str, item: int, number: object = "", day: int = 1, **more: object) -> Row:
    at = f"2150-03-{day:02} {clock}:00"
    return {
        "subject_id": SUBJECT,
        "stay_id": STAY,
        "charttime": at,
        "storetime": at,
        "itemid": item,
        "valuenum": number,
        "value": number,
        **more,
    }


def collected(clock: str, item: int, volume: object, day: int = 1, **more: object) -> Row:
    at = f"2150-03-{day:02} {clock}:00"
    return {
        "subject_id": SUBJECT,
        "stay_id": STAY,
        "charttime": at,
        "storetime": at,
        "itemid": item,
        "value": volume,
        "valueuom": "ml",
        **more,
    }


def lab(clock: str, item: int, number: object = "", day: int = 1, **more: object) -> Row:
    at = f"2150-03-{day:02} {clock}:00"
    return {
        "subject_id": SUBJECT,
        "specimen_id": 7,
        "charttime": at,
        "storetime": at,
        "itemid": item,
        "valuenum": number,
        "value": "___",
        **more,
    }


def given(start: str, end: str, item: int, day: int = 1, **more: object) -> Row:
    times = {
        "starttime": f"2150-03-{day:02} {start}:00",
        "endtime": f"2150-03-{day:02} {end}:00",
        "storetime": f"2150-03-{day:02} {start}:00",
    }
    return {
        "subject_id": SUBJECT,
        "stay_id": STAY,
        "itemid": item,
        "patientweight": 80,
        "orderid": 11,
        **times,
        **more,
    }


def of(events: Sequence[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """The events of a type."""
    return [event for event in events if event["type"] == kind]


def codes(event: Mapping[str, Any]) -> dict[str, Any]:
    """The readings of an event, by code."""
    return {reading["code"]: reading["value"] for reading in event["readings"]}
