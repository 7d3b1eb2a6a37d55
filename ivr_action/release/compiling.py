"""Node graphs as Architect YAML, with the names that the organisation has for what they mean by id."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ivr_action.flow.document import plain
from ivr_action.genesys.errors import RefusedError

if TYPE_CHECKING:
    from ivr_action.deploy.values import Compiled
    from ivr_action.flow.flow import NodeGraphFlow

Call = Callable[..., Any]
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ACTIONS = ("action", "dataAction", "actionName")
"""Properties that name a data action."""


class Compiling:
    """Compiles, and asks for names once a run; see `compile.compile_flow`.

    Args:
        call: makes one call of the API; ends by the deadline of the run.
        prompts: `audioResource.id` → name of the prompt, as the configuration has it; it wins over what is looked up.
    """

    def __init__(self, call: Call, prompts: Mapping[str, str]) -> None:
        self._call = call
        self._prompts = dict(prompts)
        self._categories: dict[str, str] = {}

    def __call__(self, flow: NodeGraphFlow) -> Compiled:
        """Raises PlatformError where the platform cannot be asked; what it refuses counts as not known."""
        from ivr_action.compile import compile_flow

        for properties in _properties(flow):
            resource = properties.get("audioResource")
            id_ = str(resource.get("id") or "") if isinstance(resource, Mapping) else ""
            if id_ and id_ not in self._prompts:
                self._prompts[id_] = self._prompt(id_)
            action = next((name for key in _ACTIONS if (name := _said(properties.get(key)))), "")
            if action and not properties.get("category") and action not in self._categories:
                self._categories[action] = self._category(action)
        known = {id_: name for id_, name in self._prompts.items() if name}
        categories = {action: category for action, category in self._categories.items() if category}
        return compile_flow(flow, prompts=known, categories=categories)

    def _prompt(self, id_: str) -> str:
        """The name of a prompt by its id, or the same name where one is called so."""
        if _GUID.fullmatch(id_):
            found = self._asked("/api/v2/architect/prompts/{promptId}", params={"promptId": id_})
            return str(found.get("name") or "")
        query = {"name": id_, "pageSize": 100, "includeMediaUris": "false"}
        return id_ if self._named("/api/v2/architect/prompts", id_, query) else ""

    def _category(self, name: str) -> str:
        """The category of a data action; empty where none or several have that name."""
        found = self._named("/api/v2/integrations/actions", name, {"name": name, "pageSize": 100})
        categories = {str(one.get("category") or "") for one in found}
        return categories.pop() if len(categories) == 1 else ""

    def _named(self, path: str, name: str, query: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        entities = self._asked(path, query=query).get("entities")
        listed = entities if isinstance(entities, list) else []
        return [one for one in listed if isinstance(one, Mapping) and one.get("name") == name]

    def _asked(self, path: str, **how: Any) -> Mapping[str, Any]:
        try:
            found = self._call("GET", path, **how)
        except RefusedError:
            return {}
        return found if isinstance(found, Mapping) else {}


def _properties(flow: NodeGraphFlow) -> Iterator[Mapping[str, Any]]:
    root = plain(flow.document.root)
    nodes = root.get("nodes") if isinstance(root, Mapping) else None
    for node in nodes.values() if isinstance(nodes, Mapping) else ():
        properties = node.get("properties") if isinstance(node, Mapping) else None
        if isinstance(properties, Mapping):
            yield properties


def _said(value: Any) -> str:
    name = value.get("name") if isinstance(value, Mapping) else value
    return name if isinstance(name, str) else ""
