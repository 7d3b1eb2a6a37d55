"""The parameters of each action by their meaning, the same for YAML and for configuration documents.

Keys are those of published flows. Where no published flow shows a configuration document's key for an action that
YAML has, the key is inferred from the SDK's class of that action.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ivr_action.flow.document import is_scalar, text
from ivr_action.flow.flow import Action
from ivr_action.trace.architect_values import ABSENT, Parameter, kind_code, parameter, variable

Bindings = list[tuple[str, str]]
"""Name of a result → variable that gets it."""


def first(element: Any, *keys: str, kind: str = "") -> Parameter:
    """The first of these parameters that is there."""
    for key in keys:
        if key in element:
            return parameter(element[key], kind)
    return ABSENT


def condition(action: Action) -> Parameter:
    return first(action.params, "condition", "expression", "questionCondition", kind="bln")


def audio(action: Action) -> Parameter:
    """What an action plays, says, asks or sends."""
    found = first(
        action.params,
        "audio", "prompts", "inputAudio", "question", "communication", "messageBody", "surveyQuestion",
    )  # fmt: skip
    return found if found.text else first(action.params, "prompt", kind="pmt")


def statements(action: Action) -> list[tuple[str, Parameter]]:
    """Update Data: variable and value, in order."""
    found = []
    for item in _items(action.params, "statements"):
        for word, body in item.items():
            if isinstance(body, dict):
                found.append((text(body.get("variable")) or "", parameter(body.get("value"), kind_code(word))))
    if action.type == "updateData":
        for item in _items(action.params, "variables"):
            found.append((variable(item.get("variable")), parameter(item.get("expression"))))
    return [(name, value) for name, value in found if name]


def attributes(action: Action) -> list[tuple[str, Parameter, str]]:
    """Set and Get Participant Data: attribute's name, value to set, variable to fill."""
    found = []
    for item in _items(action.params, "attributes"):
        body = item.get("attribute")
        if isinstance(body, dict):
            found.append(
                (parameter(body.get("name")).text, parameter(body.get("value")), variable(body.get("variable")))
            )
    for item in _items(action.params, "variables"):
        named = parameter(item.get("variable")).text
        found.append((named, parameter(item.get("expression")), variable(item.get("expression"))))
    return found


class Switch(NamedTuple):
    """A switch: the first case that is true, or the first that equals `value`."""

    value: Parameter | None
    cases: list[tuple[str, Parameter]]
    """Output and condition or value."""


def switch(action: Action) -> Switch:
    evaluate = action.params.get("evaluate")
    if isinstance(evaluate, dict):
        for style, body in evaluate.items():
            kind = "bln"
            if style == "firstMatch" and isinstance(body, dict) and len(body) == 1 and "cases" not in body:
                ((word, body),) = body.items()
                kind = kind_code(word)
            if isinstance(body, dict):
                cases = [case.get("case") for case in _items(body, "cases")]
                return Switch(
                    parameter(body["value"], kind) if style == "firstMatch" and "value" in body else None,
                    _cases([case.get("value") if isinstance(case, dict) else None for case in cases], kind),
                )
    value = parameter(action.params.get("expression"))
    cases = [case.get("value") for case in _items(action.params, "cases")]
    return Switch(value if value.text else None, _cases(cases, ""))


def _cases(values: list[Any], kind: str) -> list[tuple[str, Parameter]]:
    return [(f"case {number}", parameter(value, kind)) for number, value in enumerate(values, 1)]


def queue(params: Any) -> Parameter:
    """Target of a transfer to a queue."""
    queues = params.get("queues")
    if isinstance(queues, list) and queues:
        return parameter(queues[0], "que")
    if "targetQueue" in params:
        return parameter(params["targetQueue"], "que")
    return first(params, "queue", kind="que")


def target(action: Action) -> Parameter:
    """What a transfer leads to: a queue, a flow, a number, a user, a group."""
    params = action.params
    for key in ("flowName", "userName", "groupName"):
        if isinstance(params.get(key), str):
            return Parameter(params[key], params[key])
    found = first(
        params,
        "targetFlow", "targetNumber", "targetUser", "targetGroup",
        "number", "phoneNumber", "user", "group", "extension",
    )  # fmt: skip
    if found.text:
        return found
    found = queue(params)
    if found.text:
        return found
    destination = params.get("destination")
    if isinstance(destination, dict):  # transferToVoicemail: destination: {queue: {targetQueue: …}}
        for key, body in destination.items():
            if isinstance(body, dict):
                inner = target(Action(key, "", body, body))
                if inner.text:
                    return inner
    return ABSENT


