from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from rules.guideline import load
from rules.wire.instants import HOUR
from rules.wire.topics import ALERTS, ASSESSMENTS, COMMANDS, INPUTS, PAGES
from streams.board.access import users
from streams.board.access.auth_settings import AuthSettings, Proxy
from streams.board.access.users import hashed
from streams.board.board_state import DisplaySettings
from streams.projections.patients import TopicRecord
from tests.streams.board.board_here import Served, serving
from tests.streams.board.wards import at, oliguria, published, record, vitals

WARD = published(oliguria("p1-mrn-4711"))


@pytest.fixture
def login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AuthSettings:
    monkeypatch.setattr(users, "N", 1 << 10)
    monkeypatch.setattr(users, "P", 1)
    path = tmp_path / "users.toml"
    kept = hashed("a long password")
    path.write_text(
        f'[users.nurse]\nname = "R. Nurse"\npassword = "{kept}"\nroles = '
        f'["act"]\n[users.visitor]\npassword = "{kept}"\nroles = ["see"]\n'
    )
    return AuthSettings(users=users.load(str(path)))


async def log_in(board: Served, user: str, secret: str = "a long password") -> int:
    async with board.browser.post(
        board.url("/login"), data={"user": user, "password": secret}, allow_redirects=False
    ) as answer:
        return answer.status


def test_the_unit_page_lists_the_patients_and_its_title_names_none() -> None:
    async def test(board: Served) -> None:
        page = await board.text("/")
        assert "p1-mrn-4711" in page
        assert "<title>il2watch</title>" in page
        assert "p1-mrn-4711" not in " ".join(re.findall(r'(?:href|src)="([^"]*)"', page))

    serving(WARD, test)


def test_the_patient_page_says_every_criterion_and_its_title_and_address_name_nobody() -> None:
    async def test(board: Served) -> None:
        page = await board.text(f"/patient/{await board.key()}")
        assert re.findall(r'data-code="([^"]+)"', page) == [row["code"] for row in found["criteria"]]
        assert "4711" not in page.partition("<title>")[2].partition("</title>")[0]
        assert "Urine 8 mL/h, below 10" in page

    found = next(json.loads(one.value or b"") for one in WARD if one.topic == ASSESSMENTS)
    serving(WARD, test)


def test_an_assessment_that_cannot_be_read_is_said_on_every_page_and_the_one_before_is_not_shown() -> None:
    async def test(board: Served) -> None:
        assert 'data-code="urine-hour"' in await board.text(f"/patient/{await board.key()}")
        board.state.apply([TopicRecord(ASSESSMENTS, b"p1-mrn-4711", b'{"recommendation":"proceed"', 1)])
        board.state.draw()
        assert "The newest assessment cannot be read" in await board.text("/")
        page = await board.text(f"/patient/{await board.key()}")
        assert "judge by what is charted" in page.lower()
        assert "judgement not readable" in page
        assert re.search(r"data-code=|class=\"ready|Delay|Stop this", page) is None
        assert board.state.notices() == ["The newest assessment of 1 patient cannot be read."]

    serving(WARD, test)


def test_an_alert_that_cannot_be_read_is_said() -> None:
    async def test(board: Served) -> None:
        board.state.apply([TopicRecord(ALERTS, b"p1-mrn-4711", b"{", 1)])
        assert board.state.notices() == ["1 alert could not be read: open alerts may be missing."]

    serving(WARD, test)


def test_every_page_says_what_is_looser_than_published() -> None:
    async def test(board: Served) -> None:
        for path in ("/", f"/patient/{await board.key()}"):
            page = await board.text(path)
            assert "2 of this site&#39;s numbers are looser than published" in page
            assert "Creatinine, absolute: &gt;=3.5 mg/dL, not &gt;=3 mg/dL" in page
            assert "Choice, reminder first: 20 min, not 15 min" in page

    loose = load('criteria.creatinine.absolute = 3.5\nchoices.reminder-first = "20 min"\n')
    serving(published(oliguria("p1-mrn-4711"), guideline=loose), test, guideline=loose)


def test_no_page_says_so_of_the_published_numbers_or_stricter_ones() -> None:
    async def test(board: Served) -> None:
        assert "looser" not in await board.text("/")
        assert board.state.notices() == []

    serving(WARD, test)
    strict = load("criteria.creatinine.absolute = 2.8\n")
    serving(published(oliguria(), guideline=strict), test, guideline=strict)


def test_a_worker_with_another_configuration_than_the_board_is_named() -> None:
    async def test(board: Served) -> None:
        assert ["another configuration" in one for one in board.state.notices()] == [True]

    serving(published(oliguria(), guideline=load("criteria.creatinine.absolute = 3.5\n")), test)


