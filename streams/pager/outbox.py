"""The outbox: a plain Faust table of bytes keyed by patient, with its changelog; a row is a book (streams.pager.book)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from streams.pager.book import Book, UnknownBook, pack, unpack
from streams.worker.charts import Charts
from streams.worker.row import UnknownRow

TABLE = "outbox"
TERM = "\x00term"
"""The key of the record a pager's term begins with; no patient id holds a control character."""
AGE = struct.Struct(">QQ")


class Outbox(Charts):
    """Rows begin with their age, the term they were written in first: that of a pager is the offset of a record it writes before it begins, so it is
    later than that of whoever had the partition before. A pager that was thought dead may write behind its successor; its rows do not stand then.
    By what is in them they cannot be told apart: both have read the same alerts, and each has told some of them.
    """

    def stands(self, key: str, value: bytes, here: bytes) -> bool:
        return value[: AGE.size] >= here[: AGE.size]

    def books(self, partition: int) -> dict[str, Book]:
        """Every patient's book of a partition. Raises UnknownRow."""
        return {key: opened(value) for key, value in self._rows(partition)}

    def term(self, partition: int, offset: int) -> int:
        """The term that begins with a record at this offset: in a changelog that was put back from a copy rows may be of later ones."""
        terms: list[int] = [AGE.unpack_from(value)[0] for _, value in self._rows(partition)]
        return max(offset, max(terms, default=-1) + 1)

    def _rows(self, partition: int) -> Iterator[tuple[str, bytes]]:
        places = self.store._key_partition
        return ((key, value) for key, value in self.store.data.items() if places.get(key) == partition and key != TERM)


def written(book: Book, term: int) -> bytes:
    """A book as a row."""
    return AGE.pack(term, book.revision) + pack(book)


def opened(row: bytes) -> Book:
    """The book in a row. Raises UnknownRow."""
    try:
        return unpack(row[AGE.size :])
    except UnknownBook as fault:
        raise UnknownRow(str(fault)) from fault


def changelog(name: str) -> str:
    """The changelog of the outbox of a pager with this name, as Faust calls it."""
    return f"{name}-{TABLE}-changelog"
