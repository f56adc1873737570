"""Medicines are known by ingredient: case, salts, strengths, routes in brackets and brands do not matter
(wire.md, medication and infusion).
"""

from __future__ import annotations

import pytest

from rules.guideline import SCHWARTZENTRUBER_2001
from rules.guideline.agents import AGENTS
from rules.guideline.settings.loader import ConfigError, load
from rules.wire.agents import PRESSOR_NAMES, is_il2, vasopressor
from tests.rules.courses import Course, folded, states_at, transitions

STEROIDS = [
    "dexamethasone",
    "prednisone",
    "prednisolone",
    "methylprednisolone",
    "hydrocortisone",
    "betamethasone",
    "triamcinolone",
    "budesonide",
    "fluticasone",
    "beclomethasone",
    "mometasone",
    "clobetasol",
]
ANTIHYPERTENSIVES = [
    "lisinopril",
    "captopril",
    "losartan",
    "valsartan",
    "metoprolol",
    "atenolol",
    "labetalol",
    "carvedilol",
    "amlodipine",
    "nifedipine",
    "nicardipine",
    "clevidipine",
    "doxazosin",
    "prazosin",
    "terazosin",
    "verapamil",
    "diltiazem",
    "clonidine",
    "hydralazine",
    "methyldopa",
    "minoxidil",
    "nitroprusside",
    "hydrochlorothiazide",
    "chlorthalidone",
    "spironolactone",
]
H2_BLOCKERS = ["ranitidine", "famotidine", "cimetidine", "nizatidine"]
ANTIEMETICS = ["granisetron", "droperidol", "prochlorperazine", "ondansetron", "lorazepam", "palonosetron"]


def kinds(name: str) -> list[str]:
    return [kind for kind, _ in AGENTS.kinds_of(name)]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *(("steroid", name) for name in STEROIDS),
        *(("antihypertensive", name) for name in ANTIHYPERTENSIVES),
        *(("h2-blocker", name) for name in H2_BLOCKERS),
        *(("antiemetic", name) for name in ANTIEMETICS),
        ("acetaminophen", "acetaminophen"),
        ("indomethacin", "indomethacin"),
    ],
)
@pytest.mark.parametrize("written", ["{}", "{} HCl", "{} sodium succinate 40 mg/mL", "{} (IV push)", " {} "])
def test_a_medicine_is_known_by_its_generic_name_however_it_is_written(
    kind: str, name: str, written: str
) -> None:
    for spelled in (name, name.upper(), name.capitalize()):
        assert kinds(written.format(spelled)) == [kind]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("methylprednisolone sodium succinate", "steroid"),
        ("methylPREDNISolone (Solu-MEDROL) 125 mg IV", "steroid"),
        ("Solu-Medrol", "steroid"),
        ("SOLU-CORTEF 100 mg", "steroid"),
        ("Decadron 4 mg tab", "steroid"),
        ("prednisoLONE acetate 1% ophth susp", "steroid"),
        ("neomycin-polymyxin-dexamethasone", "steroid"),
        ("fluticasone/salmeterol (Advair)", "steroid"),
        ("metoprolol tartrate 25 mg PO", "antihypertensive"),
        ("Toprol XL", "antihypertensive"),
        ("lisinopril-hydrochlorothiazide", "antihypertensive"),
        ("Norvasc", "antihypertensive"),
        ("sacubitril/valsartan", "antihypertensive"),
        ("niCARdipine in NaCl 20 mg/200 mL", "antihypertensive"),
        ("Cardene I.V.", "antihypertensive"),
        ("nitroprusside sodium", "antihypertensive"),
        ("Tylenol 650 mg", "acetaminophen"),
        ("paracetamol", "acetaminophen"),
        ("acetaminophen-codeine #3", "acetaminophen"),
        ("Indocin SR", "indomethacin"),
        ("Pepcid (famotidine)", "h2-blocker"),
        ("Zofran ODT", "antiemetic"),
        ("Aloxi", "antiemetic"),
    ],
)
def test_salts_strengths_brands_and_combinations_are_known(name: str, kind: str) -> None:
    """Seen in the field: these are the names an eMAR writes."""
    assert kinds(name) == [kind]


@pytest.mark.parametrize(
    "name",
    [
        "esmolol",
        "furosemide",
        "torsemide",
        "cefazolin",
        "",
        "()",
        "123",
        "tamsulosin",
        "prednicarb",
        "neomycin",
    ],
)
def test_what_is_not_of_a_class_has_none(name: str) -> None:
    assert kinds(name) == []


@pytest.mark.parametrize(("name", "agent"), PRESSOR_NAMES.items())
def test_a_vasopressor_is_known_by_all_its_names(name: str, agent: str) -> None:
    assert vasopressor(name) == agent
    assert vasopressor(f"{name.upper()} HCl 40 mg/250 mL in D5W") == agent
    assert vasopressor(f"drip: {name}") == agent


@pytest.mark.parametrize(
    "name",
    ["pseudoephedrine", "desmopressin", "levodopa", "terlipressin", "lidocaine with epinephrine", "", "()"],
)
def test_what_only_resembles_a_vasopressor_is_none(name: str) -> None:
    assert vasopressor(name) is None


@pytest.mark.parametrize(
    "name", ["aldesleukin", "Proleukin", "IL-2", "interleukin-2", "IL2", "il-2 (aldesleukin)"]
)
def test_the_agent_that_is_dosed_has_several_names(name: str) -> None:
    assert is_il2(name)
    assert not is_il2("interferon alfa-2b")


