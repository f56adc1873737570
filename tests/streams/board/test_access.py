from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.board.access import users
from streams.board.access.auth_settings import AuthSettings, Proxy, comes_from
from streams.board.access.guard import FREE_ATTEMPTS, LONGEST_S, Attempts
from streams.board.access.session import LASTS_S, Sessions, patient_key, secret
from streams.board.access.users import BadHash, hashed, matches
from streams.errors import UsageError
from tests.campaigns import examples

NOW = 1_772_000_000


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "N", 1 << 10)
    monkeypatch.setattr(users, "P", 1)


@pytest.mark.usefixtures("cheap")
def test_a_password_is_known_again_and_kept_differently_each_time() -> None:
    first, second = hashed("correct horse"), hashed("correct horse")
    assert first != second
    assert matches("correct horse", first)
    assert matches("correct horse", second)
    assert not matches("correct horsf", first)
    assert "horse" not in first


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "secret",
        "scrypt$3$8$1$AAAAAAAAAAAA$AAAA",
        "scrypt$32768$8$3$!!$AA",
        "bcrypt$32768$8$3$QUFBQUFBQUE=$" + "QQ==",
        "scrypt$1073741824$8$3$QUFBQUFBQUE=$QQ==",
    ],
)
def test_what_is_no_hash_is_refused_with_the_remedy(kept: str) -> None:
    with pytest.raises(BadHash, match="--hash"):
        matches("x", kept)


@pytest.mark.usefixtures("cheap")
def test_the_users_file_says_who_may_what(tmp_path: Path) -> None:
    path = tmp_path / "users.toml"
    path.write_text(
        f'[users.rn-14]\nname = "R. Nurse"\npassword = "{hashed("long enough pass")}"\nroles = ["see", '
        '"act"]\n'
    )
    found = users.load(str(path))
    assert found.identity("rn-14") == users.Identity("R. Nurse", frozenset({"see", "act"}))
    assert found.admits("rn-14", "long enough pass")
    assert not found.admits("rn-14", "another")
    assert not found.admits("nobody", "")
    assert found.identity("nobody") is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            '[users.a]\npassword = "secret word"\nroles = ["see"]',
            r"users\.a\.password: a password is kept as scrypt",
        ),
        ('[users.a]\npassword = "x"\nroles = ["rule"]', "rule"),
        ('[users.a]\npassword = "x"\nroles = []', "length >= 1"),
        ('[users.a]\nroles = ["see"]', "password"),
        ('[users."a b"]\npassword = "x"\nroles = ["see"]', "regex"),
        ("users = 3", "object"),
        ("[users", "not TOML"),
    ],
)
def test_a_users_file_that_cannot_be_used_is_one_clear_line_without_the_password(
    tmp_path: Path, text: str, fault: str
) -> None:
    path = tmp_path / "users.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=fault) as caught:
        users.load(str(path))
    assert "secret word" not in str(caught.value)


WRITTEN = '[users.a]\npassword = "x"\nroles = ["see"]\n\n'


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[users."b.c"]\nname = "B"\npassword = 3', r"line 7: users\.b\.c\.password: expected str"),
        ('[users.b]\nname = "B"\npasswort = "x"', r"line 7: users\.b\.passwort: no such key"),
        ('[users.b]\npassword = "x"\nroles = ["see", "rule"]', r"line 7: users\.b\.roles\[2\]: is one of"),
        ('[users.b]\nname = "B"', r"line 5: users\.b\.password: missing"),
        ('[users."b c"]\npassword = "x"', "line 5: key in users: expected str matching regex"),
    ],
)
def test_a_fault_of_the_users_file_is_named_with_its_own_line(tmp_path: Path, text: str, place: str) -> None:
    path = tmp_path / "users.toml"
    path.write_text(WRITTEN + text)
    with pytest.raises(UsageError, match=place):
        users.load(str(path))


def test_who_may_act_may_see_and_not_the_other_way_round() -> None:
    assert users.Identity("a", frozenset({"act"})).may("see")
    assert not users.Identity("a", frozenset({"see"})).may("act")


def test_a_few_wrong_passwords_are_free_then_each_waits_longer() -> None:
    tried, waits = Attempts(), []
    for number in range(FREE_ATTEMPTS + 10):
        waits.append(tried.wait(float(number), "user a"))
        tried.wrong(float(number), "user a")
    assert waits[:FREE_ATTEMPTS] == [0.0] * FREE_ATTEMPTS
    assert waits[FREE_ATTEMPTS] > 0
    assert max(waits) <= LONGEST_S
    assert waits[FREE_ATTEMPTS:] == sorted(waits[FREE_ATTEMPTS:])
    assert tried.wait(100.0, "user b") == 0.0
    assert tried.wait(100.0, "user b", "user a") > 0.0
    assert tried.wait(10_000.0, "user a") == 0.0


