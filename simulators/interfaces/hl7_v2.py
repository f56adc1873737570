"""Write the records of a ward as HL7 v2: monitors (IHE PCD-01), laboratory, flowsheet, pumps, RAS^O17, ADT.

A baseline, the start of a cycle, the end of therapy and a clinician's commands have no message: None.
Source: docs/spec/feeds.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

Fact = Mapping[str, Any]

MDC = {
    "heart-rate": "147842^MDC_ECG_HEART_RATE^MDC",
    "systolic-bp": "150021^MDC_PRESS_BLD_NONINV_SYS^MDC",
    "diastolic-bp": "150022^MDC_PRESS_BLD_NONINV_DIA^MDC",
    "mean-bp": "150023^MDC_PRESS_BLD_NONINV_MEAN^MDC",
    "respiratory-rate": "151562^MDC_RESP_RATE^MDC",
    "temperature": "150344^MDC_TEMP^MDC",
    "spo2": "150456^MDC_PULS_OXIM_SAT_O2^MDC",
    "weight": "188736^MDC_MASS_BODY_ACTUAL^MDC",
    "o2-flow": "3151-8^Oxygen flow^LN",
    "fio2": "3150-0^Inhaled oxygen^LN",
    "o2-device": "o2-device^Oxygen device^SIM",
}
CHANNELS = {code: f"1.{place}.1.1" for place, code in enumerate(MDC, 1)}
"""OBX-4: a channel for each, the same in every message."""
LOINC = {
    "creatinine": "2160-0",
    "bilirubin": "1975-2",
    "platelets": "777-3",
    "bicarbonate": "1963-8",
    "potassium": "2823-3",
    "sodium": "2951-2",
    "calcium": "17861-6",
    "magnesium": "19123-9",
    "phosphate": "2777-1",
    "hematocrit": "20570-8",
    "hemoglobin": "718-7",
    "albumin": "1751-7",
    "alt": "1742-6",
    "ast": "1920-8",
    "ck": "2157-6",
    "ck-mb": "13969-1",
    "troponin-t": "6598-7",
    "troponin-i": "10839-9",
    "urea": "3094-0",
    "glucose": "2345-7",
    "pt": "5902-2",
    "inr": "6301-6",
    "ptt": "14979-9",
    "tsh": "3016-3",
    "free-t4": "3024-7",
    "wbc": "6690-2",
}
STATUS = {"final": "F", "preliminary": "P", "corrected": "C", "entered-in-error": "W"}
ACTION = {"final": "A", "preliminary": "A", "corrected": "U", "entered-in-error": "D"}
ESCAPES = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\"}
MAP = """\
system,code,type,our_code,unit_default
SIM,o2-device,vitals,o2-device,
SIM,stool-count,io,out/stool,{count}
"""
WORDS = ("room-air", "nasal-cannula", "mask", "high-flow", "nippv", "ventilator", "other")


def site_map(io: Mapping[str, tuple[str, ...]], findings: tuple[str, ...]) -> str:
    """Return the map that a feed of these messages needs, as a site's CSV. `io`: kinds by direction."""
    rows = [f"SIM,{way}/{kind},io,{way}/{kind}," for way, kinds in io.items() for kind in kinds]
    rows += [f"SIM,{code},finding,{code}," for code in (*findings, *IN_SPECIMENS)]
    rows += [f"o2-device,{word},word,{word}," for word in WORDS]
    return MAP + "".join(f"{row}\n" for row in rows)


class Stays:
    """The events of stays by patient and id: a record that takes one back does not say which it was."""

    def __init__(self) -> None:
        self.events: dict[tuple[str, str], Fact] = {}

    def whole(self, record: Fact) -> Fact:
        """Return a record of a stay with its event; one whose event never came as it is."""
        key = str(record["patient"]), str(record["id"])
        if "event" in record:
            self.events[key] = record
        return {**self.events.get(key, {}), **record}


class Hl7Writer:
    """Writes a ward's records, in their order, as messages."""

    def __init__(self) -> None:
        self.stays = Stays()

    def message(self, record: Fact, number: int) -> bytes | None:
        """Return the message that a record would have come in; None: it cannot be said in one.

        `number`: of the message, its control id.
        """
        return _message(self.stays.whole(record) if record["type"] == "encounter" else record, number)