@pytest.mark.parametrize(
    "name",
    [
        "0.9% sodium chloride", "Normal Saline", "NS 0.9% saline flush", "Lactated Ringer's", "dextrose 5% in water",
        "D5W", "Plasmalyte", "Plasma-Lyte A", "albumin 25%", "parenteral nutrition", "TPN adult",
        "amiodarone", "esmolol", "lidocaine", "heparin 25,000 units/500 mL", "insulin regular", "furosemide",
        "bumetanide", "morphine PCA", "HYDROmorphone", "fentaNYL", "midazolam", "propofol", "dexmedetomidine",
        "Precedex", "ketamine", "potassium chloride", "KCl 20 mEq", "magnesium sulfate", "calcium gluconate",
        "potassium phosphate", "sodium bicarbonate", "pantoprazole", "octreotide", "naloxone", "vancomycin",
        "piperacillin-tazobactam", "Zosyn", "cefazolin", "clindamycin", "aldesleukin", "famotidine",
        "ondansetron", "palonosetron", "haloperidol", "diphenhydramine", "acetaminophen", "droperidol",
    ],
)  # fmt: skip
def test_an_infusion_that_is_known_and_no_vasopressor_is_told_of_nothing(name: str) -> None:
    assert AGENTS.understood(name)


@pytest.mark.parametrize(
    "name", ["terlipressin", "methylene blue", "isoproterenol", "levosimendan", "drug x", ""]
)
def test_an_infusion_that_nobody_knows_is_not_understood(name: str) -> None:
    assert not AGENTS.understood(name)


# --- on the chart ---


def started() -> Course:
    return Course().start("00:00").dose("00:00")


def not_understood(course: Course) -> list[str]:
    return list(folded(course).patients["p1"].chart.not_understood)


def test_an_unknown_infusion_and_an_unknown_finding_are_kept_by_name() -> None:
    """criteria.md section 2: what was said and not understood is not nothing."""
    course = (
        started()
        .infusion("Terlipressin  Acetate", "01:00", 1, "mg/h")
        .finding("hiccups", "02:00")
        .unreadable()
    )
    assert not_understood(course) == ["terlipressin acetate", "hiccups"]
    assert folded(course).counts["unknown-code"] == 1


def test_an_infusion_of_an_antihypertensive_counts_as_a_medicine() -> None:
    """wire.md, infusion; criteria.md section 7.1."""
    course = started().infusion("niCARdipine", "01:00", 5, "mg/h")
    assert transitions(course, "forbidden-medication") == ["opened advisory"]
    assert not_understood(course) == []
    stopped = started().infusion("niCARdipine", "01:00", 0, "mg/h")
    assert transitions(stopped, "forbidden-medication") == []


def test_an_advice_names_the_brand_and_what_is_in_it() -> None:
    """criteria.md section 7.1: names the drug."""
    course = started().drug("Solu-Medrol 125 mg", "01:00")
    text = states_at(course, "02:00")["advice"]["forbidden-medication"]["text"].lower()
    assert "solu-medrol 125 mg (methylprednisolone)" in text


def test_a_medicine_of_no_class_says_that_medicines_are_charted() -> None:
    """criteria.md section 7.1, premedication: in a stay in which any medication is charted."""
    (drug,) = folded(started().drug("melatonin", "01:00")).patients["p1"].chart.drugs
    assert drug.kind == "other"


# --- the site's own names ---


def test_a_site_names_what_it_infuses() -> None:
    """criteria.md section 2: nor the configuration's `[agents]`."""
    site = load('[agents]\n"Methylene  Blue" = "other"\n"house steroid" = "steroid"\n')
    assert site.agents.understood("methylene blue")
    assert [kind for kind, _ in site.agents.kinds_of("House Steroid")] == ["steroid"]
    assert site.agents.kinds_of("methylene blue") == ()
    assert site.sha256 != SCHWARTZENTRUBER_2001.sha256
    course = started().infusion("methylene blue", "01:00", 1, "mg/h")
    assert not folded(course, guideline=site).patients["p1"].chart.not_understood


def test_a_site_says_which_units_are_intensive() -> None:
    """wire.md, What is refused: the configuration's `[units]`."""
    site = load('[units]\n"4 West" = "icu"\n"Onc 7" = "ward"\n')
    modes = {
        unit: states_at(started().transfer("01:00", unit), "02:00", site)["mode"]
        for unit in ("4 WEST", "onc  7", "5 East", "icu", "ward", "ICU")
    }
    assert modes == {
        "4 WEST": "intensive",
        "onc  7": "ward",
        "5 East": "ward",
        "icu": "intensive",
        "ward": "ward",
        "ICU": "intensive",
    }


def test_a_unit_that_the_site_does_not_name_is_told_once() -> None:
    """wire.md, What is refused: `unknown-unit`."""
    course = started().transfer("01:00", "5 East").transfer("02:00", "5  east").transfer("03:00", "6 East")
    assert folded(course).counts["unknown-unit"] == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            '[units]\n"4 West" = "intensive"\n',
            "line 2: units.'4 West': text \"intensive\" is none of icu, ward",
        ),
        ("[units]\nwest = 1\n", "line 2: units.west: 1 is none of icu, ward"),
        ('[units]\n" " = "icu"\n', "line 2: units.' ': a name has 1 to 128 characters"),
        ('units = "icu"\n', 'line 1: units: a table is wanted, not text "icu"'),
        (
            '[agents]\nx = "pressor"\n',
            'line 2: agents.x: text "pressor" is none of steroid, antihypertensive',
        ),
    ],
)
def test_a_name_that_is_set_to_no_word_is_refused_with_its_line(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(text)
    assert refused.value.problems[0].startswith(words)
