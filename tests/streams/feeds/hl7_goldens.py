"""What each sample must give, written by hand from docs/spec/feeds.md and the samples' README, not from output.

A line an event, as `line` in test_samples.py writes it; a refusal is (segment, place, reason).
"""

from __future__ import annotations

from typing import NamedTuple


class Golden(NamedTuple):
    """What a message gives in a feed of site.toml: events, refusals, the codes answered, merges."""

    feed: str
    events: tuple[str, ...] = ()
    refused: tuple[tuple[str, int, str], ...] = ()
    answer: tuple[str, ...] = ()
    merges: tuple[tuple[str, str], ...] = ()
    code: int = 0


AA, CA, AR, CR = ("AA",), ("CA",), ("AR",), ("CR",)
NAKED = "unsupported"


def obx(reason: str, *places: int) -> tuple[tuple[str, int, str], ...]:
    return tuple(("OBX", place, reason) for place in places)


def bp(at: str, systolic: float, diastolic: float, mean: float) -> tuple[str, ...]:
    named = (("systolic-bp", systolic), ("diastolic-bp", diastolic), ("mean-bp", mean))
    return tuple(f"vitals T0000001 {at} {code}={value:g} mm[Hg]" for code, value in named)


PUMP_1 = "line=E0002^0012210000000001^EUI-64/1.1.2"
GOLDENS: dict[str, list[Golden]] = {
    "01": [
        Golden("strict", (), obx(NAKED, 4, 5, 6, 9, 12, 16), CA),
        Golden(
            "ward",
            (
                *bp("2015-01-22T11:50:00Z", 117, 82, 90),
                "vitals T0000001 2015-01-22T18:26:56Z heart-rate=80 /min",
                "vitals T0000001 2015-01-22T18:26:56Z respiratory-rate=30 /min",
                "vitals T0000001 2015-01-22T18:26:56Z spo2=99 %",
            ),
            (),
            CA,
        ),
    ],
    "03": [Golden("ward", answer=CR, code=200)],
    "04": [Golden("ward", answer=CR, code=200)],
    "05": [Golden("ward")],
    "07": [Golden("ward", answer=CR, code=201)],
    "08": [Golden("ward", answer=CR, code=201)],
    "09": [Golden("ward", answer=CR, code=201)],
    "10": [Golden("ward", answer=AR, code=201)],
    "60": [Golden("ward", answer=CR, code=201)],
    "62": [Golden("ward", answer=CR, code=201)],
    "130": [Golden("ward", answer=CR, code=201)],
    "131": [Golden("ward", answer=CR, code=201)],
    "132": [Golden("ward", answer=CR, code=201)],
    "133": [Golden("ward", (), (("OBR", 1, "unassociated"),), CA)],
    "100": [Golden("strict", ("encounter T0000001 2026-03-01T17:00:00Z admit 4W",), (), CA)],
    "101": [Golden("strict", ("encounter T0000001 2026-03-02T17:00:00Z transfer ICU",), (), CA)],
    "103": [Golden("strict", ("encounter T0000001 2026-03-06T14:55:00Z discharge",), (), CA)],
    "105": [Golden("strict", answer=CA, merges=(("T0000077", "T0000001"),))],
    "106": [Golden("strict", answer=CA, merges=(("T0000078", "T0000001"), ("T0000079", "T0000002")))],
    "108": [Golden("strict", (), (("PID", 1, "unassociated"),), CA)],
    "109": [
        Golden("strict", ("vitals T0000001 2026-03-02T15:00:00Z heart-rate=131 /min preliminary",), (), CA),
        Golden("ward", ("vitals T0000001 2026-03-02T15:00:00Z heart-rate=131 /min",), (), CA),
    ],
    "11": [
        Golden(
            "strict",
            (
                "infusion T0000001 2015-10-15T18:21:06Z dopamine=5 ug/kg/min "
                "line=E0002^0012210000000000^EUI-64/1.1.2",
            ),
            (),
            CA,
        )
    ],
    "111": [
        Golden("strict", (), obx("bad-time", 1, 2), AA),
        Golden("ward", (), obx("bad-time", 1, 2), AA),
    ],
    "114": [Golden("strict", (), (("MSH", 1, "malformed"),), (), code=101)],
    "115": [Golden("strict", answer=AR, code=200), Golden("ignoring", answer=AA)],
    "116": [Golden("strict", answer=CR, code=202)],
    "117": [
        Golden(
            "strict",
            (
                "labs T0000001 2026-03-02T15:00:00Z platelets=45 (bad-time) 10*3/uL",
                "labs T0000001 2026-03-02T15:00:00Z creatinine=2.6 (bad-time) mg/dL",
            ),
            obx("bad-time", 3, 4),
            AA,
        ),
        Golden(
            "ignoring",
            (
                "labs T0000001 2026-03-02T15:00:00Z platelets=45 10*3/uL",
                "labs T0000001 2026-03-02T15:00:00Z creatinine=2.6 mg/dL",
            ),
            (),
            AA,
        ),
    ],
    "12": [
        Golden(
            "strict",
            (
                "vitals T0000001 2009-08-13T04:57:25Z systolic-bp=140 mm[Hg] corrected",
                "vitals T0000001 2009-08-13T04:57:25Z entered-in-error",
                "vitals T0000001 2009-08-13T04:57:15Z mean-bp=100 mm[Hg]",
            ),
            obx("code-disagrees", 8, 9, 10),
            AA,
        )
    ],
    "120": [Golden("ward")],
    "121": [Golden("ward")],
    "122": [Golden("ward")],
    "123": [Golden("ward")],
    "124": [Golden("ward")],
    "125": [Golden("ward")],
    "14": [Golden("strict", ("vitals T0000001 2009-07-15T07:07:07Z spo2=80.5 % preliminary",), (), AA)],
    "15": [
        Golden("strict", ("vitals T0000001 2009-08-15T07:07:07Z weight=80 kg preliminary",) * 2, (), AA),
    ],
    "17": [
        Golden("strict", (), (("MRG", 1, "unassociated"),), AA),
        Golden("mpi", answer=AA, merges=(("T0000005", "T0000002"),)),
    ],
    "18": [Golden("mpi", answer=AA, merges=(("T0000005", "T0000002"),))],
    "19": [
        Golden("strict", answer=CR, code=202),
        Golden(
            "ward",
            (
                "labs T0000001 2007-07-01T16:30:54Z sodium=140 mmol/L 137..147",
                "labs T0000001 2007-07-01T16:30:54Z potassium=3.5 mmol/L 3.4..5.3",
                "labs T0000001 2007-07-01T16:30:54Z bicarbonate=140 mmol/L 3.5..5.5",
            ),
            (),
            CA,
        ),
    ],
    "20": [
        Golden("strict", answer=AR, code=202),
        Golden("ward", ("labs T0000001 2014-10-06T01:30:00Z hematocrit=40.1 % preliminary",), (), AA),
    ],
    "21": [
        Golden(
            "ward",
            (
                "labs T0000001 2014-10-06T01:30:00Z hemoglobin=13.4 g/L",
                "labs T0000001 2014-10-06T01:30:00Z hematocrit=39.7 %",
            ),
            (),
            AA,
        )
    ],
    "24": [Golden("strict", merges=(("T0000003", "T0000001"),))],
    "25": [Golden("strict", ("encounter T0000002 2021-08-17T13:19:43.400Z transfer HUH AE OMU",), (), AA)],
    "26": [Golden("strict", ("encounter T0000002 2015-02-09T10:24:19Z discharge",), (), AA)],
    "27": [Golden("strict", answer=AA)],
    "28": [Golden("strict", answer=AR, code=200)],
    "29": [
        Golden("strict", answer=CR, code=202),
        Golden(
            "ward",
            (
                "vitals T0000001 2020-05-08T17:06:45Z fio2=28 %",
                "vitals T0000001 2020-05-08T17:06:45Z systolic-bp=85.8 mm[Hg]",
                "vitals T0000001 2020-05-08T17:06:45Z o2-flow=5 L/min",
                "vitals T0000001 2020-05-08T17:06:45Z spo2=70.53 %",
                "vitals T0000001 2020-05-08T17:06:45Z temperature=36.37 Cel",
                "vitals T0000001 2020-05-08T17:06:45Z o2-device=mask",
                "vitals T0000001 2020-05-08T17:06:45Z diastolic-bp=86.28 mm[Hg]",
                "vitals T0000001 2020-05-08T17:06:45Z heart-rate=122.68 /min",
            ),
            (),
            CA,
        ),
    ],
    "30": [
        Golden(
            "ward",
            (
                "labs T0000001 2020-05-08T17:06:44Z potassium=5.1 mmol/L 3.5..5.3",
                "labs T0000001 2020-05-08T17:06:44Z sodium=145.01 mmol/L 133..146",
                "labs T0000001 2020-05-08T17:06:44Z urea=5.45 mmol/L 2.5..7.8",
                "labs T0000001 2020-05-08T17:06:44Z creatinine=86.25 umol/L 49..92",
            ),
            (),
            CA,
        )
    ],
    "31": [
        Golden(
            "ward",
            (
                "labs T0000001 2020-05-08T17:06:47Z platelets=221.66 x10*9/L 150..450",
                "labs T0000001 2020-05-08T17:06:47Z hematocrit=0.48 1 0.38..0.52",
                "labs T0000001 2020-05-08T17:06:47Z wbc=7.36 x10*9/L 4..11",
                "labs T0000001 2020-05-08T17:06:47Z hemoglobin=168.47 g/L 135..180",
            ),
            (),
            CA,
        )
    ],
    "32": [
        Golden("strict", answer=CR, code=202),
        Golden("ward", ("encounter T0000001 2020-05-08T17:06:43Z admit RenalWard",), (), CA),
    ],
    "34": [Golden("strict", answer=AA)],
    "35": [Golden("strict", answer=AR, code=200)],
    "39": [
        Golden("strict", answer=AA),
        Golden("ward", ("labs T0000001 2025-01-02T10:30:45Z glucose=95 mg/dL 70..110",), (), AA),
    ],
    "41": [Golden("strict", answer=AA)],
    "42": [Golden("strict", answer=AA)],
    "43": [Golden("strict", answer=AA)],
    "44": [Golden("ward", (), (("EVN", 1, "bad-time"),), AA)],
    "50": [Golden("ward", (), (("PID", 1, "unassociated"),), CA)],
    "52": [Golden("ward", (), (("PID", 1, "unassociated"),), CA)],
    "54": [
        Golden("strict", (), (("PID", 1, "unassociated"),), AA),
        Golden("ward", (), obx("code-disagrees", 1, 2, 3, 4), AA),
    ],
    "56": [
        Golden("strict", (), obx("bad-time", 2, 3, 4, 5, 7, 8, 9, 10), AA),
        Golden(
            "ward",
            (
                "vitals T0000005 2026-03-02T18:41:00Z heart-rate=88 /min",
                "vitals T0000005 2026-03-02T18:41:00Z systolic-bp=96 mm[Hg]",
                "vitals T0000005 2026-03-02T18:41:00Z diastolic-bp=52 mm[Hg]",
                "vitals T0000005 2026-03-02T18:41:00Z mean-bp=67 mm[Hg]",
            ),
            obx("ambiguous", 7, 8, 9, 10),
            AA,
        ),
    ],
    "57": [
        Golden("strict", (), (("PID", 1, "unassociated"),), AA),
        Golden(
            "ward",
            (
                "vitals T0000007 2026-03-02T17:45:00Z spo2=97 %",
                "vitals T0000007 2026-03-02T17:44:30Z systolic-bp=104 mm[Hg]",
                "vitals T0000007 2026-03-02T17:44:30Z diastolic-bp=66 mm[Hg]",
                "vitals T0000007 2026-03-02T17:45:00Z mean-bp=79 mm[Hg]",
                "vitals T0000007 2026-03-02T17:45:00Z heart-rate=101 /min",
                "vitals T0000007 2026-03-02T17:45:00Z respiratory-rate=20 /min",
                "vitals T0000007 2026-03-02T17:45:00Z temperature=99.1 [degF]",
            ),
            (),
            AA,
        ),
    ],
    "59": [
        Golden(
            "ward",
            (
                "vitals T0000008 2026-03-02T14:14:55Z spo2=97 %",
                "vitals T0000008 2026-03-02T14:14:55Z heart-rate=84 /min",
                "vitals T0000008 2026-03-02T14:14:55Z o2-device=nasal-cannula o2-flow=3 L/min",
            ),
            (),
            AA,
        )
    ],
    "64": [
        Golden(
            "strict", ("labs T0000001 2026-03-02T15:00:00Z creatinine=2 6 mg/dL",), obx("not-a-number", 6), AA
        )
    ],
    "70": [
        Golden("strict", ("dose T0000001 2026-03-02T13:00:00Z aldesleukin=600000 [iU]/kg given",), (), CA)
    ],
    "71": [Golden("strict", ("dose T0000001 2026-03-02T21:00:00Z aldesleukin=42 MIU given",), (), CA)],
    "73": [Golden("strict", answer=CA)],
    "74": [Golden("strict", ("medication T0000001 2026-03-02T15:00:00Z meperidine=25 mg IVP",), (), CA)],
    "75": [
        Golden(
            "strict",
            ("dose T0000001 2026-03-02T13:05:00Z aldesleukin=600000 [iU]/kg given corrected",),
            (),
            CA,
        )
    ],
    "76": [
        Golden(
            "strict",
            ("dose T0000001 2026-03-02T13:05:00Z aldesleukin=600000 [iU]/kg given entered-in-error",),
            (),
            CA,
        )
    ],
    "78": [
        Golden("strict", (), (("RXA", 1, "bad-time"),), CA),
        Golden(
            "ward",
            ("medication T0000001 2026-03-02T14:15:00Z Potassium chloride 20 meq/100 ml=1 BAG IVPB",),
            (),
            CA,
        ),
    ],
    "80": [
        Golden(
            "strict",
            (
                "labs T0000001 2026-03-02T11:00:00Z creatinine=2.6 mg/dL 0.6..1.2 preliminary",
                "labs T0000001 2026-03-02T11:00:00Z potassium=5.9 mmol/L 3.5..5.1 preliminary",
            ),
            (),
            CA,
        )
    ],
    "81": [
        Golden(
            "strict",
            (
                "labs T0000001 2026-03-02T11:00:00Z creatinine=2.6 mg/dL 0.6..1.2",
                "labs T0000001 2026-03-02T11:00:00Z potassium=5.9 mmol/L 3.5..5.1",
            ),
            (),
            CA,
        )
    ],
    "82": [
        Golden(
            "strict", ("labs T0000001 2026-03-02T11:00:00Z creatinine=1.6 mg/dL 0.6..1.2 corrected",), (), CA
        )
    ],
    "84": [
        Golden(
            "strict",
            (
                "labs T0000001 2026-03-02T11:00:00Z creatinine=1.6 mg/dL",
                "labs T0000001 2026-03-02T11:00:00Z ast=88 U/L preliminary",
                "labs T0000001 2026-03-02T11:00:00Z alt=91 U/L corrected",
            ),
            (),
            CA,
        )
    ],
    "86": [
        Golden(
            "ward",
            (
                "labs T0000001 2026-03-02T11:00:00Z creatinine=230 \u00b5mol/L",
                "labs T0000001 2026-03-02T11:00:00Z creatinine=230 \u03bcmol/L",
                "labs T0000001 2026-03-02T11:00:00Z platelets=45 10^9/L",
                "labs T0000001 2026-03-02T11:00:00Z potassium=3.9 mEq/L",
                "labs T0000001 2026-03-02T11:00:00Z hematocrit=0.31 L/L",
                "labs T0000001 2026-03-02T11:00:00Z hemoglobin=91 g/L",
                "labs T0000001 2026-03-02T11:00:00Z inr=1.4 1",
                "labs T0000001 2026-03-02T11:00:00Z tsh=2.1 uIU/mL",
                "labs T0000001 2026-03-02T11:00:00Z free-t4=14 pmol/L",
            ),
            (),
            CA,
        )
    ],
    "87": [
        Golden(
            "strict",
            (
                "labs T0000001 2026-03-02T11:00:00Z troponin-t=90 ng/L ..14",
                "labs T0000001 2026-03-02T11:00:00Z troponin-t=0.09 ng/mL 0..0.01",
                "labs T0000001 2026-03-02T11:00:00Z ck-mb=7.1 ng/mL ..5",
                "labs T0000001 2026-03-02T11:00:00Z ck-mb=31 U/L 0..24",
            ),
            (),
            CA,
        )
    ],
    "88": [Golden("strict", ("labs T0000001 2026-03-02T11:00:00Z creatinine=230 \u00b5mol/L",), (), CA)],
    "90": [
        Golden(
            "strict", ("io T0000001 2026-03-02T15:00:00Z out/urine=15 mL from 2026-03-02T14:00:00Z",), (), CA
        )
    ],
    "91": [Golden("strict", ("io T0000001 2026-03-02T15:00:00Z out/urine=22 mL",), (), CA)],
    "93": [
        Golden("strict", answer=CA),
        Golden(
            "ward",
            (
                "io T0000001 2026-03-02T15:00:00Z out/urine=35 mL",
                "io T0000001 2026-03-02T15:05:00Z out/emesis=120 mL",
                "io T0000001 2026-03-02T14:45:00Z in/iv-bolus=250 mL",
                "io T0000001 2026-03-02T15:00:00Z in/iv-maintenance=100 mL",
            ),
            obx("malformed", 8),
            CA,
        ),
    ],
    "94": [
        Golden(
            "strict",
            (f"infusion T0000001 2026-03-02T16:30:00Z phenylephrine=0.7 ug/kg/min {PUMP_1}",),
            (),
            CA,
        )
    ],
    "95": [
        Golden(
            "strict",
            (
                "infusion T0000001 2026-03-02T16:45:00Z phenylephrine=0 ug/kg/min line=order ORD8001^CPOE/1.1.2",
            ),
            (),
            CA,
        )
    ],
    "97": [
        Golden(
            "strict",
            (
                f"infusion T0000001 2026-03-02T17:00:00Z dopamine=5 ug/kg/min {PUMP_1}",
                "infusion T0000001 2026-03-02T17:00:00Z dopamine=3 ug/kg/min "
                "line=E0003^0012210000000002^EUI-64/2.1.2",
            ),
            (),
            CA,
        )
    ],
    "98": [
        Golden(
            "ward",
            (
                "finding T0000001 2026-03-02T15:00:01Z guaiac-positive=yes stool",
                "finding T0000001 2026-03-02T15:00:02Z guaiac-positive=no stool",
                "finding T0000001 2026-03-02T15:00:03Z guaiac-positive=yes stool",
                "finding T0000001 2026-03-02T15:00:04Z agitation=yes",
                "finding T0000001 2026-03-02T15:00:05Z anxiety=yes",
                "finding T0000001 2026-03-02T15:00:06Z sinus-rhythm=yes",
                "finding T0000001 2026-03-02T15:00:07Z angina=no",
                "finding T0000001 2026-03-02T15:00:08Z tamponade=no",
                "finding T0000001 2026-03-02T15:00:10Z coma=no",
                "finding T0000001 2026-03-02T15:00:11Z dialysis=yes",
                "finding T0000001 2026-03-02T15:00:12Z cardiac-symptoms=no",
                "finding T0000001 2026-03-02T15:00:13Z bradycardia-treated=yes",
                "finding T0000001 2026-03-02T15:00:14Z sustained-vt=yes",
                "finding T0000001 2026-03-02T15:00:15Z rhythm-uncontrolled=no",
                "finding T0000001 2026-03-02T15:00:16Z toxic-psychosis=no",
                "finding T0000001 2026-03-02T15:00:17Z seizures-uncontrolled=no",
                "finding T0000001 2026-03-02T15:00:18Z bowel-ischemia=no",
                "finding T0000001 2026-03-02T15:00:19Z gi-bleeding-surgery=no",
                "finding T0000001 2026-03-02T15:00:20Z guaiac-positive=yes emesis",
            ),
            (("OBX", 9, "code-disagrees"), ("OBX", 22, "malformed")),
            CA,
        )
    ],
}
"""By the number at the beginning of a file's name. The files of batches stand in test_samples.py."""
