"""The outbox: a plain Faust table of bytes keyed by patient, with its changelog; a row is a book (streams.pager.book)."""

from __future__ import annotations

import struct

from streams.pager.book import Book, UnknownBook, pack, unpack
from streams.worker.charts import Charts
from streams.worker.row import UnknownRow

TABLE = "outbox"
AGE = struct.Struct(">QQQ")


class Outbox(Charts):
    """Rows begin with their age: a pager that was thought dead may write behind its successor, and the one that knows more stands."""

    def recover(self, key: str, value: bytes | None, partition: int, offset: int) -> None:
        """A row read back from the changelog, unless a newer one is here."""
        here = self.store.data.get(key)
        if value is not None and (here is None or value[: AGE.size] >= here[: AGE.size]):
            self.keep(key, value, partition, offset)

    def books(self, partition: int) -> dict[str, Book]:
        """Every patient's book of a partition. Raises UnknownRow."""
        places = self.store._key_partition
        return {key: opened(value) for key, value in self.store.data.items() if places.get(key) == partition}


def written(book: Book) -> bytes:
    """A book as a row."""
    return AGE.pack(book.epoch, sum(book.positions), book.revision) + pack(book)


def opened(row: bytes) -> Book:
    """The book in a row. Raises UnknownRow."""
    try:
        return unpack(row[AGE.size :])
    except UnknownBook as fault:
        raise UnknownRow(str(fault)) from fault


def changelog(name: str) -> str:
    """The changelog of the outbox of a pager with this name, as Faust calls it."""
    return f"{name}-{TABLE}-changelog"
