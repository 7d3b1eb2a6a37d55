"""Nothing secret is printed."""

from __future__ import annotations

import base64
import io
import logging
from urllib.parse import quote

import pytest

from ivr_action.genesys.redact import HIDDEN, RedactingFormatter, Redactor

SECRET = "s3cr3t/with+odd=letters"


@pytest.mark.parametrize(
    "form", [SECRET, quote(SECRET, safe=""), base64.b64encode(SECRET.encode()).decode()], ids=["plain", "url", "base64"]
)
def test_a_known_secret_is_hidden_in_every_form(form: str) -> None:
    redact = Redactor()
    redact.add(SECRET)
    assert form not in redact(f"before {form} after")
    assert redact(f"before {form} after").startswith(f"before {HIDDEN}")


def test_a_secret_inside_a_longer_one_leaves_nothing_of_it() -> None:
    redact = Redactor()
    redact.add("abcdef")
    redact.add("xx-abcdef-yy")
    assert redact("xx-abcdef-yy abcdef") == f"{HIDDEN} {HIDDEN}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Authorization: Bearer abc.def-ghi_jkl", "Authorization: Bearer ***"),
        ("authorization: basic Y2xpZW50OnNlY3JldA==", "authorization: basic ***"),
        ('{"access_token":"a1b2c3","token_type":"bearer"}', '{"access_token":"***","token_type":"bearer"}'),
        (
            "PUT https://bucket.s3.amazonaws.com/key?X-Amz-Date=1&X-Amz-Signature=abc&x=1 failed",
            "PUT https://bucket.s3.amazonaws.com/key?*** failed",
        ),
        ("see https://api.example/flows?pageSize=25", "see https://api.example/flows?pageSize=25"),
        ("the basic idea of a bearer", "the basic idea of a bearer"),
    ],
)
def test_what_is_shaped_like_a_secret_is_hidden_unknown(text: str, shown: str) -> None:
    assert Redactor()(text) == shown


def test_the_runner_is_told_each_secret_once() -> None:
    told: list[str] = []
    redact = Redactor(told.append)
    redact.add(SECRET)
    redact.add(SECRET)
    redact.add("abc")  # too short to be one
    assert told[0] == SECRET
    assert len(told) == len(set(told))
    assert "abc" not in told


def test_the_log_shows_no_secret_not_even_in_a_traceback() -> None:
    redact, stream = Redactor(), io.StringIO()
    redact.add(SECRET)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(RedactingFormatter(redact, logging.Formatter("%(levelname)s %(message)s")))
    log = logging.getLogger("a-log-of-a-test")
    log.propagate = False
    log.addHandler(handler)
    try:
        raise ValueError(f"wrong: {SECRET}")
    except ValueError:
        log.exception("it failed with %s", SECRET)
    assert SECRET not in stream.getvalue()
    assert stream.getvalue().startswith(f"ERROR it failed with {HIDDEN}")
    assert f"ValueError: wrong: {HIDDEN}" in stream.getvalue()