def _message(record: Fact, number: int) -> bytes | None:
    write = WRITERS.get(str(record["type"]))
    segments = None if write is None else write(record)
    if segments is None:
        return None
    known = _time(str(record.get("known") or record["at"]))
    kind = segments[0]
    head = f"MSH|^~\\&|SIM|WARD|IL2WATCH|WARD|{known}||{kind}|{number}|P|2.6|||AL|NE||UNICODE UTF-8"
    pid = f"PID|1||{_text(record['patient'])}^^^SIM^MR"
    return "".join(f"{segment}\r" for segment in (head, pid, *segments[1:])).encode()


def _vitals(record: Fact) -> list[str] | None:
    readings = record["readings"]
    if any(reading["code"] not in MDC for reading in readings):
        return None
    device = _text(record.get("source") or "monitor")
    places = list(MDC)
    lines = [
        _obx(
            place, MDC[reading["code"]], reading, record, f"1.{places.index(reading['code']) + 1}.1.1", device
        )
        for place, reading in enumerate(readings, 1)
    ]
    return ["ORU^R01^ORU_R01", f"OBR|1||{_order(record)}|MONITORING|||{_time(record['at'])}", *lines]


def _labs(record: Fact) -> list[str] | None:
    readings = record["readings"]
    if any(reading["code"] not in LOINC for reading in readings):
        return None
    coded = [f"{LOINC[reading['code']]}^{reading['code']}^LN" for reading in readings]
    lines = [
        _obx(place, code, reading, record, "", "")
        for place, (code, reading) in enumerate(zip(coded, readings, strict=True), 1)
    ]
    return ["ORU^R01^ORU_R01", f"OBR|1||{_order(record)}|PANEL|||{_time(record['at'])}", *lines]


def _obx(place: int, code: str, reading: Fact, record: Fact, sub_id: str, device: str) -> str:
    """Return an OBX of a reading."""
    value = reading.get("value")
    kind = "ST" if isinstance(value, str) else "NM"
    unit = f"{_text(reading['unit'])}^^UCUM" if reading.get("unit") else ""
    status = STATUS[str(reading.get("status") or record.get("status") or "final")]
    head = f"OBX|{place}|{kind}|{code}|{sub_id}|{_number(value)}|{unit}|{_limits(reading)}"
    return f"{head}||||{status}|||{_time(record['at'])}||||{device}"


def _limits(reading: Fact) -> str:
    """Return a reference range as a laboratory prints it."""
    low, high = reading.get("low"), reading.get("high")
    if high is None:
        return ""
    return f"<{_number(high)}" if low is None else f"{_number(low)}-{_number(high)}"


def _io(record: Fact) -> list[str] | None:
    code = f"{record['direction']}/{record['kind']}"
    reading: dict[str, Any] = {"value": record.get("volume"), "unit": record.get("unit")}
    if record.get("volume") is None:
        if record.get("count") is None:
            return None
        code, reading = "stool-count", {"value": record["count"]}
    start = record.get("start")
    at = _time(record["at"])
    begun = f"{_time(start)}|{at}" if start else at
    line = _obx(1, f"{code}^{code}^SIM", reading, record, "", "")
    return ["ORU^R01^ORU_R01", f"OBR|1||{_order(record)}|FLOWSHEET|||{begun}", line]


IN_SPECIMENS = ("guaiac-positive:stool", "guaiac-positive:emesis", "guaiac-positive:sputum")


def finding_code(record: Fact) -> str:
    """Return the code of a finding's flowsheet row: a specimen has a row of its own."""
    specimen = record.get("specimen")
    return f"{record['code']}:{specimen}" if specimen else str(record["code"])


def _finding(record: Fact) -> list[str] | None:
    value = record.get("value")
    if value is None and record.get("present") is None:
        return None
    written = value if value is not None else "yes" if record["present"] else "no"
    code = finding_code(record)
    line = _obx(1, f"{code}^{code}^SIM", {"value": written}, record, "", "")
    return ["ORU^R01^ORU_R01", f"OBR|1||{_order(record)}|FLOWSHEET|||{_time(record['at'])}", line]


