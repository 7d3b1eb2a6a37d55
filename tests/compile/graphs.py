"""Node graphs for tests: small ones, and generated ones that Architect has words for, mostly."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from ivr_action.compile import Compiled, compile_flow
from ivr_action.flow.flow import ArchitectFlow, NodeGraphFlow
from ivr_action.flow.read import read_flow

INVOICE = {"found": False, "amount": 0}


def node(type_: str, *ways: tuple[str, str], tts: str = "", **properties: Any) -> dict[str, Any]:
    """A node of a type with its (condition, destination) pairs."""
    said = {"tts": tts} if tts else {}
    made: dict[str, Any] = {
        "type": type_,
        "transitionConditions": [
            {"condition": condition, "destinationNodeId": destination} for condition, destination in ways
        ],
    }
    variables = properties.pop("variables", None)
    if variables:
        made["variables"] = variables
    if said or properties:
        made["properties"] = {**said, **properties}
    return made


def graph(nodes: dict[str, Any], start: str = "a", **more: Any) -> NodeGraphFlow:
    """A node graph that went through the reader, one node a line."""
    head = {"name": "Line", "type": "inboundCall", "startNodeId": start, **more}
    lines = ",\n".join(f"{json.dumps(id_)}: {json.dumps(body)}" for id_, body in nodes.items())
    data = f'{json.dumps(head)[:-1]}, "nodes": {{\n{lines}\n}}}}'
    found = read_flow("flow.json", data.encode()).flow
    assert isinstance(found, NodeGraphFlow)
    return found


def compiled(nodes: dict[str, Any], start: str = "a", **more: Any) -> Compiled:
    return compile_flow(graph(nodes, start, **more))


def architect(made: Compiled) -> ArchitectFlow:
    """What was compiled, read again."""
    assert not [problem.message for problem in made.problems if problem.level == "error"]
    found = read_flow("flow.yaml", made.yaml.encode()).flow
    assert isinstance(found, ArchitectFlow)
    return found


def messages(made: Compiled) -> list[tuple[str, int | None, str]]:
    """Node, line and message of each problem."""
    return [(problem.node or "", problem.location.line, problem.message) for problem in made.problems]


_VARIABLES = {"tier": "standard", "count": 1, "vip": False, "rate": 0.5, "invoice": INVOICE}
_ON_VARIABLES = [
    "tier == 'gold'", "tier != 'gold' && !vip", "count > 2", "vip", "vip || count <= 1", "tier.startsWith('go')",
    "size(tier) == 4", "tier in ['gold', 'silver']", "rate < 1", "!(vip && count == 1)", "invoice.found",
    "invoice.found && invoice.amount > 0", "count + 1 == 3", "tier.contains('ol')", "true", "false", "vip == false",
    "tier.endsWith('d') ? vip : count < 5",
]  # fmt: skip
_KEYS = "1234567890*#"


@st.composite
def _ways(draw: st.DrawFn, conditions: st.SearchStrategy[str], ids: list[str], most: int) -> list[tuple[str, str]]:
    some = draw(st.lists(conditions, max_size=most, unique=True))
    return [(condition, draw(st.sampled_from(ids))) for condition in some]


@st.composite
def _menu(draw: st.DrawFn, ids: list[str], type_: str) -> dict[str, Any]:
    key = st.sampled_from(_KEYS).map(lambda key: f"dtmf == '{key}'")
    spoken = st.sampled_from(["speech == 'sales'", "dtmf == '4' || speech == 'support'"])
    mixed = st.sampled_from(
        ["dtmf == '1' && vip", "dtmf != '2'", "dtmf in ['5', '6']", "dtmf > '3'", "!noMatch && vip"]
    )
    ways = draw(_ways(key | mixed | spoken if draw(st.booleans()) else key, ids, 4))
    other = draw(st.sampled_from(ids))
    if draw(st.booleans()):
        ways += [("timeout", other), ("noMatch", other)]
    else:
        ways += draw(_ways(st.sampled_from(["timeout", "noMatch", "noMatch && vip"]), ids, 2))
    return node(type_, *ways, ("default", draw(st.sampled_from(ids))), tts="Press a key.")


@st.composite
def _collect(draw: st.DrawFn, ids: list[str], number: str) -> dict[str, Any]:
    conditions = ["size(dtmf) == 2", "dtmf == '123'", "dtmf.startsWith('1')", "timeout", "noMatch", "size(dtmf) > 3"]
    ways = draw(_ways(st.sampled_from(conditions), ids, 3))
    if draw(st.booleans()):
        conditions = [f"{number} == '12'", f"{number} != ''"]
        ways += draw(_ways(st.sampled_from(conditions), ids, 1))
        return node("collectInput", *ways, ("else", draw(st.sampled_from(ids))), tts="Number?", result=number)
    return node("collectInput", *ways, ("else", draw(st.sampled_from(ids))), tts="Number?")


@st.composite
def _node(draw: st.DrawFn, ids: list[str], number: int) -> dict[str, Any]:
    target = st.sampled_from(ids)
    on_variables = st.sampled_from(_ON_VARIABLES)
    default = ("default", draw(target))
    kind = draw(
        st.sampled_from(
            ["menu", "menu", "playAudio", "playAudio", "asks", "collectInput", "decision", "switch", "loop", "start",
             "updateData", "dataAction", "dataTableLookup", "schedule", "transfer", "transfer", "disconnect", "end",
             "setParticipantData"]
        )
    )  # fmt: skip
    if kind == "menu":
        return draw(_menu(ids, "menu"))
    if kind == "asks":
        made = draw(_menu(ids, "playAudio"))
        made["transitionConditions"].insert(0, {"condition": "dtmf == '9'", "destinationNodeId": draw(target)})
        return made
    if kind == "collectInput":
        return draw(_collect(ids, f"number{number}"))
    if kind == "playAudio":
        return node("playAudio", *draw(_ways(on_variables, ids, 1)), default, tts=f"Prompt {number}.")
    if kind in ("decision", "switch", "loop", "start"):
        return node(kind, *draw(_ways(on_variables, ids, 3)), default)
    if kind in ("dataAction", "dataTableLookup", "schedule"):
        return draw(_asking(ids, kind, default))
    return draw(_other(ids, kind, number, default))


@st.composite
def _asking(draw: st.DrawFn, ids: list[str], kind: str, default: tuple[str, str]) -> dict[str, Any]:
    """A node that asks the world."""
    if kind == "dataAction":
        conditions = st.sampled_from(["error", "timeout", "error || timeout", "invoice.found", "invoice.amount > 2"])
        ways = draw(_ways(conditions, ids, 3))
        more = {"result": "invoice"} if draw(st.booleans()) else {}
        return node("dataAction", *ways, default, action="Find", category="Billing", **more)
    if kind == "dataTableLookup":
        ways = draw(_ways(st.sampled_from(["error", "error && vip", "invoice.found"]), ids, 2))
        return node("dataTableLookup", *ways, default, table="Rows", key={"variable": "tier"}, result="invoice")
    conditions = st.sampled_from(["hours == 'open'", "hours == 'closed'", "hours in ['holiday', 'open']", "vip"])
    return node("schedule", *draw(_ways(conditions, ids, 3)), default, scheduleGroup="Hours", result="hours")


@st.composite
def _other(draw: st.DrawFn, ids: list[str], kind: str, number: int, default: tuple[str, str]) -> dict[str, Any]:
    target = st.sampled_from(ids)
    if kind == "updateData":
        values = draw(st.sampled_from([{"vip": True}, {"count": 3, "tier": "gold"}, {"tier": "silver"}, {"rate": 2.5}]))
        return node("updateData", default, variables=values)
    if kind == "setParticipantData":
        return node("setParticipantData", default, attributes={"tier": {"variable": "tier"}, "n": number})
    if kind == "transfer":
        ways = draw(st.sampled_from([[], [("error", draw(target)), ("default", "bye")], [default], [("error", "bye")]]))
        type_, more = draw(
            st.sampled_from(
                [("transferToAcd", {"queue": f"Queue {number}"}), ("transferToNumber", {"number": "+15550100"}),
                 ("transferToFlow", {"flow": "Other"}), ("transferToVoicemail", {"queue": "Box"})]
            )
        )  # fmt: skip
        return node(type_, *ways, tts="Hold on." if draw(st.booleans()) else "", **more)
    return node(kind, tts="Bye." if draw(st.booleans()) else "")


@st.composite
def graphs(draw: st.DrawFn) -> NodeGraphFlow:
    """A node graph of 2 to 15 nodes with joins and cycles; `bye` ends the call."""
    count = draw(st.integers(1, 14))
    ids = [f"n{number}" for number in range(count)]
    nodes: dict[str, Any] = {}
    for number, id_ in enumerate(ids):
        nodes[id_] = draw(_node([*ids, "bye"], number))
        if draw(st.integers(0, 9)) == 0:
            nodes[id_]["variables"] = {"vip": draw(st.booleans())}
    nodes["bye"] = node("disconnect")
    # What a caller may not have entered yet has a value: without one the source leaves open what a condition says.
    entered = {made["properties"]["result"]: "" for made in nodes.values() if made["type"] == "collectInput"
               and "result" in made.get("properties", {})}  # fmt: skip
    return graph(nodes, "n0", variables=_VARIABLES | entered)
