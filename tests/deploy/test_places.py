"""What the platform says about a flow, shown on the file's line. The texts are from real runs; docs/platform.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr_action.deploy.places import problem_findings
from ivr_action.genesys.explain import explain
from tests.deploy.bench import Deployable, deployable

ORDERS = (Path(__file__).parent / "assets" / "orders.yaml").read_text()
ISSUE = (
    "[Type:'ArchValidationIssue', ErrorCount:1, "
    "ArchObject:[TrackingID:12, Name:'Call Data Action', Type:'ArchActionCallData']]"
)
REPLY = "[Type:'ArchValidationIssue', ErrorCount:1, ArchObject:[TrackingID:22, Name:'Send reply', Type:'ArchActionX']]"
STATE = "[Type:'ArchValidationIssue', ErrorCount:1, ArchObject:[TrackingID:10, Name:'Renamed', Type:'ArchState']]"
LOCK = (
    "The flow ( name: 'Orders', type: 'inboundemail' ) is locked by another entity. You can use the --forceUnlock "
    "command line parameter if you wish to publish flows locked by another entity."
)
LOST = "ArchSession.startWithAuthToken - Exception info: could not find the flow with id '1234'"
PATH = "/inboundEmail/states/state[Initial State_10]"


@pytest.fixture(scope="module")
def orders() -> Deployable:
    return deployable("flows/orders.yaml", ORDERS)


@pytest.mark.parametrize(
    ("messages", "rule", "line", "said"),
    [
        (
            [ISSUE, "A data action must be selected.", f"ref path: {PATH}/actions/callData[…]", "ending the Session"],
            "publish-failed",
            "- callData:",
            f"`Call Data Action`: A data action must be selected. (at `{PATH}/actions/callData[…]`)",
        ),
        (
            [ISSUE, "A data action must be selected.", "setting the Archy exit code to 123"],
            "publish-failed",
            "- callData:",
            "`Call Data Action`: A data action must be selected.",
        ),
        (
            ["find 'queue' by value of 'Support DK' - no matches"],
            "missing-reference",
            "name: Support DK",
            "There is no queue named `Support DK`.",
        ),
        (
            ["- ERROR! find 'queue' by value of 'Support DK' - no matches -- [ trace ]", "exit code: 123"],
            "missing-reference",
            "name: Support DK",
            "There is no queue named `Support DK`.",
        ),
        (
            [
                (
                    "find 'queue' by value of 'Orders' - 'orders' is another case sensitive match - unable to "
                    "disambiguate network results."
                )
            ],
            "ambiguous-reference",
            "name: Orders",
            "There are several of the kind queue named `Orders`.",
        ),
        (
            [
                REPLY,
                f"ref path: {PATH}/actions/decision[Is it open_20]/outputs/yes/actions/sendResponse[Send reply_22]",
            ],
            "publish-failed",
            "- sendResponse:",
            "`Send reply`: What it refers to is not there: ",
        ),
        ([STATE, "A state must end."], "publish-failed", "- state:", "`Renamed`: A state must end."),
        (
            ["the 'architect:flow:add' permission is required", "setting the Archy exit code to 123"],
            "publish-failed",
            "name: Orders",
            "Missing permission: `architect:flow:add`.",
        ),
        ([LOCK], "publish-failed", "name: Orders", "Flow `Orders` is open for editing by somebody else."),
        (
            [LOST, "Error during program export execution:", "setting the Archy exit code to 107"],
            "publish-failed",
            "name: Orders",
            (
                "The platform says “could not find the flow with id '1234'” (exit code 107): most often the request "
                "limit (429) was used up inside of the job."
            ),
        ),
        (["something that nobody knows"], "publish-failed", "name: Orders", "something that nobody knows"),
    ],
)
def test_on_its_line(orders: Deployable, messages: list[str], rule: str, line: str, said: str) -> None:
    findings = problem_findings(orders, orders.flow, explain(messages))
    assert [finding.rule for finding in findings] == [rule]
    place = findings[0].location
    lines = ORDERS.splitlines()
    assert place.line is not None
    shown = {lines[place.line - 1].strip(), lines[max(0, place.line - 2)].strip()}  # a mapping begins below its key
    assert line in shown
    assert findings[0].message.startswith(said)
    assert findings[0].hint


def test_two_of_the_same_name_are_told_apart_by_their_type(orders: Deployable) -> None:
    issue = ISSUE.replace("Call Data Action", "To orders").replace("ArchActionCallData", "ArchActionTransferToAcd")
    [finding] = problem_findings(orders, orders.flow, explain([issue, "A queue must be selected."]))
    assert finding.node == "state/Initial State/transferToAcd To orders"
