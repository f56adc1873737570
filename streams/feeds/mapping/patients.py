"""Choose the patient of a message, and follow merges: a prior id stands for the surviving one.

Source: docs/spec/feeds.md (v2 chapter 3, PID-3 and MRG).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec


class Identifier(NamedTuple):
    """A patient's id as sent: its text, the names of its assigning authority, and its type."""

    id: str
    authorities: tuple[str, ...] = ()
    type: str = ""


class PatientRules(msgspec.Struct, frozen=True):
    """Which ids count: of these authorities (none: of any) and of these types, "" for an id without one."""

    authorities: tuple[str, ...] = ()
    types: tuple[str, ...] = ("MR", "PI")

    def counts(self, found: Identifier) -> bool:
        """Return whether an id is of a configured authority and type."""
        known = not self.authorities or bool(set(self.authorities) & set(found.authorities))
        return bool(found.id) and known and found.type in self.types


class TwoPatients(ValueError):
    """An error: one message names two ids of one authority."""


def chosen(found: Iterable[Identifier], rules: PatientRules) -> Identifier | None:
    """Return the first id that counts; None when there is none.

    Raises TwoPatients when another id of the same authority and type stands beside it.
    """
    counting = [each for each in found if rules.counts(each)]
    if not counting:
        return None
    first = counting[0]
    for other in counting[1:]:
        if other.id != first.id and other.type == first.type and _same_authority(other, first):
            raise TwoPatients
    return first


def _same_authority(one: Identifier, other: Identifier) -> bool:
    return one.authorities == other.authorities or bool(set(one.authorities) & set(other.authorities))


class Merge(NamedTuple):
    """Two ids that are one patient from now on. `at`: when it was done, ms."""

    prior: str
    surviving: str
    at: int


class Alias(msgspec.Struct, frozen=True):
    """A row of `il2.feeds.aliases`, whose key is the prior id.

    `moved`: whether the prior's events were copied under the survivor and withdrawn.
    """

    surviving: str
    at: int
    moved: bool = False


Aliases = Mapping[str, Alias]


def survivor(aliases: Aliases, patient: str) -> str:
    """Return the id under which a patient is written now."""
    followed = {patient}
    while (alias := aliases.get(patient)) is not None and alias.surviving not in followed:
        patient = alias.surviving
        followed.add(patient)
    return patient


def refused_merge(aliases: Aliases, merge: Merge) -> str | None:
    """Return why a merge is not done: into itself, or a circle; None when it may be."""
    if merge.prior == merge.surviving:
        return "a patient merged into itself"
    if survivor(aliases, merge.surviving) == merge.prior:
        return "a merge in a circle: the surviving id was itself merged into the prior one"
    return None


_ALIAS = msgspec.json.Decoder(Alias)


def decode_alias(value: bytes) -> Alias:
    """Return a row of the aliases topic. Raises msgspec.DecodeError."""
    return _ALIAS.decode(value)


def encode_alias(alias: Alias) -> bytes:
    """Return an alias as the value of its record."""
    return msgspec.json.encode(alias)


class Linkage(msgspec.Struct, frozen=True):
    """A row of `il2.feeds.patients`, whose key is the address of a FHIR Patient.

    `patient`: its id of a configured authority; `stamp`: when that version was made, ms (0: not known).
    """

    patient: str
    stamp: int = 0


_LINKAGE = msgspec.json.Decoder(Linkage)


def decode_linkage(value: bytes) -> Linkage:
    """Return a row of the patients topic. Raises msgspec.DecodeError."""
    return _LINKAGE.decode(value)


def encode_linkage(linkage: Linkage) -> bytes:
    """Return a linkage as the value of its record."""
    return msgspec.json.encode(linkage)


MERGED = "merged:"
LONGEST_ID = 128
Raw = dict[str, object]


def moved(record: Raw, surviving: str) -> tuple[Raw, Raw] | None:
    """Return a prior's record under the survivor, and its withdrawal under the prior.

    None for what is withdrawn already, and for what is no fact of the patient (a command, a tick).
    """
    id = record.get("id")
    if not isinstance(id, str) or record.get("status") in ("entered-in-error", "cancelled"):
        return None
    copy = {**record, "patient": surviving, "id": (MERGED + id)[:LONGEST_ID]}
    return copy, {**record, "status": "entered-in-error"}
