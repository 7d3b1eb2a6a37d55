"""Plans and deployments that several tests read."""

from __future__ import annotations

from typing import NamedTuple

from ivr_action.model import FlowGraph, Level, Node, NodeKind, Transition
from ivr_action.model.deployment import DeployedFlow, Deployment, Result
from ivr_action.model.difference import Change, FieldChange, FlowDifference, NodeChange, TransitionChange
from ivr_action.model.plan import Consumer, Plan, PlannedFlow, Route, Verdict
from tests.samples import HOSTILE, finding, hostile_graph


class Told(NamedTuple):
    """What became of a webhook, as the renderers read it."""

    url: str
    event: str = "deployment.succeeded"
    status: int | str | None = 204
    result: str = "delivered"
    reason: str = ""


def small_graph(*ids: str, ways: tuple[tuple[str, str, str], ...] = ()) -> FlowGraph:
    """Nodes named like their ids, and ways (source, label, target)."""
    nodes = [Node(id_, NodeKind.WORK, "step", f"Name of {id_}") for id_ in ids]
    return FlowGraph(ids[0], nodes, [Transition(source, target, label) for source, label, target in ways])


BEFORE = small_graph(
    "menu", "sales", "old", "far", ways=(("menu", "1", "sales"), ("menu", "2", "old"), ("sales", "", "far"))
)
AFTER = small_graph(
    "menu", "sales", "billing", "far", ways=(("menu", "1", "sales"), ("menu", "2", "billing"), ("sales", "", "far"))
)
CHANGES = FlowDifference(
    (
        NodeChange("menu", "menu", Change.CHANGED, (FieldChange("prompt", "Press one.", "Press one or two."),), 12),
        NodeChange("billing", "transferToQueue", Change.ADDED, line=30),
        NodeChange("old", "playAudio", Change.REMOVED),
    ),
    (TransitionChange("menu", "2", "choice", "old", "billing", 12),),
    (FieldChange("defaultLanguage", None, "en-us"),),
)
DRIFT = FlowDifference(
    (NodeChange("sales", "transferToQueue", Change.CHANGED, (FieldChange("queue", "Sales", "VIP"),)),)
)


def planned(verdict: Verdict = Verdict.UPDATE, name: str = "Main line", path: str = "flows/main.yaml") -> PlannedFlow:
    """A flow of each kind, with all that a plan may know of it."""
    stopped = verdict.stops
    return PlannedFlow(
        path,
        name,
        "inboundcall",
        verdict,
        "0e1c",
        "" if verdict is Verdict.CREATE else "14.0",
        None if verdict is Verdict.UNCHANGED else CHANGES,
        DRIFT if verdict in (Verdict.DRIFTED, Verdict.MERGE) else None,
        "A Colleague" if stopped or verdict is Verdict.MERGE else "",
        "2026-11-20T14:03:11Z" if stopped else "",
        "abcdef0123456789",
        f"It is {verdict.value}." if stopped else "",
        "Talk to them." if stopped else "",
        routes=(Route("ivr", "Main number", ("+13175550100",), ("open", "holiday")), Route("queue", "Front desk")),
        consumers=(Consumer("INBOUNDCALLFLOW", "Night line", "9"),),
        before=BEFORE,
        after=AFTER,
        digest="0123",
    )


def deployed(result: Result = Result.DEPLOYED, name: str = "Main line", path: str = "flows/main.yaml") -> DeployedFlow:
    """What became of a flow, with all that a deployment may know of it."""
    sent = result.is_live or result is Result.UNKNOWN
    return DeployedFlow(
        path,
        name,
        "inboundcall",
        result,
        "0e1c",
        "14.0",
        "15.0" if result.is_live else "",
        "" if result.is_success else f"It is {result.value}.",
        "" if result.is_success else "Look at it.",
        12.4 if sent else 0.3,
        4.2 if sent else 0.0,
        int(sent),
        changes=CHANGES if sent else None,
    )


def hostile_plan() -> Plan:
    """Every text of it is one that wants out."""
    verdicts = list(Verdict)
    graph = hostile_graph()
    flows = []
    for at, text in enumerate(HOSTILE):
        changes = hostile_changes(text, f"{at} {text}")
        found = finding(f"`{text}` {text}", list(Level)[at % 3], _path(text), at + 1, hint=text, node=text)
        flows.append(
            PlannedFlow(
                _path(text), text, text, verdicts[at % len(verdicts)], text, text, changes, changes, text, text, text,
                text, text, (found,), (Route(text, text, (text,), (text, text)),), (Consumer(text, text),), (text,),
                graph, graph, text,
            )
        )  # fmt: skip
    return Plan(tuple(flows), "platform", HOSTILE[0], HOSTILE[5], HOSTILE)


def hostile_deployment() -> Deployment:
    """Every text of it is one that wants out."""
    results = list(Result)
    flows = [
        DeployedFlow(
            _path(text), text, text, results[at % len(results)], text, text, f"{text} 2", text, text, 12.0, 3.0, 2, 1,
            True, text, hostile_changes(text, text), (finding(text, path=_path(text), hint=text, node=text),), text,
        )
        for at, text in enumerate(HOSTILE)
    ]  # fmt: skip
    return Deployment(tuple(flows), HOSTILE[0], HOSTILE[5], False, 77.0, HOSTILE, HOSTILE[1])


def hostile_changes(text: str, node: str) -> FlowDifference:
    field = FieldChange(text, text, f"{text} 2")
    return FlowDifference(
        (NodeChange(node, text, Change.CHANGED, (field, FieldChange(text, None, text)), 3),),
        (TransitionChange(node, text, text, text, None, 4), TransitionChange(text, text, text, None, node)),
        (field,),
    )


def _path(text: str) -> str:
    return text.replace("/", "-").replace("\0", "").replace("\ud800", "?")[:200]
