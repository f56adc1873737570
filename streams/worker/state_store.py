"""Keep the rows of the patients in a Faust table with its changelog, and find them by partition."""

from __future__ import annotations

from collections.abc import Mapping

import faust

from streams.kafka.changelog_table import ChangelogTable
from streams.kafka.partitions import Shape
from streams.kafka.state_record import CHARTS, WARD, Row, newer, unpack, unpack_tick, ward_key


class Charts(ChangelogTable):
    """Rows by patient, and of each partition its tick.

    A worker that was thought dead may write a row behind its successor: of two rows of a patient the one with
    more of the log in it stands.
    """

    def stands(self, key: str, value: bytes, here: bytes) -> bool:
        return key.startswith(WARD) or newer(unpack(value), unpack(here))

    def rows(self, partition: int) -> Mapping[str, Row]:
        """Return every patient of a partition. Raises UnknownRow."""
        return {name: unpack(value) for name, value in self.values_of(partition) if not name.startswith(WARD)}

    def tick(self, partition: int) -> int:
        """Return the latest tick for all patients of a partition, ms; -1: none yet."""
        found = self.store.data.get(ward_key(partition))
        return -1 if found is None else unpack_tick(found)


def charts(app: faust.App, found: Shape) -> Charts:
    """Return the table of rows of an app."""
    return Charts(app, name=CHARTS, key_type=bytes, value_type=bytes, partitions=found.partitions)
