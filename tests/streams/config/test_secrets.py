"""Secrets: where they may come from, and that they show themselves to nobody."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from streams.config.secrets import Secret, Secrets, Unread
from streams.errors import UsageError

WHERE = "[pager.channels.oncall]"
SECRETS = Secrets({"KEY": "s3cret", "BLANK": "  "})


def test_a_secret_comes_from_the_variable_or_the_first_line_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("from-file\nsecond line\n", encoding="utf-8")
    found = SECRETS.read(WHERE, "key", "KEY", None), SECRETS.read(WHERE, "key", None, str(path))
    assert [one.reveal() for one in found if one] == ["s3cret", "from-file"]


def test_a_secret_that_is_not_named_is_none_unless_it_is_needed() -> None:
    assert SECRETS.read(WHERE, "key", None, None) is None
    with pytest.raises(
        UsageError,
        match=(
            r"^\[pager.channels.oncall\] key-env: missing; name the variable that holds it, or a file "
            r"with key-file$"
        ),
    ):
        SECRETS.need(WHERE, "key", None, None)


@pytest.mark.parametrize(
    ("env", "file", "says"),
    [
        ("NOT_SET", None, "key-env: the environment has no NOT_SET, or it is empty"),
        ("BLANK", None, "key-env: the environment has no BLANK, or it is empty"),
        (None, "/nowhere/key", "key-file /nowhere/key: No such file or directory"),
        (None, "empty", "key-file empty: its first line is empty"),
        (None, "latin", "key-file latin: not UTF-8 text"),
        ("KEY", "empty", "key-env: stands beside key-file; give one of them"),
    ],
)
def test_a_secret_that_is_not_there_is_one_line_that_names_the_key(
    env: str | None, file: str | None, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").write_text("\nsecond\n", encoding="utf-8")
    Path("latin").write_bytes("schlüssel".encode("latin-1"))
    with pytest.raises(UsageError) as caught:
        SECRETS.read(WHERE, "key", env, file)
    assert str(caught.value) == f"{WHERE} {says}"


def test_a_secret_is_never_printed_nor_logged(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret("s3cret")
    logging.getLogger("any").warning("%s %r %s", secret, secret, {"key": secret})
    assert "s3cret" not in caplog.text + f"{secret} {secret!r} {SECRETS!r}"


def test_a_configuration_is_checked_where_its_secrets_are_not() -> None:
    found = Unread({}).read(WHERE, "key", "NOT_SET", None)
    assert found is not None
    assert Unread({}).read(WHERE, "key", None, None) is None