def test_a_patients_page_says_what_blocks_the_dose_what_runs_and_what_was_set_aside() -> None:
    def infusion(id: str, minutes: float, rate: float) -> dict[str, Any]:
        return {
            "type": "infusion", "id": id, "patient": "p1", "at": at(minutes), "agent": "norepinephrine",
            "rate": rate, "unit": "ug/kg/min",
        }  # fmt: skip

    def blood(id: str, minutes: float, **reading: Any) -> dict[str, Any]:
        return {"type": "labs", "id": id, "patient": "p1", "at": at(minutes), "readings": [reading]}

    odd = blood("l1", 110, code="hematocrit", value=0.36, unit="%")

    async def test(board: Served) -> None:
        page = await board.text(f"/patient/{await board.key()}")
        assert "load 1 mcg/kg/min" in page
        assert "norepinephrine 0.1 mcg/kg/min" in page
        assert "Pressor load above 0.5 mcg/kg/min, or a pressor that cannot be counted" in page
        assert "hematocrit 0.36 %" in page
        assert ": implausible" in page

    serving(published([*oliguria(), infusion("i1", 30, 0.1), odd]), test)


def test_until_it_is_proven_live_a_page_says_that_it_is_not() -> None:
    async def test(board: Served) -> None:
        page = await board.text("/")
        assert '<body class="unit dead"' in page
        assert 'role="alert"' in page.partition("Not live")[0].rpartition("<div")[2]

    serving(WARD, test)


@pytest.mark.parametrize("path", ["/", "/static/live.js", "/-/ready", "/nothing"])
def test_every_answer_keeps_other_sites_out(path: str) -> None:
    async def test(board: Served) -> None:
        async with board.browser.get(board.url(path)) as answer:
            assert answer.headers["Content-Security-Policy"].startswith(
                "default-src 'none'; script-src 'self'; style-src 'self'"
            )
            assert "unsafe" not in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Frame-Options"] == "DENY"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert path.startswith("/static") or answer.headers["Cache-Control"] == "no-store"

    serving(WARD, test)


def test_no_page_has_a_script_or_a_style_within() -> None:
    async def test(board: Served) -> None:
        for path in ("/", f"/patient/{await board.key()}"):
            page = await board.text(path)
            assert re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=", page) is None

    serving(published(oliguria("<script>alert(1)</script>")), test)


def test_the_session_is_for_this_site_alone_and_for_no_script() -> None:
    async def test(board: Served) -> None:
        async with board.browser.get(board.url("/")) as answer:
            cookie = answer.headers["Set-Cookie"]
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
        assert "Secure" not in cookie

    serving(WARD, test)


def test_over_tls_the_session_is_secure() -> None:
    async def test(board: Served) -> None:
        async with board.browser.get(board.url("/")) as answer:
            assert "Secure" in answer.headers["Set-Cookie"]
            assert "Strict-Transport-Security" in answer.headers

    serving(WARD, test, AuthSettings(secure=True))


def test_a_foreign_host_is_refused() -> None:
    async def test(board: Served) -> None:
        async with board.browser.get(board.url("/"), headers={"Host": "evil.example"}) as answer:
            assert answer.status == 421

    serving(WARD, test)


def test_an_acknowledgement_goes_to_the_commands_after_its_audit() -> None:
    async def test(board: Served) -> None:
        token, key = await board.token(), await board.key()
        alert = board.state.patients.by_key[key].episodes.unseen()[0].id
        assert (await board.act("ack", token=token, patient=key, alert=alert, by="rn-14", reason="seen"))[
            0
        ] == 200
        assert [one.topic for one in board.kept.records] == [PAGES, COMMANDS]

    serving(WARD, test)


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({}, ""),
        ({}, "0" * 64),
        ({"Origin": "https://evil.example"}, None),
        ({"Origin": "null"}, None),
        ({"Sec-Fetch-Site": "cross-site"}, None),
        ({"Sec-Fetch-Site": "same-site"}, None),
    ],
)
def test_a_forged_request_does_nothing(headers: dict[str, str], token: str | None) -> None:
    async def test(board: Served) -> None:
        genuine, key = await board.token(), await board.key()
        alert = board.state.patients.by_key[key].episodes.unseen()[0].id
        status, answer = await board.act(
            "ack",
            headers,
            token=genuine if token is None else token,
            patient=key,
            alert=alert,
            by="x",
            reason="y",
        )
        assert status == 403
        assert "Refused" in answer["error"]
        assert board.kept.records == []

    serving(WARD, test)


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"reason": ""}, 400),
        ({"alert": "none"}, 409),
        ({"patient": "0" * 20}, 404),
        ({"level": "relative"}, 409),
    ],
    ids=["no reason", "an alert that is over", "nobody", "it got worse"],
)
def test_what_cannot_be_done_says_why_and_does_nothing(form: dict[str, str], status: int) -> None:
    async def test(board: Served) -> None:
        key = await board.key()
        alert = next(
            one.id for one in board.state.patients.by_key[key].episodes.unseen() if one.level == "absolute"
        )
        fields = {
            "token": await board.token(),
            "patient": key,
            "alert": alert,
            "by": "rn-14",
            "reason": "seen",
        } | form
        found, answer = await board.act("ack", **fields)
        assert found == status
        assert answer["error"]
        assert board.kept.records == []

    serving(WARD, test)