def test_a_right_password_forgives() -> None:
    tried = Attempts()
    for _ in range(FREE_ATTEMPTS):
        tried.wrong(0.0, "user a")
    tried.right("user a")
    assert tried.wait(0.0, "user a") == 0.0


OLD, NEW = b"s" * 32, b"t" * 32


def sessions() -> Sessions:
    return Sessions([OLD])


def test_a_session_is_known_again_by_another_run_with_the_same_secret() -> None:
    session, cookie = sessions().begin("rn-14", NOW)
    assert sessions().session_of(cookie, NOW + 60) == session
    assert Sessions([NEW]).session_of(cookie, NOW + 60) is None


def test_keys_rotate_without_a_session_lost() -> None:
    """The first key signs, all verify: a new one is put first, and the old one is dropped when what it signed
    has ended.
    """
    before, between, after = sessions(), Sessions([NEW, OLD]), Sessions([NEW])
    old, old_cookie = before.begin("rn-14", NOW)
    assert between.session_of(old_cookie, NOW) == old
    assert between.genuine(old, before.token(old))
    new, new_cookie = between.begin("rn-15", NOW)
    assert (after.session_of(new_cookie, NOW), before.session_of(new_cookie, NOW)) == (new, None)
    assert (after.genuine(new, between.token(new)), before.genuine(new, between.token(new))) == (True, False)
    assert after.session_of(old_cookie, NOW) is None
    assert not after.genuine(old, before.token(old))


@pytest.mark.parametrize(
    ("after", "known"), [(0, True), (LASTS_S, True), (LASTS_S + 1, False), (-60, True), (-61, False)]
)
def test_a_session_lasts_a_shift(after: int, known: bool) -> None:
    made = sessions()
    _, cookie = made.begin("rn-14", NOW)
    assert (made.session_of(cookie, NOW + after) is not None) == known


def test_a_session_that_was_logged_out_is_over() -> None:
    made = sessions()
    session, cookie = made.begin("rn-14", NOW)
    made.end(session)
    assert made.session_of(cookie, NOW) is None


@given(st.integers(0, 400), st.characters())
@settings(max_examples=examples(60))
def test_a_cookie_that_was_changed_anywhere_is_none(place: int, other: str) -> None:
    """But for its last letter, in base64: two bits of it say nothing."""
    made = sessions()
    _, cookie = made.begin("rn-14", NOW)
    place %= len(cookie) - 1
    if cookie[place] != other:
        assert made.session_of(cookie[:place] + other + cookie[place + 1 :], NOW) is None


def test_a_token_belongs_to_one_session() -> None:
    made = sessions()
    one, _ = made.begin("rn-14", NOW)
    other, _ = made.begin("rn-14", NOW)
    assert made.genuine(one, made.token(one))
    assert not made.genuine(other, made.token(one))
    assert not made.genuine(one, "")


def test_a_patients_key_is_the_same_at_every_run_and_tells_nothing() -> None:
    assert patient_key(OLD, "p1") == patient_key(OLD, "p1")
    assert patient_key(OLD, "p1") != patient_key(OLD, "p2")
    assert patient_key(NEW, "p1") != patient_key(OLD, "p1")
    assert "p1" not in patient_key(OLD, "p1")


def test_the_secret_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    first = secret(tmp_path / "new")
    assert secret(tmp_path / "new") == first
    assert stat.S_IMODE((tmp_path / "new" / "board.secret").stat().st_mode) == 0o600
    (tmp_path / "board.secret").write_bytes(b"short")
    with pytest.raises(UsageError, match="shorter"):
        secret(tmp_path)


@pytest.mark.parametrize("listen", ["0.0.0.0", "::", "10.0.0.5", "ward.example"])
def test_without_a_login_it_is_served_on_this_machine_alone(listen: str) -> None:
    with pytest.raises(UsageError, match="users-file or proxy-header"):
        AuthSettings().check(listen)
    AuthSettings().check("127.0.0.1")
    AuthSettings(proxy=Proxy("X-User", ("10.0.0.7",))).check(listen)


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("127.0.0.1:8020", True),
        ("localhost", True),
        ("[::1]:8020", True),
        ("board.ward.example:8020", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("", False),
    ],
)
def test_a_foreign_name_that_points_at_this_machine_is_refused(host: str, known: bool) -> None:
    assert AuthSettings(hosts=frozenset({"board.ward.example"})).knows(host) == known


@pytest.mark.parametrize(
    ("remote", "trusted"),
    [
        ("10.0.0.7", True),
        ("10.0.0.8", False),
        ("192.168.3.9", True),
        ("::1", False),
        (None, False),
        ("nonsense", False),
    ],
)
def test_a_proxys_header_is_believed_from_its_address_alone(remote: str | None, trusted: bool) -> None:
    assert comes_from(remote, ("10.0.0.7", "192.168.3.0/24")) == trusted
