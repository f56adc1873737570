"""List the units of UCUM that clinical quantities are sent in, and the prefixes (The Unified Code for Units
of Measure, tables 1 to 20).

Each unit is worth a number of base units. The base units are those of UCUM but for the amount of substance,
the equivalent, the enzyme unit's substance and the international unit, which UCUM counts as pure numbers:
here each keeps its own dimension, so that millimoles are never taken for counts, or units for millimoles.
"""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

Dimensions = Mapping[str, int]

PREFIXES: Mapping[str, Fraction] = MappingProxyType(
    {
        "Y": Fraction(10**24),
        "Z": Fraction(10**21),
        "E": Fraction(10**18),
        "P": Fraction(10**15),
        "T": Fraction(10**12),
        "G": Fraction(10**9),
        "M": Fraction(10**6),
        "k": Fraction(10**3),
        "h": Fraction(10**2),
        "da": Fraction(10),
        "d": Fraction(1, 10),
        "c": Fraction(1, 10**2),
        "m": Fraction(1, 10**3),
        "u": Fraction(1, 10**6),
        "n": Fraction(1, 10**9),
        "p": Fraction(1, 10**12),
        "f": Fraction(1, 10**15),
        "a": Fraction(1, 10**18),
        "z": Fraction(1, 10**21),
        "y": Fraction(1, 10**24),
    }
)

# unit -> what it is worth, as an expression of units before it in the list; metric ones take prefixes.
_METRIC = {
    "m": "", "g": "", "s": "", "K": "", "C": "", "rad": "", "cd": "",
    "mol": "", "eq": "", "[iU]": "", "osm": "",
    "L": "1 dm3", "l": "1 dm3", "ar": "100 m2", "st": "1 m3", "t": "1000 kg",
    "[IU]": "1 [iU]",
    "kat": "1 mol/s", "U": "1/60 umol/s",
    "Hz": "1 s-1", "Bq": "1 s-1",
    "N": "1 kg.m/s2", "Pa": "1 N/m2", "J": "1 N.m", "W": "1 J/s", "bar": "100000 Pa", "dyn": "1/100000 N",
    "m[Hg]": "100000000000/750062 Pa", "m[H2O]": "9.80665 kPa", "g%": "1 g/dL",
    "cal": "4.184 J", "Cal": "4184 J",
}  # fmt: skip
# The column of mercury is the one of wire.md: 1 kPa is 7.50062 mm[Hg].
_OTHER = {
    "%": "1/100", "[ppth]": "1/1000", "[ppm]": "1/1000000", "[ppb]": "1/1000000000",
    "[pptr]": "1/1000000000000", "[pi]": "3.14159265358979323846",
    "min": "60 s", "h": "3600 s", "d": "86400 s", "wk": "604800 s", "a": "31557600 s", "a_j": "31557600 s",
    "mo": "2629800 s", "mo_j": "2629800 s",
    "[gr]": "64.79891 mg",
    "[lb_av]": "453.59237 g", "[oz_av]": "28.349523125 g", "[dr_av]": "1.7718451953125 g",
    "[stone_av]": "6350.29318 g", "[ston_av]": "907184.74 g", "[lton_av]": "1016046.9088 g",
    "[lb_tr]": "373.2417216 g",
    "[oz_tr]": "31.1034768 g", "[lb_ap]": "373.2417216 g", "[oz_ap]": "31.1034768 g",
    "[sc_ap]": "1.2959782 g", "[dr_ap]": "3.8879346 g", "[car_m]": "0.2 g",
    "[in_i]": "2.54 cm", "[ft_i]": "30.48 cm", "[yd_i]": "91.44 cm", "[cin_i]": "16.387064 cm3",
    "[gal_us]": "3785.411784 cm3", "[qt_us]": "946.352946 cm3", "[pt_us]": "473.176473 cm3",
    "[gil_us]": "118.29411825 cm3", "[cup_us]": "236.5882365 cm3", "[foz_us]": "29.5735295625 cm3",
    "[tbs_us]": "14.78676478125 cm3", "[tsp_us]": "4.92892159375 cm3", "[fdr_us]": "3.6966911953125 cm3",
    "[foz_m]": "30 mL", "[cup_m]": "240 mL", "[tbs_m]": "15 mL", "[tsp_m]": "5 mL", "[drp]": "1/20 mL",
    "[gal_br]": "4546.09 cm3", "[qt_br]": "1136.5225 cm3", "[pt_br]": "568.26125 cm3",
    "[foz_br]": "28.4130625 cm3",
    "atm": "101325 Pa", "[psi]": "6894.757293168 Pa", "att": "98066.5 Pa", "[in_i'Hg]": "25.4 mm[Hg]",
    "[in_i'H2O]": "25.4 mm[H2O]",
}  # fmt: skip

METRIC_CODES = tuple(_METRIC)
WORTH: Mapping[str, str] = MappingProxyType(_METRIC | _OTHER)
