"""Patient courses for the laws: short, nasty, and drawn so that a failing one shrinks to a few lines."""

from typing import Any

from hypothesis import strategies as st

from rules.ingest.decode import decode
from rules.wire import events, instants

START = instants.parse("2026-03-02T00:00:00Z")
MINUTE = 60_000
Wire = dict[str, Any]


def text(minute: int) -> str:
    return instants.text(START + minute * MINUTE)


def reading(code: str, value: Any, unit: str | None = None, **limits: float) -> Wire:
    return {"code": code, "value": value, **({"unit": unit} if unit else {}), **limits}


def near(*limits: float, step: float = 1) -> st.SearchStrategy[float]:
    """Values at, just under and just over each limit."""
    return st.sampled_from([round(limit + delta, 4) for limit in limits for delta in (-step, 0, step)])


VITALS = st.fixed_dictionaries(
    {},
    optional={
        "heart-rate": near(115, 120, 125, 130).map(lambda v: reading("heart-rate", v, "/min")),
        "systolic-bp": near(75, 80, 85, 90, 95).map(lambda v: reading("systolic-bp", v, "mm[Hg]")),
        "spo2": near(94, 96).map(lambda v: reading("spo2", v, "%")),
        "temperature": near(37, 38, 38.5, step=0.1).map(lambda v: reading("temperature", v, "Cel")),
        "o2-device": st.sampled_from(["room-air", "nasal-cannula", "mask", "other"]).map(
            lambda v: reading("o2-device", v)
        ),
        "o2-flow": st.sampled_from([0, 2, 3, 4, 5]).map(lambda v: reading("o2-flow", v, "L/min")),
        "fio2": st.sampled_from([21, 35, 40]).map(lambda v: reading("fio2", v, "%")),
        "weight": near(70, 77, 80.5, step=0.1).map(lambda v: reading("weight", v, "kg")),
    },
).map(lambda chosen: {"type": "vitals", "readings": list(chosen.values())})

LABS = st.one_of(
    near(2.5, 3.0, step=0.1).map(lambda v: reading("creatinine", v, "mg/dL")),
    near(30, 50, 20).map(lambda v: reading("platelets", v, "10*3/uL")),
    near(7, step=0.1).map(lambda v: reading("bilirubin", v, "mg/dL")),
    near(3.6, step=0.1).map(lambda v: reading("potassium", v, "mmol/L")),
    near(18, 20).map(lambda v: reading("bicarbonate", v, "mmol/L")),
    st.sampled_from([0.005, 0.02]).map(lambda v: reading("troponin-t", v, "ng/mL", high=0.01)),
    st.sampled_from([3.0, 9.0]).map(lambda v: reading("ck-mb", v, "ng/mL", high=5)),
    st.sampled_from([1.5, 2.5]).map(lambda v: reading("phosphate", v, "mg/dL", low=2.0)),
).map(lambda one: {"type": "labs", "readings": [one]})

