"""A save through an object whose network is not ours, and breaks."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from ivr_action.errors import OutcomeUnknownError
from ivr_action.genesys.errors import UnreachableError
from ivr_action.genesys.pace import Pace
from ivr_action.updater import update_flow_with_conflict_resolution
from tests.genesys.fakes import FakeTime
from tests.genesys.nodes import NodeFlow
from tests.genesys.test_public import BODY, Tutorial


def quick() -> Pace:
    """Nobody waits."""
    return Pace(FakeTime().clock, random=lambda: 0.5)


class Broken(Tutorial):
    """Its network breaks: before the first save, behind it, or always."""

    def __init__(self, flow: NodeFlow, faults: list[str]) -> None:
        super().__init__(flow)
        self.faults = faults

    def update_flow(self, flow_id: str, body: dict[str, Any], if_match: str = "") -> Any:
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "before":
            raise ConnectionResetError("https://secret.example")
        answer = super().update_flow(flow_id, body, if_match)
        if fault == "behind":
            raise httpx.ReadTimeout("https://secret.example")
        return answer


@pytest.mark.parametrize("fault", ["before", "behind"])
def test_a_save_that_anothers_network_breaks_off_is_recognised(flow: NodeFlow, fault: str) -> None:
    api = Broken(flow, [fault])
    assert update_flow_with_conflict_resolution(api, "f1", BODY, pace=quick())["version"] == 2
    assert (len(api.seen), flow.version) == (1, 2)


def test_a_save_that_anothers_network_breaks_off_for_good_is_unknown(flow: NodeFlow) -> None:
    with pytest.raises(OutcomeUnknownError, match=r"the connection failed \(ConnectionResetError\)") as caught:
        update_flow_with_conflict_resolution(Broken(flow, ["before"] * 9), "f1", BODY, pace=quick())
    assert "secret" not in str(caught.value)

    class Deaf(Tutorial):
        def get_flow(self, flow_id: str) -> Any:
            raise TimeoutError

    with pytest.raises(UnreachableError, match="GET /api/v2/flows/f1: the connection failed"):
        update_flow_with_conflict_resolution(Deaf(flow), "f1", BODY, pace=quick())
