"""List the medicines the advice knows, by class, and the infusions that are understood (wire.md, Events).

Names are generic, in small letters; a name on the wire is matched by ingredient (rules.wire.agents).
"""

from collections.abc import Iterator
from functools import cached_property

import msgspec

from rules.wire.agents import found_in, named, words_of
from rules.wire.instants import HOUR

STEROID, ANTIHYPERTENSIVE, OTHER = "steroid", "antihypertensive", "other"
"""Classes of medicine; `OTHER` is one that the advice does not look at."""


class Agents(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The medicines the advice knows.

    `classes`: by class, the ingredients of it; `brands`: a brand or another name -> the ingredient;
    `infusions`: ingredients that are understood as infusions though no class has them, `within`: likewise,
    parts of a name; `electrolytes`: words that a name of salts alone consists of; `site`: names of the
    site's configuration -> the class. A medicine may be of several classes.
    """

    classes: dict[str, tuple[str, ...]]
    brands: dict[str, str]
    infusions: tuple[str, ...]
    within: tuple[str, ...]
    electrolytes: tuple[str, ...]
    premedication_every: dict[str, int]
    overdue_factor: float = 1.5
    site: dict[str, str] = {}

    @cached_property
    def _names(self) -> dict[str, str]:
        """Every name -> the ingredient it stands for."""
        own = {name: name for names in (*self.classes.values(), self.infusions) for name in names}
        return own | self.brands

    @cached_property
    def _kinds(self) -> dict[str, tuple[str, ...]]:
        """Ingredient -> its classes."""
        found: dict[str, tuple[str, ...]] = {}
        for kind, names in self.classes.items():
            for name in names:
                found[name] = (*found.get(name, ()), kind)
        return found

    @cached_property
    def _remembered(self) -> dict[str, tuple[tuple[str, str], ...]]:
        return {}

    def kinds_of(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return the classes of a medicine, each with the ingredient that is of it; none if none knows it."""
        found = self._remembered.get(name)
        if found is None:
            found = tuple(self._found(name))
            if len(self._remembered) < 4096:
                self._remembered[name] = found
        return found

    def _found(self, name: str) -> Iterator[tuple[str, str]]:
        site = self.site.get(named(name))
        if site is not None:
            if site != OTHER:
                yield site, named(name)
            return
        kinds: dict[str, str] = {}
        for ingredient in found_in(name, self._names):
            for kind in self._kinds.get(ingredient, ()):
                kinds.setdefault(kind, ingredient)
        yield from kinds.items()

    def understood(self, name: str) -> bool:
        """Return whether an infusion's name is one that the guideline or the site knows."""
        plain = named(name)
        if plain in self.site or any(part in plain for part in self.within):
            return True
        words = words_of(name)
        salts = bool(words) and all(word in self.electrolytes for word in words)
        return salts or bool(found_in(name, self._names))


STEROIDS = (
    "dexamethasone", "prednisone", "prednisolone", "methylprednisolone", "hydrocortisone", "betamethasone",
    "triamcinolone", "budesonide", "fluticasone", "beclomethasone", "mometasone", "clobetasol",
    "methyl prednisolone", "beclometasone", "ciclesonide", "cortisone", "deflazacort", "fludrocortisone",
    "fluocinolone", "fluocinonide", "desonide", "halobetasol", "loteprednol", "flunisolide",
    "fluorometholone",
)  # fmt: skip

ACE_INHIBITORS = (
    "benazepril", "captopril", "cilazapril", "enalapril", "enalaprilat", "fosinopril", "imidapril",
    "lisinopril", "moexipril", "perindopril", "quinapril", "ramipril", "trandolapril", "zofenopril",
)  # fmt: skip
RECEPTOR_BLOCKERS = (
    "azilsartan", "candesartan", "eprosartan", "irbesartan", "losartan", "olmesartan", "telmisartan",
    "valsartan",
)  # fmt: skip
BETA_BLOCKERS = (
    "acebutolol", "atenolol", "betaxolol", "bisoprolol", "carvedilol", "celiprolol", "labetalol",
    "metoprolol", "nadolol", "nebivolol", "oxprenolol", "penbutolol", "pindolol", "propranolol", "sotalol",
    "timolol",
)  # fmt: skip
DIHYDROPYRIDINES = (
    "amlodipine", "benidipine", "clevidipine", "felodipine", "isradipine", "lacidipine", "lercanidipine",
    "manidipine", "nicardipine", "nifedipine", "nimodipine", "nisoldipine", "nitrendipine",
)  # fmt: skip
ALPHA_BLOCKERS = ("doxazosin", "phenoxybenzamine", "phentolamine", "prazosin", "terazosin", "urapidil")
THIAZIDES = (
    "hydrochlorothiazide", "hctz", "chlorothiazide", "chlorthalidone", "chlortalidone", "indapamide",
    "metolazone", "bendroflumethiazide", "methyclothiazide", "polythiazide", "xipamide",
)  # fmt: skip
OTHER_ANTIHYPERTENSIVES = (
    "verapamil", "diltiazem", "clonidine", "guanfacine", "moxonidine", "hydralazine", "dihydralazine",
    "methyldopa", "minoxidil", "nitroprusside", "spironolactone", "eplerenone", "aliskiren", "reserpine",
    "fenoldopam",
)  # fmt: skip

ANTIBIOTICS = (
    "amikacin", "amoxicillin", "ampicillin", "sulbactam", "azithromycin", "aztreonam", "cefazolin",
    "cefepime", "cefiderocol", "cefotaxime", "cefotetan", "cefoxitin", "ceftaroline", "ceftazidime",
    "ceftriaxone", "cefuroxime", "ciprofloxacin", "clindamycin", "colistimethate", "colistin", "dalbavancin",
    "daptomycin", "doripenem", "doxycycline", "ertapenem", "erythromycin", "flucloxacillin", "gentamicin",
    "imipenem", "levofloxacin", "linezolid", "meropenem", "metronidazole", "minocycline", "moxifloxacin",
    "nafcillin", "oxacillin", "penicillin", "piperacillin", "tazobactam", "polymyxin", "rifampin",
    "rifampicin", "sulfamethoxazole", "trimethoprim", "tedizolid", "teicoplanin", "tigecycline",
    "tobramycin", "vancomycin", "acyclovir", "aciclovir", "ganciclovir", "amphotericin", "anidulafungin",
    "caspofungin", "fluconazole", "micafungin", "voriconazole",
)  # fmt: skip

TABLE_6 = (
    "acetaminophen", "indomethacin", "ranitidine", "granisetron", "cefazolin", "clindamycin", "haloperidol",
    "lorazepam", "meperidine", "loperamide", "diphenoxylate", "atropine", "codeine", "antacid",
    "calcium gluconate", "potassium chloride", "magnesium sulfate", "potassium phosphate", "normal saline",
    "temazepam", "zolpidem", "sodium bicarbonate", "lidobenalox", "droperidol", "prochlorperazine",
    "ondansetron", "tucks", "hydroxyzine", "diphenhydramine", "oatmeal", "lubriderm", "pseudoephedrine",
)  # fmt: skip

INFUSIONS = (
    *TABLE_6,
    "amiodarone", "esmolol", "lidocaine", "heparin", "insulin", "furosemide", "bumetanide", "morphine",
    "hydromorphone", "fentanyl", "midazolam", "propofol", "dexmedetomidine", "ketamine", "pantoprazole",
    "octreotide", "naloxone", "aldesleukin",
    *ANTIBIOTICS,
)  # fmt: skip

BRANDS = {
    # steroids
    "decadron": "dexamethasone", "dexasone": "dexamethasone", "hexadrol": "dexamethasone",
    "ozurdex": "dexamethasone", "deltasone": "prednisone", "rayos": "prednisone",
    "orapred": "prednisolone", "prelone": "prednisolone", "millipred": "prednisolone",
    "pediapred": "prednisolone", "solu medrol": "methylprednisolone", "solumedrol": "methylprednisolone",
    "depo medrol": "methylprednisolone", "depomedrol": "methylprednisolone", "medrol": "methylprednisolone",
    "urbason": "methylprednisolone", "solu cortef": "hydrocortisone", "solucortef": "hydrocortisone",
    "cortef": "hydrocortisone", "cortisol": "hydrocortisone", "celestone": "betamethasone",
    "diprolene": "betamethasone", "kenalog": "triamcinolone", "aristospan": "triamcinolone",
    "nasacort": "triamcinolone", "pulmicort": "budesonide", "entocort": "budesonide",
    "uceris": "budesonide", "symbicort": "budesonide", "rhinocort": "budesonide", "breztri": "budesonide",
    "flovent": "fluticasone", "flonase": "fluticasone", "advair": "fluticasone", "breo": "fluticasone",
    "trelegy": "fluticasone", "arnuity": "fluticasone", "qvar": "beclomethasone",
    "beconase": "beclomethasone", "asmanex": "mometasone", "nasonex": "mometasone", "dulera": "mometasone",
    "elocon": "mometasone", "temovate": "clobetasol", "clobex": "clobetasol",
    # antihypertensives
    "lotensin": "benazepril", "lotrel": "benazepril", "capoten": "captopril", "vasotec": "enalapril",
    "monopril": "fosinopril", "zestril": "lisinopril", "prinivil": "lisinopril", "qbrelis": "lisinopril",
    "zestoretic": "lisinopril", "aceon": "perindopril", "coversyl": "perindopril", "accupril": "quinapril",
    "altace": "ramipril", "mavik": "trandolapril", "edarbi": "azilsartan", "atacand": "candesartan",
    "avapro": "irbesartan", "avalide": "irbesartan", "cozaar": "losartan", "hyzaar": "losartan",
    "benicar": "olmesartan", "micardis": "telmisartan", "diovan": "valsartan", "entresto": "valsartan",
    "exforge": "valsartan", "sectral": "acebutolol", "tenormin": "atenolol", "zebeta": "bisoprolol",
    "ziac": "bisoprolol", "coreg": "carvedilol", "trandate": "labetalol", "normodyne": "labetalol",
    "lopressor": "metoprolol", "toprol": "metoprolol", "kapspargo": "metoprolol", "corgard": "nadolol",
    "bystrolic": "nebivolol", "inderal": "propranolol", "betapace": "sotalol", "norvasc": "amlodipine",
    "katerzia": "amlodipine", "cleviprex": "clevidipine", "plendil": "felodipine", "cardene": "nicardipine",
    "adalat": "nifedipine", "procardia": "nifedipine", "nymalize": "nimodipine", "nimotop": "nimodipine",
    "sular": "nisoldipine", "cardura": "doxazosin", "minipress": "prazosin", "hytrin": "terazosin",
    "calan": "verapamil", "isoptin": "verapamil", "verelan": "verapamil", "cardizem": "diltiazem",
    "tiazac": "diltiazem", "cartia": "diltiazem", "catapres": "clonidine", "kapvay": "clonidine",
    "tenex": "guanfacine", "apresoline": "hydralazine", "bidil": "hydralazine", "aldomet": "methyldopa",
    "loniten": "minoxidil", "nipride": "nitroprusside", "nitropress": "nitroprusside",
    "microzide": "hydrochlorothiazide", "diuril": "chlorothiazide", "thalitone": "chlorthalidone",
    "zaroxolyn": "metolazone", "aldactone": "spironolactone", "carospir": "spironolactone",
    "inspra": "eplerenone", "tekturna": "aliskiren", "corlopam": "fenoldopam",
    # premedication
    "paracetamol": "acetaminophen", "apap": "acetaminophen", "tylenol": "acetaminophen",
    "ofirmev": "acetaminophen", "indometacin": "indomethacin", "indocin": "indomethacin",
    "tivorbex": "indomethacin", "zantac": "ranitidine", "pepcid": "famotidine", "tagamet": "cimetidine",
    "axid": "nizatidine", "kytril": "granisetron", "sancuso": "granisetron", "sustol": "granisetron",
    "inapsine": "droperidol", "compazine": "prochlorperazine", "compro": "prochlorperazine",
    "zofran": "ondansetron", "zuplenz": "ondansetron", "ativan": "lorazepam", "aloxi": "palonosetron",
    # infusions
    "pethidine": "meperidine", "demerol": "meperidine", "dilaudid": "hydromorphone",
    "sublimaze": "fentanyl", "versed": "midazolam", "diprivan": "propofol", "precedex": "dexmedetomidine",
    "ketalar": "ketamine", "protonix": "pantoprazole", "sandostatin": "octreotide", "narcan": "naloxone",
    "lasix": "furosemide", "frusemide": "furosemide", "bumex": "bumetanide", "cordarone": "amiodarone",
    "nexterone": "amiodarone", "brevibloc": "esmolol", "lignocaine": "lidocaine", "xylocaine": "lidocaine",
    "ancef": "cefazolin", "kefzol": "cefazolin", "cleocin": "clindamycin", "zosyn": "piperacillin",
    "vancocin": "vancomycin", "merrem": "meropenem", "rocephin": "ceftriaxone", "proleukin": "aldesleukin",
    "kcl": "potassium chloride", "kphos": "potassium phosphate", "nahco3": "sodium bicarbonate",
    "magnesium sulphate": "magnesium sulfate",
}  # fmt: skip

WITHIN = (
    "saline", "sodium chloride", "nacl", "ringer", "lactated", "dextrose", "d5w", "d10w", "plasmalyte",
    "plasma-lyte", "plasma lyte", "albumin", "nutrition", "tpn",
)  # fmt: skip
ELECTROLYTES = (
    "potassium", "magnesium", "calcium", "phosphate", "phosphates", "sodium", "bicarbonate", "chloride",
    "sulfate", "sulphate", "gluconate", "acetate", "citrate", "lactate", "glycerophosphate", "oxide",
)  # fmt: skip

AGENTS = Agents(
    classes={
        STEROID: STEROIDS,
        ANTIHYPERTENSIVE: (
            *ACE_INHIBITORS,
            *RECEPTOR_BLOCKERS,
            *BETA_BLOCKERS,
            *DIHYDROPYRIDINES,
            *ALPHA_BLOCKERS,
            *THIAZIDES,
            *OTHER_ANTIHYPERTENSIVES,
        ),
        "acetaminophen": ("acetaminophen",),
        "indomethacin": ("indomethacin",),
        "h2-blocker": ("ranitidine", "famotidine", "cimetidine", "nizatidine"),
        # The nausea rows of Table 6, and palonosetron.
        "antiemetic": (
            "granisetron",
            "droperidol",
            "prochlorperazine",
            "ondansetron",
            "lorazepam",
            "palonosetron",
        ),
    },
    brands=BRANDS,
    infusions=INFUSIONS,
    within=WITHIN,
    electrolytes=ELECTROLYTES,
    premedication_every={"acetaminophen": 4 * HOUR, "indomethacin": 8 * HOUR, "h2-blocker": 8 * HOUR},
)
