"""What the items of `icu/outputevents` are on the wire. Labels as in `icu/d_items`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Output(NamedTuple):
    """A kind of wire.md (io, out). `elsewhere`: one sum for a time outside the ICU, of which only the end is charted."""

    label: str
    kind: str
    elsewhere: bool = False


IRRIGANT_IN, IRRIGANT_OUT = 227488, 227489
OUTPUTS: Mapping[int, Output] = MappingProxyType(
    {
        226559: Output("Foley", "urine"),
        226560: Output("Void", "urine"),
        226561: Output("Condom Cath", "urine"),
        226584: Output("Ileoconduit", "urine"),
        226563: Output("Suprapubic", "urine"),
        226564: Output("R Nephrostomy", "urine"),
        226565: Output("L Nephrostomy", "urine"),
        226567: Output("Straight Cath", "urine"),
        226557: Output("R Ureteral Stent", "urine"),
        226558: Output("L Ureteral Stent", "urine"),
        IRRIGANT_IN: Output("GU Irrigant Volume In", "urine"),
        IRRIGANT_OUT: Output("GU Irrigant/Urine Volume Out", "urine"),
        226627: Output("OR Urine", "urine", elsewhere=True),
        226631: Output("PACU Urine", "urine", elsewhere=True),
        226633: Output("Pre-Admission", "urine", elsewhere=True),
        226579: Output("Stool", "stool"),
        226580: Output("Fecal Bag", "stool"),
        226582: Output("Ostomy (output)", "stool"),
        226583: Output("Rectal Tube", "stool"),
        226571: Output("Emesis", "emesis"),
        226573: Output("Gastric Tube", "emesis"),
        226575: Output("Nasogastric", "emesis"),
        226576: Output("Oral Gastric", "emesis"),
        226588: Output("Chest Tube #1", "drain"),
        226589: Output("Chest Tube #2", "drain"),
        226590: Output("L Pleural #1", "drain"),
        226592: Output("Mediastinal", "drain"),
        226599: Output("Jackson Pratt #1", "drain"),
        226604: Output("Hemovac #1", "drain"),
        226606: Output("Cerebral Ventricular #1", "drain"),
        226607: Output("Cerebral Ventricular #2", "drain"),
        226612: Output("Pericardial", "drain"),
        226613: Output("Wound Vac #1", "drain"),
        226625: Output("Tap", "drain"),
        226628: Output("PACU Drains", "drain", elsewhere=True),
        227701: Output("Drainage Bag", "drain"),
    }
)

LABELS: Mapping[int, str] = MappingProxyType({item: each.label for item, each in OUTPUTS.items()})
