"""Match the names of medicines by ingredient: case, salts, strengths and routes in brackets do not matter.

Source: wire.md, medication and infusion.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from rules.wire import vocabulary

_LONGEST = 128
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
_WORDS = re.compile(r"[a-z][a-z0-9]*|(?<![0-9.])[0-9](?![0-9.%a-z])")

PRESSOR_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "phenylephrine": "phenylephrine",
        "neosynephrine": "phenylephrine",
        "neo synephrine": "phenylephrine",
        "neo": "phenylephrine",
        "biorphen": "phenylephrine",
        "vazculep": "phenylephrine",
        "dopamine": "dopamine",
        "intropin": "dopamine",
        "norepinephrine": "norepinephrine",
        "norepi": "norepinephrine",
        "noradrenaline": "norepinephrine",
        "noradrenalin": "norepinephrine",
        "levophed": "norepinephrine",
        "levarterenol": "norepinephrine",
        "vasopressin": "vasopressin",
        "argipressin": "vasopressin",
        "vasostrict": "vasopressin",
        "pitressin": "vasopressin",
        "epinephrine": "epinephrine",
        "epi": "epinephrine",
        "adrenaline": "epinephrine",
        "adrenalin": "epinephrine",
        "dobutamine": "dobutamine",
        "dobutrex": "dobutamine",
        "milrinone": "milrinone",
        "primacor": "milrinone",
        "metaraminol": "metaraminol",
        "aramine": "metaraminol",
        "ephedrine": "ephedrine",
        "akovaz": "ephedrine",
        "emerphed": "ephedrine",
        "angiotensin ii": "angiotensin-ii",
        "angiotensin 2": "angiotensin-ii",
        "giapreza": "angiotensin-ii",
    }
)
"""A name of a vasopressor, in small letters and words -> the agent."""

IL2_NAMES = ("aldesleukin", "proleukin", "il 2", "il2", "interleukin 2", "interleukin2")


def named(name: str) -> str:
    """Return a name in small letters, with single spaces, cut to a bounded length."""
    return " ".join(name.split()).lower()[:_LONGEST].strip()


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a medicine's name, without what stands in brackets, strengths and accents.

    Where only brackets hold a name, it is theirs.
    """
    plain = unicodedata.normalize("NFKD", name).lower()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    outside = _numbered(_BRACKETS.sub(" ", plain))
    return outside or _numbered(re.sub(r"[()\[\]{}]", " ", plain))


def _numbered(text: str) -> tuple[str, ...]:
    """Return the words of a text; a lone digit after a word belongs to the name (`il-2`)."""
    return tuple(_WORDS.findall(text))


def found_in(name: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """Return what the names stand for that a medicine's name holds as whole words, in their order."""
    words = words_of(name)
    found: list[tuple[int, str]] = []
    for known, ingredient in names.items():
        parts = tuple(known.split())
        for i in range(len(words) - len(parts) + 1):
            if words[i : i + len(parts)] == parts:
                found.append((i, ingredient))
                break
    return tuple(dict.fromkeys(ingredient for _, ingredient in sorted(found)))


@lru_cache(maxsize=4096)
def vasopressor(name: str) -> str | None:
    """Return the vasopressor that an infusion's name begins with, or else has as a word; None: it is none.

    A local anaesthetic with epinephrine is no infusion of it: what is named first counts.
    """
    found = found_in(name, PRESSOR_NAMES)
    if not found:
        return None
    others = _ANAESTHETICS.intersection(words_of(name))
    return None if others and found == ("epinephrine",) else found[0]


_ANAESTHETICS = frozenset(("lidocaine", "bupivacaine", "ropivacaine", "articaine", "mepivacaine"))


@lru_cache(maxsize=256)
def is_il2(name: str) -> bool:
    """Return whether a name is that of the one agent that is dosed."""
    return bool(found_in(name, dict.fromkeys(IL2_NAMES, vocabulary.IL2)))