def test_without_a_login_nobody_sees_anything(login: AuthSettings) -> None:
    async def test(board: Served) -> None:
        async with board.browser.get(
            board.url("/"), headers={"Accept": "text/html"}, allow_redirects=False
        ) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/login")
        for path in ("/events", "/patient/x", "/patient/x/flowsheet", "/patient/x/explain?subject=dose"):
            async with board.browser.get(board.url(path)) as answer:
                assert answer.status == 401
        assert "4711" not in await board.text("/login")

    serving(WARD, test, login)


def test_who_may_see_cannot_act_and_the_try_is_audited(login: AuthSettings) -> None:
    async def test(board: Served) -> None:
        assert await log_in(board, "visitor") == 303
        key = await board.key()
        page = await board.text(f"/patient/{key}")
        assert 'id="act-form"' not in page
        alert = board.state.patients.by_key[key].episodes.unseen()[0].id
        assert (await board.act("ack", token=await board.token(), patient=key, alert=alert, reason="x"))[
            0
        ] == 403
        audits = [json.loads(one.value or b"") for one in board.kept.records]
        assert [(one["outcome"], one["by"]) for one in audits] == [("board-refused", "visitor")]

    serving(WARD, test, login)


def test_who_logged_in_acts_under_their_own_name_whatever_the_form_says(login: AuthSettings) -> None:
    async def test(board: Served) -> None:
        assert await log_in(board, "nurse") == 303
        key = await board.key()
        alert = board.state.patients.by_key[key].episodes.unseen()[0].id
        assert (
            await board.act(
                "ack", token=await board.token(), patient=key, alert=alert, by="Dr. Else", reason="x"
            )
        )[0] == 200
        assert {json.loads(one.value or b"")["by"] for one in board.kept.records} == {"R. Nurse"}

    serving(WARD, test, login)


def test_guessing_passwords_is_braked_even_when_the_next_would_be_right(login: AuthSettings) -> None:
    async def test(board: Served) -> None:
        assert [await log_in(board, "nurse", f"wrong {number}") for number in range(5)] == [401] * 5
        assert await log_in(board, "nurse") == 429

    serving(WARD, test, login)


def test_a_login_from_another_sites_page_is_refused(login: AuthSettings) -> None:
    async def test(board: Served) -> None:
        form = {"user": "nurse", "password": "a long password"}
        async with board.browser.post(
            board.url("/login"), data=form, headers={"Origin": "https://evil.example"}
        ) as answer:
            assert answer.status == 403

    serving(WARD, test, login)


def test_logging_out_ends_the_session_and_its_open_pages(login: AuthSettings) -> None:
    async def test(board: Served) -> None:
        await log_in(board, "nurse")
        token = await board.token()
        cookies = {one.key: one.value for one in board.browser.cookie_jar}
        async with board.browser.get(board.url("/events")) as stream, asyncio.timeout(20):
            await stream.content.readline()
            async with board.browser.post(
                board.url("/logout"), data={"token": token}, allow_redirects=False
            ) as answer:
                assert answer.status == 303
            assert b"event: beat" in await stream.read()
        async with board.browser.get(board.url("/events"), cookies=cookies) as answer:
            assert answer.status == 401

    serving(WARD, test, login)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-User": "rn-14", "X-Roles": "see"}, 200),
        ({"X-User": "rn-14"}, 401),
        ({}, 401),
        ({"X-User": "rn-14", "X-Roles": "none"}, 401),
    ],
)
def test_a_trusted_proxy_says_who_it_is(headers: dict[str, str], status: int) -> None:
    async def test(board: Served) -> None:
        async with board.browser.get(board.url("/"), headers=headers) as answer:
            assert answer.status == status

    serving(WARD, test, AuthSettings(proxy=Proxy("X-User", ("127.0.0.1",), "X-Roles")))


