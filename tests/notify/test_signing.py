"""Our signatures, checked with the package that receivers use."""

from __future__ import annotations

import base64
import time

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from ivr_action.errors import UsageError
from ivr_action.notify.signing import signed_headers, signing_keys

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
BODY = '{"name":"Höfe & Täler","version":"7"}'


def test_the_package_accepts_a_signature_and_nothing_that_was_changed() -> None:
    headers = signed_headers(signing_keys(SECRET), "msg_1", int(time.time()), BODY.encode())
    hook = Webhook(SECRET)
    assert hook.verify(BODY, headers)["version"] == "7"
    for changed in (
        {**headers, "webhook-id": "msg_2"},
        {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 1)},
    ):
        with pytest.raises(WebhookVerificationError, match="No matching signature"):
            hook.verify(BODY, changed)
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        hook.verify(BODY.replace("7", "8"), headers)


def test_an_old_attempt_is_refused_as_a_replay() -> None:
    headers = signed_headers(signing_keys(SECRET), "msg_1", int(time.time()) - 301, BODY.encode())
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(SECRET).verify(BODY, headers)


def test_plain_text_is_a_key_as_it_is() -> None:
    text = "not base64, but long enough"
    headers = signed_headers((text.encode(),), "msg_1", int(time.time()), BODY.encode())
    Webhook(text.encode()).verify(BODY, headers)
    assert signing_keys("a-text-of-24-characters!") == (b"a-text-of-24-characters!",)


def test_two_secrets_make_two_signatures_so_that_one_can_be_exchanged() -> None:
    other = "whsec_" + base64.b64encode(b"o" * 24).decode()
    headers = signed_headers(signing_keys(f"{SECRET}\n{other}"), "msg_1", int(time.time()), BODY.encode())
    for secret in (SECRET, other):
        Webhook(secret).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + base64.b64encode(b"x" * 24).decode()).verify(BODY, headers)


def test_padding_may_be_missing() -> None:
    assert signing_keys(SECRET.rstrip("=")) == (KEY,)


@pytest.mark.parametrize("secret", ["short-and-secret", "whsec_!!!not-base64!!!", "whsec_c2hvcnQ=", "whsec_"])
def test_a_secret_that_cannot_be_used_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(UsageError, match="webhook-secret") as caught:
        signing_keys(secret)
    assert secret.removeprefix("whsec_") not in str(caught.value) or secret == "whsec_"


def test_without_a_secret_nothing_is_signed() -> None:
    assert signing_keys(" ") == ()
    assert set(signed_headers((), "msg_1", 1, b"")) == {"webhook-id", "webhook-timestamp"}