URINE = st.tuples(st.sampled_from([0, 5, 9.9, 10, 20, 21, 40, 90]), st.sampled_from([None, 30, 60, 240])).map(
    lambda drawn: {
        "type": "io",
        "direction": "out",
        "kind": "urine",
        "volume": drawn[0],
        "unit": "mL",
        "_before": drawn[1],
    }
)
STOOL = st.sampled_from([400, 999, 1000]).map(
    lambda v: {"type": "io", "direction": "out", "kind": "stool", "volume": v, "unit": "mL"}
)
BOLUS = st.tuples(
    st.sampled_from(["iv-bolus", "blood-product", "iv-maintenance"]), st.sampled_from([250, 500, 1000])
).map(lambda drawn: {"type": "io", "direction": "in", "kind": drawn[0], "volume": drawn[1], "unit": "mL"})
DOSE = st.sampled_from([600000, 540000, 530000]).map(
    lambda v: {"type": "dose", "agent": "aldesleukin", "given": True, "amount": v, "unit": "[iU]/kg"}
)
FINDING = st.one_of(
    st.tuples(
        st.sampled_from(
            [
                "atrial-fibrillation",
                "guaiac-positive",
                "frank-blood",
                "ileus",
                "hallucination",
                "infection",
                "cognition-failed",
                "vivid-dreams",
            ]
        ),
        st.booleans(),
    ).map(lambda drawn: {"type": "finding", "code": drawn[0], "present": drawn[1]}),
    st.sampled_from(["normal", "changed"]).map(
        lambda v: {"type": "finding", "code": "mental-status", "value": v}
    ),
    st.sampled_from(["none", "one-third", "half"]).map(
        lambda v: {"type": "finding", "code": "rales", "value": v}
    ),
)
MEDICATION = st.sampled_from(
    ["dexamethasone", "metoprolol", "acetaminophen", "indomethacin", "ranitidine"]
).map(lambda agent: {"type": "medication", "agent": agent, "amount": 1, "unit": "mg", "route": "PO"})
PRESSOR = st.tuples(st.sampled_from([0, 0.5, 0.6, 0.9, 1.0, 1.5]), st.sampled_from(["", "b"])).map(
    lambda drawn: {
        "type": "infusion",
        "agent": "phenylephrine",
        "rate": drawn[0],
        "unit": "ug/kg/min",
        "line": drawn[1],
    }
)
DOPAMINE = st.sampled_from([0, 2]).map(
    lambda v: {"type": "infusion", "agent": "dopamine", "rate": v, "unit": "ug/kg/min"}
)
TRANSFER = st.sampled_from(["ward", "icu"]).map(
    lambda place: {"type": "encounter", "event": "transfer", "location": place}
)
END = st.just({"type": "encounter", "event": "therapy-end"})
AGAIN = st.just({"type": "encounter", "event": "cycle-start"})
GONE = st.just({"type": "encounter", "event": "discharge"})
RESUME = st.sampled_from(
    [
        "arrhythmia",
        "oxygen",
        "infection",
        "troponin",
        "neuropsychiatric",
        "pressor-dependence",
        "delay-over-24h",
    ]
).map(lambda rule: {"type": "resume", "rule": rule, "by": "dr-3", "reason": "reviewed"})
ACCEPT = st.tuples(
    st.sampled_from(["atrial-fibrillation", "creatinine", "oxygen-requirement", "phenylephrine-minimum"]),
    st.sampled_from(["relative", "absolute"]),
).map(
    lambda drawn: {
        "type": "accept",
        "criterion": drawn[0],
        "level": drawn[1],
        "by": "dr-3",
        "reason": "known",
    }
)

ON_THE_WARD = (VITALS, VITALS, VITALS, LABS, URINE, STOOL, BOLUS, DOSE, FINDING, MEDICATION)
ANYWHERE = (*ON_THE_WARD, PRESSOR, PRESSOR, DOPAMINE, TRANSFER)
EVERYTHING = (*ANYWHERE, END, AGAIN, RESUME, ACCEPT)

OPENING: list[Wire] = [
    {"type": "encounter", "id": "b", "patient": "p1", "at": text(0), "event": "baseline", "location": "ward", "age": 50,
     "readings": [reading("systolic-bp", 124, "mm[Hg]"), reading("weight", 70, "kg")]},
    {"type": "encounter", "id": "c", "patient": "p1", "at": text(0), "event": "cycle-start", "location": "ward"},
]  # fmt: skip


def placed(body: Wire, number: int, minute: int, lag: int) -> Wire:
    before = body.pop("_before", None)
    wire = {**body, "id": f"e{number}", "patient": "p1", "at": text(minute), "known": text(minute + lag)}
    return wire if before is None else {**wire, "start": text(minute - before)}


@st.composite
def courses(
    draw: st.DrawFn, kinds: Any = EVERYTHING, longest: int = 40 * 60, lag: int = 120, size: int = 30
) -> list[Wire]:
    """Wire events of one patient, cycle-start first; each known up to `lag` minutes after its `at`."""
    minutes = draw(st.lists(st.integers(1, longest // 5), min_size=3, max_size=size, unique=True))
    out = []
    for number, minute in enumerate(minutes):
        body = dict(draw(st.one_of(*kinds)))
        late = draw(st.sampled_from([0, 0, 0, lag // 4, lag]))
        out.append(placed(body, number, minute * 5, late))
    return [*OPENING, *out]


def decoded(wires: list[Wire]) -> list[events.Event]:
    import msgspec

    found = [decode(msgspec.json.encode(wire)) for wire in wires]
    assert all(event is not None for event, _ in found), [problem for _, problem in found]
    return [event for event, _ in found if event is not None]
