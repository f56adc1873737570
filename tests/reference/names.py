"""The names of wire.md: codes, findings, and agents by their ingredient."""

import re
from functools import lru_cache

DEVICES = ("room-air", "nasal-cannula", "mask", "high-flow", "nippv", "ventilator", "other")
PLAIN_FINDINGS = (
    "atrial-fibrillation",
    "supraventricular-tachycardia",
    "ventricular-arrhythmia",
    "ecg-ischemia",
    "moist-desquamation",
    "refractory-vomiting",
    "ileus",
    "distention",
    "severe-distention",
    "severe-abdominal-pain",
    "guaiac-positive",
    "frank-blood",
    "infection",
    "extremity-tightness",
    "extremity-paresthesias",
    "vivid-dreams",
    "emotional-lability",
    "persistent-crying",
    "hallucination",
    "cognition-failed",
    "disorientation",
    "dyspnea-at-rest",
    "intubation",
    "effusion-drained",
    "chills",
    "cultures-sent",
    "iv-site",
    "ecg",
    "chest-xray",
    "urinalysis",
)
PACK_FINDINGS = (
    "agitation",
    "anxiety",
    "sinus-rhythm",
    "cardiac-symptoms",
    "bradycardia-treated",
    "sustained-vt",
    "rhythm-uncontrolled",
    "angina",
    "tamponade",
    "coma",
    "toxic-psychosis",
    "seizures-uncontrolled",
    "bowel-ischemia",
    "gi-bleeding-surgery",
    "dialysis",
)
VALUED_FINDINGS = {"mental-status": ("normal", "changed"), "rales": ("none", "one-third", "half")}

PRESSORS = ("phenylephrine", "norepinephrine", "epinephrine", "dopamine", "vasopressin")
NO_EQUIVALENT = ("dobutamine", "milrinone", "metaraminol", "ephedrine", "angiotensin ii")
STEROIDS = (
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
)
ANTIHYPERTENSIVES = (
    "lisinopril",
    "enalapril",
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
    "doxazosin",
    "prazosin",
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
)
ANTIEMETICS = (
    "granisetron",
    "droperidol",
    "prochlorperazine",
    "ondansetron",
    "lorazepam",
    "palonosetron",
)
H2_BLOCKERS = ("ranitidine", "famotidine", "cimetidine", "nizatidine")
OTHER_TABLE_6 = (
    "acetaminophen",
    "indomethacin",
    "cefazolin",
    "clindamycin",
    "haloperidol",
    "meperidine",
    "loperamide",
    "diphenoxylate",
    "atropine",
    "codeine",
    "temazepam",
    "zolpidem",
    "hydroxyzine",
    "diphenhydramine",
    "pseudoephedrine",
)
FLUIDS = ("saline", "sodium chloride", "ringer", "ringers", "lactated", "dextrose", "plasmalyte", "albumin")
HARMLESS = (
    "nutrition",
    "amiodarone",
    "esmolol",
    "lidocaine",
    "heparin",
    "insulin",
    "furosemide",
    "bumetanide",
    "morphine",
    "hydromorphone",
    "fentanyl",
    "midazolam",
    "propofol",
    "dexmedetomidine",
    "ketamine",
    "potassium",
    "magnesium",
    "calcium",
    "phosphate",
    "sodium bicarbonate",
    "pantoprazole",
    "octreotide",
    "naloxone",
    "aldesleukin",
    "vancomycin",
    "ceftriaxone",
    "piperacillin",
    "meropenem",
)
KNOWN_INFUSIONS = (
    *PRESSORS,
    *NO_EQUIVALENT,
    *ANTIHYPERTENSIVES,
    *ANTIEMETICS,
    *H2_BLOCKERS,
    *OTHER_TABLE_6,
    *FLUIDS,
    *HARMLESS,
)
BRANDS = {
    "neosynephrine": "phenylephrine",
    "levophed": "norepinephrine",
    "tylenol": "acetaminophen",
    "zofran": "ondansetron",
    "pepcid": "famotidine",
    "zantac": "ranitidine",
    "decadron": "dexamethasone",
}


@lru_cache(4096)
def words(name: str) -> str:
    """A name as its words between blanks: case, brackets, strengths and salts' marks gone, brands by their
    ingredient.
    """
    plain = re.sub(r"\(.*?\)|\[.*?\]", " ", name.lower()).replace("neo-synephrine", "neosynephrine")
    found = re.findall(r"[a-z]+", plain)
    return " " + " ".join(BRANDS.get(word, word) for word in found) + " "


@lru_cache(4096)
def ingredient(name: str, among: tuple[str, ...]) -> str | None:
    """The first of the agents that the name has as an ingredient."""
    text = words(name)
    return next((agent for agent in among if f" {agent} " in text), None)


def plain(name: str) -> str:
    """A name as `not-understood/<name>` has it."""
    return " ".join(name.lower().split())
