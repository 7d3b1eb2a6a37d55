"""Nodes that do not wait for the caller: what each type of node becomes, and its ways by how that ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ivr_action.compile.cel import Expr, Lit
from ivr_action.compile.expressions import BOOLEAN, STRING
from ivr_action.compile.partial import TRUE
from ivr_action.compile.planner import LATE, NO_VALUE, Planner
from ivr_action.compile.rules import QUIET, leads
from ivr_action.compile.steps import Do, Step, Way
from ivr_action.compile.transfers import ERRORS
from ivr_action.flow.flow import GraphNode
from ivr_action.model.finding import Level

_NEVER_FAILS = "in Architect this action has no way for that"


def _after(planner: Planner, node: GraphNode, **known: Expr) -> Step:
    """The ways of a node, with what is known of how it ended."""
    found = leads(planner.rules[node.id], {**QUIET, **known})
    return planner.choose(node, found, f"{planner.name(node)}: which way")


def _plain(planner: Planner, node: GraphNode, type_: str, params: dict[str, Any]) -> Step:
    """An action that goes on in one way."""
    planner.unexpected(node, "error", "timeout", "noMatch", why=_NEVER_FAILS)
    planner.unexpected(node, "dtmf", "speech", why=LATE)
    return Do(type_, planner.name(node), params, then=_after(planner, node))


# -- decides -----------------------------------------------------------------------------------------------------------


def branch(planner: Planner, node: GraphNode) -> Step:
    """`decision`, `switch` and `loop`, and what only leads on: the conditions alone."""
    planner.unexpected(node, "error", "timeout", "noMatch", why=_NEVER_FAILS)
    planner.unexpected(node, "dtmf", "speech", why=LATE)
    return planner.choose(node, leads(planner.rules[node.id], QUIET), planner.name(node))


def schedule(planner: Planner, node: GraphNode) -> Step:
    """Evaluate Schedule Group: the word that its result would get is known on each output."""
    name = planner.name(node)
    planner.unexpected(node, "error", "timeout", "noMatch", why=_NEVER_FAILS)
    planner.unexpected(node, "dtmf", "speech", why=LATE)
    group = planner.required(node, "scheduleGroup", "scheduleGroupName", what="which schedule group")
    result = planner.said(node, "result")
    if not result or not planner.variables.known(result):
        hint = "Write `properties: {result: name}`; the variable is 'open', 'closed', 'holiday' or 'emergency' then."
        planner.problems.at(node, "no variable takes what the schedule says.", hint, key="properties")
        return Do("disconnect", name)
    variable, kind = planner.variables.lookup((result,))
    if kind not in (STRING, BOOLEAN):
        said = f"its result `{result}` holds a number, and a schedule says a word."
        planner.problems.at(node, said, "Compare it with 'open', or with true.", key="properties")
        return Do("disconnect", name)
    emergency = planner.said(node, "emergencyGroup", "emergencyGroupName")
    params: dict[str, Any] = {
        "inServiceSchedules": NO_VALUE,
        "evaluate": {"now": True},
        "scheduleGroup": {"lit": {"name": group}},
        "emergencyGroup": {"lit": {"name": emergency}} if emergency else NO_VALUE,
    }
    if not emergency and "emergency" in planner.words(node):
        planner.problems.at(
            node,
            "it has a way for `emergency` and names no emergency group, so nobody is ever led that way.",
            "Write `properties: {emergencyGroup: …}`, or remove the way.",
            key="properties",
            level=Level.WARNING,
        )
    kept = planner.is_read_elsewhere(node, result)
    ways = []
    for output in ("open", "closed", "holiday", "emergency"):
        value: Any = output if kind == STRING else output == "open"
        step = _after(planner, node, **{result: Lit(value)})
        if kept:
            statement = {kind: {"variable": variable, "value": {"lit": value}}}
            step = Do("updateData", f"{name}: {output}", {"statements": [statement]}, then=step)
        ways.append(Way(output, step))
    return Do("evaluateScheduleGroup", name, params, tuple(ways))


# -- works -------------------------------------------------------------------------------------------------------------


def data_action(planner: Planner, node: GraphNode) -> Step:
    """Call Data Action, with ways for success, failure and timeout."""
    planner.unexpected(node, "dtmf", "speech", "noMatch", why=LATE)
    action = planner.required(node, "action", "dataAction", "actionName", what="which data action")
    category = planner.said(node, "category") or planner.categories.get(action, "")
    if not category:
        hint = "Write `properties: {category: …}`: the name of the integration that the data action belongs to."
        planner.problems.at(node, f"nobody knows the category of the data action `{action}`.", hint, key="properties")
    body: dict[str, Any] = {}
    inputs = planner.values(node, "inputs")
    if inputs:
        body["inputs"] = inputs
    outputs = planner.bindings(node)
    if outputs:
        body["successOutputs"] = outputs
    params = {
        "processingPrompt": NO_VALUE,
        "timeout": {"lit": {"minutes": 1}},
        "category": {category or "-": {"dataAction": {action or "-": body}}},
    }
    ways = (
        Way("success", _after(planner, node)),
        Way("failure", _after(planner, node, error=TRUE)),
        Way("timeout", _after(planner, node, timeout=TRUE)),
    )
    return Do("callData", planner.name(node), params, ways)


def data_table(planner: Planner, node: GraphNode) -> Step:
    """Data Table Lookup: a row that is not there counts as failed."""
    planner.unexpected(node, "dtmf", "speech", "noMatch", why=LATE)
    planner.unexpected(node, "timeout", why=_NEVER_FAILS)
    table = planner.required(node, "table", "dataTable", what="which data table")
    body: dict[str, Any] = {}
    outputs = planner.bindings(node)
    if outputs:
        body["foundOutputs"] = outputs
    body["failureOutputs"] = ERRORS
    properties = planner.properties(node)
    key = next((word for word in ("key", "lookupValue", "lookup") if word in properties), "")
    if not key:
        hint = "Write `properties: {key: {variable: name}}`."
        planner.problems.at(node, "it does not say which row.", hint, key="properties")
    value = planner.value(node, properties[key]) if key else NO_VALUE
    failed = _after(planner, node, error=TRUE)
    ways = (Way("found", _after(planner, node)), Way("notFound", failed), Way("failure", failed))
    return Do("dataTableLookup", planner.name(node), {"lookupValue": value, "dataTable": {table or "-": body}}, ways)


def set_participant_data(planner: Planner, node: GraphNode) -> Step:
    """Set Participant Data, by `properties.attributes`."""
    attributes = [
        {"attribute": {"name": {"lit": name}, "value": value}}
        for name, value in planner.values(node, "attributes").items()
    ]
    if not attributes:
        hint = "Write `properties: {attributes: {name: value}}`."
        planner.problems.at(node, "it sets no attribute.", hint, key="properties")
    return _plain(planner, node, "setParticipantData", {"attributes": attributes})


def get_participant_data(planner: Planner, node: GraphNode) -> Step:
    """Get Participant Data: one attribute into `result`."""
    name = planner.required(node, "attribute", "attributeName", what="which attribute")
    result = planner.required(node, "result", what="which variable takes it")
    if not result or not planner.variables.known(result):
        return Do("disconnect", planner.name(node))
    variable = planner.variables.lookup((result,))[0]
    attributes = [{"attribute": {"name": {"lit": name}, "variable": variable}}]
    return _plain(planner, node, "getParticipantData", {"attributes": attributes})


def screen_pop(planner: Planner, node: GraphNode) -> Step:
    """Set Screen Pop, for a script without inputs."""
    script = planner.required(node, "script", "screenPop", "scriptName", what="which script")
    return _plain(planner, node, "setScreenPop", {"screenPopScript": {"name": script}})


def play(planner: Planner, node: GraphNode) -> Step:
    """Play Audio."""
    return _plain(planner, node, "playAudio", {"audio": planner.needed_audio(node)})


# -- hands over and comes back -----------------------------------------------------------------------------------------


def common_module(planner: Planner, node: GraphNode) -> Step:
    """Call Common Module, in its published version."""
    module = planner.required(node, "module", "commonModule", "flow", what="which common module")
    inputs = {_scoped("Common", name): value for name, value in planner.values(node, "inputs").items()}
    outputs = {_scoped("Common", name): value for name, value in planner.bindings(node).items()}
    body = {
        "ver_latestPublished": {**({"inputs": inputs} if inputs else {}), **({"outputs": outputs} if outputs else {})}
    }
    return _plain(planner, node, "callCommonModule", {"commonModule": {module or "-": body}})


def bot(planner: Planner, node: GraphNode) -> Step:
    """Call Bot Flow: the intent goes into `result`."""
    flow = planner.required(node, "bot", "botFlow", "flow", what="which bot")
    result = planner.said(node, "result")
    known = bool(result) and planner.variables.known(result)
    intent = {"var": planner.variables.lookup((result,))[0]} if known else NO_VALUE
    inputs = {_scoped("Slot", name): value for name, value in planner.values(node, "inputs").items()}
    params = {
        "inputText": NO_VALUE,
        "exitReason": NO_VALUE,
        "intent": intent,
        "botFlow": {flow or "-": {"ver_latestPublished": {"inputs": inputs} if inputs else {}}},
    }
    return _plain(planner, node, "callBotFlow", params)


def _scoped(scope: str, name: str) -> str:
    return name if name.startswith(f"{scope}.") else f"{scope}.{name}"


# -- by type -----------------------------------------------------------------------------------------------------------


def disconnect(planner: Planner, node: GraphNode) -> Step:
    """Disconnect; in a call flow the end of the flow is the end of the call."""
    return Do("disconnect", planner.name(node))


def set_variables(planner: Planner, node: GraphNode) -> Step:
    """Update Data was written before it: what is left is the way on."""
    return branch(planner, node)


WORK: dict[str, Callable[[Planner, GraphNode], Step]] = {
    "start": branch,
    "decision": branch,
    "switch": branch,
    "loop": branch,
    "updateData": set_variables,
    "playAudio": play,
    "schedule": schedule,
    "dataAction": data_action,
    "dataTableLookup": data_table,
    "setParticipantData": set_participant_data,
    "getParticipantData": get_participant_data,
    "setScreenPop": screen_pop,
    "callCommonModule": common_module,
    "callBotFlow": bot,
    "disconnect": disconnect,
    "end": disconnect,
}
"""What plans a node that does not wait, by type."""

INEXPRESSIBLE: dict[str, str] = {
    "askForIntent": "call flows have no open question; hand over to a bot (`callBotFlow`), or ask for keys",
    "setLanguage": "how Architect YAML writes it was never seen, and a guess could publish another flow",
    "wait": "call flows have no pause",
    "createCallback": "how Architect YAML writes it was never seen, and a guess could publish another flow",
    "callTask": "a node graph has no tasks; lead to the nodes themselves",
}
"""Types that have no words in a call flow, and why."""
