"""Nobody gets in: a logout lasts, nothing goes in the clear, half a request is cut, and no input is a 500."""

from __future__ import annotations

import asyncio
import json
import re
import time
from contextlib import suppress
from pathlib import Path

import pytest
from aiohttp import web

from deploy import audit
from deploy.audit import DONE, FINDINGS, NOT_AUDITED, verdict
from streams.board.access.auth_settings import AuthSettings
from streams.board.access.session import ENDED, LASTS_S, EndedSessions, Sessions
from streams.board.access.users import Users
from streams.errors import UsageError
from streams.kafka.ports import free
from streams.service.connections import HALF_OPEN_S, GuardedRunner
from tests.streams.board.board_here import Served, serving
from tests.streams.board.test_web import WARD

NOW = 1_772_000_000
KEY = b"k" * 32
ROOT = Path(__file__).parents[2]


def sessions(folder: Path, now: int = NOW) -> Sessions:
    return Sessions([KEY], EndedSessions(folder / ENDED, now))


def test_a_logout_lasts_over_a_restart_and_for_other_boards_of_the_folder(tmp_path: Path) -> None:
    first, beside = sessions(tmp_path), sessions(tmp_path)
    session, cookie = first.begin("rn-14", NOW)
    assert beside.session_of(cookie, NOW + 1) == session
    first.end(session)
    assert beside.session_of(cookie, NOW + 2) is None
    assert sessions(tmp_path, NOW + 3).session_of(cookie, NOW + 3) is None
    other, kept = first.begin("rn-14", NOW)
    assert beside.session_of(kept, NOW + 4) == other
    assert (tmp_path / ENDED).stat().st_mode & 0o777 == 0o600


def test_what_is_over_by_itself_is_not_kept(tmp_path: Path) -> None:
    first = sessions(tmp_path)
    first.end(first.begin("a", NOW)[0])
    sessions(tmp_path, NOW + LASTS_S + 1)
    assert (tmp_path / ENDED).read_text() == ""


def test_a_file_of_ended_sessions_that_was_cut_short_ends_those_that_are_whole(tmp_path: Path) -> None:
    first = sessions(tmp_path)
    session, cookie = first.begin("a", NOW)
    first.end(session)
    with (tmp_path / ENDED).open("ab") as file:
        file.write(b"17720000 abc\n\xff\xfe 12")
    assert sessions(tmp_path).session_of(cookie, NOW) is None


@pytest.mark.parametrize("listen", ["0.0.0.0", "::", "10.0.0.5", "ward.example"])
def test_passwords_go_in_the_clear_on_this_machine_alone(listen: str) -> None:
    users = Users({})
    with pytest.raises(UsageError, match="in the clear"):
        AuthSettings(users=users).check(listen)
    AuthSettings(users=users).check("127.0.0.1")
    AuthSettings(users=users, secure=True).check(listen)
    AuthSettings(users=users).check(listen, plain_http=True)


BROKEN = {
    "unknown charset": ({"Content-Type": "application/x-www-form-urlencoded; charset=klingon"}, b"user=a"),
    "broken multipart": ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x\r\nContent-Dispo"),
    "no boundary": ({"Content-Type": "multipart/form-data"}, b"--x"),
    "multipart of garbage": ({"Content-Type": "multipart/form-data; boundary=x"}, bytes(range(256)) * 4),
    "not UTF-8": ({"Content-Type": "application/x-www-form-urlencoded"}, b"user=\xff\xfe&password=%ff%00"),
    "half surrogates": ({"Content-Type": "application/x-www-form-urlencoded"}, b"user=%ed%a0%80"),
}


@pytest.mark.parametrize("path", ["/login", "/logout", "/act/ack"])
@pytest.mark.parametrize(("headers", "body"), BROKEN.values(), ids=BROKEN)
def test_no_form_is_a_500(path: str, headers: dict[str, str], body: bytes) -> None:
    async def test(board: Served) -> None:
        await board.token()
        async with board.browser.post(board.url(path), data=body, headers=headers) as answer:
            assert 400 <= answer.status < 500, await answer.text()

    serving(WARD, test)


REQUESTS = {
    "found": b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "not found": b"GET /server-status HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\r\n\r\n",
}


