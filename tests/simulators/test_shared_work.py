"""Work that processes share: how far they are, and the sorted files that they leave."""

from __future__ import annotations

from pathlib import Path
from threading import Event

from simulators.shared_work import done_file, followed, in_process, merged
from tests.patience import PATIENCE_S


def test_what_every_process_has_done_is_watched_meanwhile(tmp_path: Path) -> None:
    seen, all_done = list[tuple[str, int, int]](), Event()

    def watch(what: str, done: int, total: int) -> None:
        seen.append((what, done, total))
        if done == total:
            all_done.set()

    (tmp_path / "other").write_bytes(b"not counted")
    with followed(tmp_path, "charting", 5, watch):
        done_file(tmp_path, "a").write_bytes(b"..")
        done_file(tmp_path, "b").write_bytes(b"...")
        assert all_done.wait(PATIENCE_S)
    assert seen[-1] == ("charting", 5, 5)


def test_without_processes_requests_are_worked_on_in_turn() -> None:
    with in_process() as pool:
        assert list(pool(abs, [-3, 2, -1])) == [3, 2, 1]


def test_files_and_what_is_held_are_merged(tmp_path: Path) -> None:
    for name, lines in (("a", b"1\n4\n"), ("b", b""), ("c", b"2\n3\n6\n")):
        (tmp_path / name).write_bytes(lines)
    found = merged([tmp_path / name for name in "abc"], [b"0\n", b"5\n"])
    assert b"".join(found) == b"0\n1\n2\n3\n4\n5\n6\n"
