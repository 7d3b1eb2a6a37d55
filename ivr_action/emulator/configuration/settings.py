"""What stands in a configuration document beside containers: variables, error handling, a bot's intents, knowledge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ivr_action.emulator.configuration.expressions import TYPE_CODES, Resolve, expression, generic, is_wrapped
from ivr_action.flow.document import text
from ivr_action.flow.flow import ArchitectFlow, Container


def language_settings(flow: ArchitectFlow, ids: Mapping[int, str], resolve: Resolve) -> dict[str, Any]:
    """`nluMetaData` and `knowledgeSettings`, as far as the flow has any.

    Args:
        flow: from Architect YAML.
        ids: of containers, by identity.
        resolve: finds ids of the organisation's objects.
    """
    made: dict[str, Any] = {}
    tasks = {
        name: ids[id(reference.target)] for name, reference in flow.intents if isinstance(reference.target, Container)
    }
    bot = flow.element.get("settingsBotFlow")
    listed = bot.get("intentSettings") if isinstance(bot, dict) else None
    intents = {
        text(holder["intent"]["name"]) or "": {"confirmation": generic(holder["intent"]["confirmation"], resolve)}
        for holder in listed or ()
        if "confirmation" in holder["intent"]
    }
    if tasks or intents:
        made["nluMetaData"] = {"mappings": {"intentsToReusableTasks": tasks}, "intents": intents}
    knowledge = flow.element.get("settingsKnowledge")
    if isinstance(knowledge, dict) and len(knowledge) == 1 and not is_wrapped(knowledge):
        ((base, inner),) = knowledge.items()
        made["knowledgeSettings"] = {"knowledgeBaseName": base, **generic(inner, resolve)}
    return made


def error_handling(flow: ArchitectFlow, ids: Mapping[int, str], resolve: Resolve) -> dict[str, Any]:
    """What happens to a caller when the flow fails."""
    settings = flow.element.get("settingsErrorHandling")
    handling = settings.get("errorHandling") if isinstance(settings, dict) else None
    made: dict[str, Any] = {}
    if isinstance(handling, dict) and handling:
        made["handlingType"] = next(iter(handling))
        queue = handling.get("queue")
        if isinstance(queue, dict) and is_wrapped(queue.get("targetQueue")):
            made["queue"] = expression(queue["targetQueue"], "que", resolve)
    for reference in flow.error_handling:
        if isinstance(reference.target, Container):
            made[f"{reference.target.kind}Reference"] = ids[id(reference.target)]
    if isinstance(settings, dict):
        made["settings"] = {key: generic(value, resolve) for key, value in settings.items() if key != "errorHandling"}
    return made


def variables(element: Any, resolve: Resolve, guid: Callable[[], str], key: str = "variables") -> list[dict[str, Any]]:
    """The variables of a flow or a container."""
    made = []
    for holder in element.get(key, ()):
        ((word, inner),) = holder.items()
        kind = word.removesuffix("Variable")
        is_list = kind.endswith("Collection")
        base = kind.removesuffix("Collection")
        code = TYPE_CODES.get(base, base) + ("_coll" if is_list else "")
        plain = generic(inner, resolve)
        initial = inner.get("initialValue", {"noValue": None})
        made.append(
            {
                "id": guid(),
                "name": plain.get("name"),
                "initialValue": (
                    expression(initial, code, resolve) if is_wrapped(initial) else generic(initial, resolve)
                ),
                "isCollection": is_list,
                **{key: value for key, value in plain.items() if key not in ("name", "initialValue")},
            }
        )
    return made