@pytest.mark.parametrize("request_bytes", REQUESTS.values(), ids=REQUESTS)
def test_no_answer_names_a_version(request_bytes: bytes) -> None:
    answer = asyncio.run(raw_answer(request_bytes))
    assert b"\r\nServer: il2watch\r\n" in answer
    assert b"aiohttp" not in answer


def test_every_http_server_runs_guarded() -> None:
    texts = {path: path.read_text() for path in ROOT.joinpath("streams").rglob("*.py")}
    made = [path.name for path, text in texts.items() if re.search(r"web\.(AppRunner\(|run_app)", text)]
    serving = [path for path, text in texts.items() if "TCPSite(" in text]
    assert len(serving) == 4
    assert [path.name for path in serving if "GuardedRunner(" not in texts[path]] == made == []


async def raw_answer(request_bytes: bytes) -> bytes:
    """What a guarded server answers to some bytes, to the end."""
    app = web.Application()
    app.router.add_get("/", whole_answer)
    runner, port = GuardedRunner(app, shutdown_timeout=0.1), free()[0]
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request_bytes)
        answer = await asyncio.wait_for(reader.read(), 5)
        writer.close()
        return answer
    finally:
        await runner.cleanup()


async def whole_answer(_: web.Request) -> web.Response:
    return web.Response(text="ok")


async def half_open(at_end: float) -> tuple[bool, bool, bytes]:
    """Whether a half-sent request is still open at a time, whether a stream is, and what a whole one gets."""

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await asyncio.sleep(3600)
        return response

    app = web.Application()
    app.router.add_get("/stream", endless)
    app.router.add_get("/", whole_answer)
    runner, port = GuardedRunner(app, shutdown_timeout=0.1), free()[0]
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        half, stream, whole = opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        whole[1].write(b"GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
        half[1].write(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow:")
        stream[1].write(b"GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
        await stream[0].readline()
        await half[1].drain()
        began = time.monotonic()
        runner.cut(began)
        runner.cut(began + at_end)
        await asyncio.sleep(0.05)
        open_half, open_stream = not half[0].at_eof(), not stream[0].at_eof()
        return open_half, open_stream, await asyncio.wait_for(whole[0].readline(), 5)
    finally:
        for _, writer in opened:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        await runner.cleanup()


@pytest.mark.parametrize(("after", "still_open"), [(HALF_OPEN_S - 0.1, True), (HALF_OPEN_S, False)])
def test_half_a_request_is_cut_after_10_s_and_a_stream_is_not(after: float, still_open: bool) -> None:
    assert asyncio.run(half_open(after)) == (still_open, True, b"HTTP/1.1 200 OK\r\n")


def answered(*packages: dict[str, object]) -> str:
    return json.dumps({"dependencies": list(packages), "fixes": []})


FINE = {"name": "a", "version": "1", "vulns": []}
BAD = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1"}]}


@pytest.mark.parametrize(
    ("answers", "code", "says"),
    [
        ([answered(FINE), answered(FINE)], DONE, "2 packages were looked up"),
        ([answered(FINE), answered(BAD)], FINDINGS, "b 2: PYSEC-1"),
        ([answered(FINE), ""], NOT_AUDITED, "nothing was audited"),
        (["ERROR: no route to host", answered(FINE)], NOT_AUDITED, "nothing was audited"),
        ([answered({"name": "c", "skip_reason": "not found"})], NOT_AUDITED, "nothing was audited"),
        ([answered()], NOT_AUDITED, "nothing was audited"),
        ([], NOT_AUDITED, "nothing was audited"),
    ],
)
def test_an_audit_is_green_only_when_every_package_was_looked_up(
    answers: list[str], code: int, says: str
) -> None:
    found, line = verdict(answers)
    assert found == code
    assert says in line


def test_an_audit_without_pip_audit_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "find_spec", lambda _: None)
    code, line = audit.audited()
    assert code == NOT_AUDITED
    assert "pip-audit is not installed" in line


def test_what_pip_audit_says_itself_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    package = tmp_path / "pip_audit"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text("raise SystemExit('ERROR: no route to host')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(audit, "find_spec", lambda _: True)
    assert audit.main() == NOT_AUDITED
    output = capfd.readouterr()
    assert "gave no answer" in output.out
    assert "no route to host" in output.err