def _dose(record: Fact) -> list[str] | None:
    given = bool(record["given"])
    reason = "" if given else f"{_text(record.get('reason') or 'held')}"
    return _administered(record, "70223^aldesleukin^RXN", "CP" if given else "RE", reason, "IV")


def _medication(record: Fact) -> list[str] | None:
    agent = _text(record["agent"])
    return _administered(record, f"{agent}^{agent}^SIM", "CP", "", _text(record.get("route") or ""))


def _administered(record: Fact, code: str, completion: str, reason: str, route: str) -> list[str]:
    at, amount = _time(record["at"]), _number(record.get("amount"))
    unit = f"{_text(record['unit'])}^^UCUM" if record.get("unit") else ""
    action = ACTION[str(record.get("status") or "final")]
    rxa = f"RXA|0|1|{at}|{at}|{code}|{amount}|{unit}{'|' * 11}{reason}||{completion}|{action}"
    return ["RAS^O17^RAS_O17", f"ORC|RE||{_order(record)}", rxa, f"RXR|{route}"]


def _infusion(record: Fact) -> list[str] | None:
    if not isinstance(record["rate"], int | float) or not record.get("unit") or record.get("status"):
        return None
    agent, at, unit = _text(record["agent"]), _time(record["at"]), f"{_text(record['unit'])}^^UCUM"
    runs = "infusing" if record["rate"] else "not-infusing"
    device = f"PUMP-{_text(record.get('line') or '')}-{agent}"
    return [
        "ORU^R01^ORU_R01",
        f"OBR|1||{_order(record)}|69985^MDC_DEV_PUMP_INFUS_MDS^MDC|||{at}",
        f"OBX|1||70049^MDC_DEV_PUMP_INFUS_LVP_MDS^MDC|1.0.0.0|||||||X|||{at}||||{device}",
        f"OBX|2|CWE|184519^MDC_PUMP_INFUSING_STATUS^MDC|1.1.1.1|^pump-status-{runs}||||||R",
        f"OBX|3|NM|157924^MDC_RATE_DOSE^MDC|1.1.2.1|{_number(record['rate'])}|{unit}|||||R",
        f"OBX|4|ST|184514^MDC_DRUG_NAME_LABEL^MDC|1.1.2.2|{agent}||||||R",
    ]


ADT = {"admit": "A01", "transfer": "A02", "discharge": "A03"}
CANCEL = {"admit": "A11", "transfer": "A12", "discharge": "A13"}


def _encounter(record: Fact) -> list[str] | None:
    event, status = record.get("event"), record.get("status") or "final"
    if event not in ADT or status not in ("final", "entered-in-error"):
        return None
    code = (ADT if status == "final" else CANCEL)[event]
    at, unit = _time(record["at"]), _text(record.get("location") or "")
    left = f"{'|' * 26}{at}" if event == "discharge" else ""
    return [
        f"ADT^{code}^ADT_{code}",
        f"EVN||{at}||||{at}",
        f"PV1|1|I|{unit}{'|' * 16}V-{_text(record['patient'])}^^^SIM^VN{left}",
    ]


def _order(record: Fact) -> str:
    return f"{_text(record['patient'])}-{_text(record['id'])}^SIM"


def _time(text: str) -> str:
    """Return an RFC 3339 time in UTC as HL7 writes it."""
    day, _, clock = text.removesuffix("Z").partition("T")
    if not text.endswith("Z"):
        raise ValueError(f"{text}: the simulators write UTC")
    return f"{day.replace('-', '')}{clock.replace(':', '')}+0000"


def _number(value: object) -> str:
    if value is None:
        return ""
    return _text(value) if isinstance(value, str) else json.dumps(value).removesuffix(".0")


def _text(text: object) -> str:
    return "".join(ESCAPES.get(letter, letter) for letter in str(text))


WRITERS: Mapping[str, Callable[[Fact], list[str] | None]] = {
    "vitals": _vitals,
    "labs": _labs,
    "io": _io,
    "finding": _finding,
    "dose": _dose,
    "medication": _medication,
    "infusion": _infusion,
    "encounter": _encounter,
}
"""Record type -> what writes its message: its type (MSH-9), then the segments after PID."""