def test_a_header_that_comes_from_elsewhere_is_nobody() -> None:
    async def test(board: Served) -> None:
        async with board.browser.get(board.url("/"), headers={"X-User": "rn-14"}) as answer:
            assert answer.status == 401

    serving(WARD, test, AuthSettings(proxy=Proxy("X-User", ("10.0.0.7",))))


async def events(board: Served, path: str, until: str) -> list[tuple[str, dict[str, object]]]:
    """What a stream says, until an event of that name."""
    found: list[tuple[str, dict[str, object]]] = []
    async with asyncio.timeout(20), board.browser.get(board.url(path)) as answer:
        name = ""
        async for line in answer.content:
            text = line.decode().rstrip("\n")
            name = text.removeprefix("event: ") if text.startswith("event: ") else name
            if text.startswith("data: "):
                found.append((name, json.loads(text.removeprefix("data: "))))
                if name == until:
                    return found
    raise AssertionError("the stream ended")


def test_a_page_is_told_what_changed_since_it_was_drawn() -> None:
    async def test(board: Served) -> None:
        page = await board.text("/")
        epoch, revision = re.findall(r'data-epoch="(\w+)" data-revision="(\d+)"', page)[0]
        board.state.apply([record(vitals("v99", 200, "p1-mrn-4711", hr=99))])
        board.state.draw()
        patch = (await events(board, f"/events?since={epoch}-{revision}", "patch"))[-1][1]
        assert patch["all"] is False
        rows = patch["rows"]
        assert isinstance(rows, list)
        assert [list(row["cells"]) for row in rows] == [["who"]]

    serving(WARD, test)


def test_a_page_of_another_run_is_told_everything() -> None:
    async def test(board: Served) -> None:
        await board.text("/")
        assert (await events(board, "/events?since=00000000-1", "patch"))[-1][1]["all"] is True

    serving(WARD, test)


def test_a_beat_says_what_is_wrong_and_how_new_everything_is() -> None:
    async def test(board: Served) -> None:
        beat = (await events(board, "/events", "beat"))[-1][1]
        assert beat["live"] is False
        assert beat["codes"] == ["starting", "feed"]
        assert beat["counts"] in ({}, {"delay": 1})
        assert beat["newest"] == max(one.time for one in WARD if one.topic in INPUTS)

    serving(WARD, test)


def test_a_patient_who_is_discharged_leaves_the_page() -> None:
    async def test(board: Served) -> None:
        key = await board.key()
        board.state.apply([TopicRecord(ASSESSMENTS, b"p1-mrn-4711", None, 0)])
        board.state.draw()
        assert (await events(board, f"/events?patient={key}", "gone"))[-1][0] == "gone"
        assert "p1-mrn-4711" not in await board.text("/")
        async with board.browser.get(board.url(f"/patient/{key}")) as answer:
            assert answer.status == 404

    serving(WARD, test)


def test_units_come_from_the_configuration_else_from_where_the_patient_lies() -> None:
    async def named(board: Served) -> None:
        assert 'data-unit="4 West"' in await board.text("/")

    async def lies(board: Served) -> None:
        assert 'data-unit="ward"' in await board.text("/")

    serving(WARD, named, ways=DisplaySettings(units=(("p1-*", "4 West"),)))
    serving(WARD, lies)


def test_the_flowsheet_is_json_of_the_hours_that_were_asked_for() -> None:
    async def test(board: Served) -> None:
        async with board.browser.get(board.url(f"/patient/{await board.key()}/flowsheet?hours=24")) as answer:
            drawn = await answer.json()
        assert drawn["end"] - drawn["start"] == 24 * HOUR
        assert [one["id"] for one in drawn["panels"]][:2] == ["pressure", "heart-rate"]

    serving(WARD, test, ways=DisplaySettings(wall=False))


def test_without_the_workers_chart_an_explanation_says_that_it_is_not_here() -> None:
    async def test(board: Served) -> None:
        assert "not here" in await board.text(f"/patient/{await board.key()}/explain?subject=urine-hour")

    serving(WARD, test)


@pytest.mark.parametrize("name", ["../web.py", "%2e%2e/web.py", "users.toml", "board.css.map"])
def test_no_file_but_our_own_few_is_served(name: str) -> None:
    async def test(board: Served) -> None:
        async with board.browser.get(board.url(f"/static/{name}")) as answer:
            assert answer.status == 404

    serving(WARD, test)


def test_ready_says_why_not_and_names_nobody() -> None:
    async def test(board: Served) -> None:
        async with board.browser.get(board.url("/-/ready")) as answer:
            assert answer.status == 503
            assert "4711" not in await answer.text()

    serving(WARD, test)
