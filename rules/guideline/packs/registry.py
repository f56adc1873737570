"""The registry of guideline packs: what a site can choose from."""

from rules.guideline.packs import dutcher_2014, schwartzentruber_2001, til_2024, us_label_2024
from rules.guideline.packs.declarations import Pack

DEFAULT = schwartzentruber_2001.PACK
PACKS: dict[str, Pack] = {
    pack.key: pack for pack in (DEFAULT, dutcher_2014.PACK, us_label_2024.PACK, til_2024.PACK)
}
