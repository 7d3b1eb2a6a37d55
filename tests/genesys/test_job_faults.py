"""Every fault of a publish job with its outcome and the whole message, as docs/faults.md shows them."""

from __future__ import annotations

import random
from typing import Any

import pytest

from ivr_action.errors import IvrError
from tests.genesys.faults import READ, documented
from tests.genesys.publishing import CHANGED, NAME, YAML, Serve

REGISTER = {"method": "POST", "path": "/api/v2/flows/jobs"}
UPLOAD = {"method": "PUT", "path": "/uploads/*"}


def _published(serve: Serve, *faults: dict[str, Any]) -> tuple[str, int]:
    """What a save by a job says and its exit status, and that the flow holds what that means."""
    ground = serve(rng=random.Random(6))
    for fault in faults:
        ground.emulator.fault(**fault)
    try:
        saved = ground.save()
    except IvrError as error:
        return f"{error}\n{error.hint}", error.exit_status
    assert saved.version == ground.published
    assert ground.store.holds(ground.store.read(ground.id), {"yaml": CHANGED, "name": NAME, "type": "inboundcall"})
    return "none", 0


def test_job_fails_without_messages(serve: Serve, request: pytest.FixtureRequest) -> None:
    documented(*_published(serve, {**REGISTER, "job": {"fail": []}}), request)


def test_job_fails_without_messages_beside_a_draft(serve: Serve, request: pytest.FixtureRequest) -> None:
    draft = {"does": "draft", "flow": NAME, "yaml": YAML}
    documented(*_published(serve, {**REGISTER, "job": {"fail": []}, "colleague": draft}), request)


def test_job_never_ends(serve: Serve, request: pytest.FixtureRequest) -> None:
    documented(*_published(serve, {**REGISTER, "job": {"never_ends": True}}), request)


def test_job_with_an_unknown_status(serve: Serve, request: pytest.FixtureRequest) -> None:
    documented(*_published(serve, {**REGISTER, "job": {"status": "Queued"}}), request)


def test_job_that_published_nothing(serve: Serve, request: pytest.FixtureRequest) -> None:
    documented(*_published(serve, {**REGISTER, "job": {"nothing": True}}), request)


def test_job_that_published_something_else(serve: Serve, request: pytest.FixtureRequest) -> None:
    documented(*_published(serve, {**REGISTER, "job": {"corrupt": True}}), request)


def test_lock_before_a_job(serve: Serve, request: pytest.FixtureRequest) -> None:
    lock = {"does": "lock", "flow": NAME}
    documented(*_published(serve, {**READ, "nth": 2, "colleague": lock}), request)


def test_lock_between_the_look_and_the_job(serve: Serve, request: pytest.FixtureRequest) -> None:
    documented(*_published(serve, {**REGISTER, "colleague": {"does": "lock", "flow": NAME}}), request)


def test_colleague_publishes_before_the_job(serve: Serve, request: pytest.FixtureRequest) -> None:
    edit = {"does": "publish", "flow": NAME, "yaml": YAML.replace("Press 1 for", "Press 9 for")}
    documented(*_published(serve, {**READ, "nth": 3, "colleague": edit}), request)


def test_colleague_publishes_between_the_look_and_the_job(serve: Serve, request: pytest.FixtureRequest) -> None:
    edit = {"does": "publish", "flow": NAME, "yaml": YAML.replace("Press 1 for", "Press 9 for")}
    documented(*_published(serve, {**REGISTER, "colleague": edit}), request)


def test_registration_cut(serve: Serve, request: pytest.FixtureRequest) -> None:
    documented(*_published(serve, {**REGISTER, "drop": "after"}), request)


def test_upload_cut_after_it_arrived(serve: Serve, request: pytest.FixtureRequest) -> None:
    documented(*_published(serve, {**UPLOAD, "drop": "after"}), request)


def test_upload_cut_before_it_arrived(serve: Serve, request: pytest.FixtureRequest) -> None:
    documented(*_published(serve, {**UPLOAD, "drop": "before"}), request)


def test_platform_gone_while_a_job_runs(serve: Serve, request: pytest.FixtureRequest) -> None:
    gone = {"method": "GET", "path": "/api/v2/flows/*", "nth": 5, "count": 0, "drop": "before"}
    message, status = _published(serve, gone)
    assert status == 4
    documented(message, status, request)