def named(action: Action) -> str:
    """How a scenario names an outcome: by data action, data table, schedule, what is sought, else by the action."""
    params = action.params
    for key in ("actionName", "datatableName", "scheduleGroupName", "scheduleName"):
        if isinstance(params.get(key), str) and params[key]:
            return str(params[key])
    category = params.get("category")
    if isinstance(category, dict):
        for body in category.values():
            inner = body.get("dataAction") or body.get("bridgeAction") if isinstance(body, dict) else None
            if isinstance(inner, dict) and inner:
                return str(next(iter(inner)))
    table = params.get("dataTable")
    if isinstance(table, dict) and table:
        return str(next(iter(table)))
    sought = first(params, "schedule", "scheduleGroup", "findName", "findId").text
    if sought:
        return sought
    return action.name or action.type


def called(action: Action) -> str:
    """Name of the bot, module or flow that an action hands over to."""
    params = action.params
    if isinstance(params.get("flowName"), str):
        return str(params["flowName"])
    for key in ("botFlow", "digitalBotFlow", "commonModule", "module", "flow", "bot"):
        body = params.get(key)
        if isinstance(body, dict) and body:
            return parameter(body).text if "lit" in body or "exp" in body else str(next(iter(body)))
    lex = params.get("lexBot")  # lexBot: region: bot: …
    if isinstance(lex, dict) and lex:
        region = next(iter(lex.values()))
        if isinstance(region, dict) and region:
            return str(next(iter(region)))
    return action.name or action.type


def handed(action: Action) -> tuple[list[tuple[str, Parameter]], Bindings]:
    """What a call hands over and what it brings back, by the called flow's variables."""
    inputs: list[tuple[str, Parameter]] = []
    outputs: Bindings = []
    for _, body in _bodies(action.params):
        given, back = body.get("inputs"), body.get("outputs")
        if isinstance(given, dict):
            inputs += [(name, parameter(value)) for name, value in given.items()]
        elif isinstance(given, list):
            inputs += [(text(i.get("name")) or "", parameter(i.get("value"))) for i in given if isinstance(i, dict)]
        if isinstance(back, dict):
            outputs += [(name, variable(value)) for name, value in back.items() if _binds(value)]
        elif isinstance(back, list):
            outputs += [(text(o.get("name")) or "", variable(o.get("value"))) for o in back if isinstance(o, dict)]
    return inputs, [(name, bound) for name, bound in outputs if bound]


def results(action: Action) -> tuple[Bindings, Bindings]:
    """Variables that an action fills where it succeeds, and where it fails."""
    good: Bindings = []
    bad: Bindings = []
    for depth, body in _bodies(action.params):
        for key, value in body.items():
            if key in ("successOutputs", "foundOutputs") and isinstance(value, dict):
                good += [(name, variable(item)) for name, item in value.items()]
            elif key == "failureOutputs" and isinstance(value, dict):
                bad += [(name, variable(item)) for name, item in value.items()]
            elif key == "errorBindings":
                bad += [(text(i.get("name")) or "", variable(i.get("value"))) for i in _items(body, key)]
            elif key == "outputs" and isinstance(value, list):
                good += [(text(i.get("name")) or "", variable(i.get("value"))) for i in _items(body, key)]
            elif key == "outputSessionVariables":
                for item in _items(body, key):
                    inner = item.get("outputSessionVariable")
                    if isinstance(inner, dict):
                        good.append((parameter(inner.get("name")).text, variable(inner.get("variable"))))
            elif not depth and isinstance(value, dict) and ("var" in value or key in _RESULTS):
                good.append((key, variable(value)))
    if action.type in ("getConversationData", "getResponse"):
        good += [(name, bound) for name, _, bound in attributes(action)]
    return [(name, bound) for name, bound in good if bound], [(name, bound) for name, bound in bad if bound]


_RESULTS = frozenset(("findResult", "externalResult", "intent", "exitReason", "knowledgeSearchResult"))


def _bodies(params: Any) -> Iterator[tuple[int, Any]]:
    """Depth and mapping: the parameters and what names of the organisation lead to (`category: {Name: {…}}`)."""
    todo = [(params, 0)]
    while todo:
        body, depth = todo.pop()
        yield depth, body
        if depth < _DEEPEST:
            for key, value in body.items():
                if isinstance(value, dict) and (depth or key in _NESTED):
                    todo.append((value, depth + 1))


_NESTED = frozenset(("category", "dataTable", "botFlow", "digitalBotFlow", "commonModule", "lexBot", "flow", "module"))
_DEEPEST = 5


def _binds(value: Any) -> bool:
    return is_scalar(value) or (isinstance(value, dict) and "actions" not in value)


def _items(element: Any, key: str) -> list[Any]:
    found = element.get(key)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
