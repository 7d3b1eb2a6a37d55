"""Puts planned nodes into menus, tasks and lists of actions.

A node with one way to it stands where that way ends. One with several becomes a task that is jumped to, unless all its
ways come from the outputs of one action: then it stands behind it, where Architect goes on by itself. An action
that only ends the call is written wherever it is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ivr_action.compile.dominators import dominators
from ivr_action.compile.steps import Choice, Do, Go, Menu, Plan, Step

_DEEPEST = 8
"""Actions within actions; what would stand deeper becomes a task, so that people can read it."""


class Layout:
    """The containers of a flow.

    Args:
        plans: of all nodes, the start first; each leads to nodes among them.
        type_: the flow's, as YAML has it.
        language: of the words that callers say.
    """

    def __init__(self, plans: Mapping[str, Plan], type_: str, language: str) -> None:
        self.plans = plans
        self.type = type_
        self.language = language
        self.start = next(iter(plans))
        self.menus: list[dict[str, Any]] = []
        self.tasks: list[dict[str, Any]] = []
        self.entries: dict[int, str] = {}
        """`id()` of the mapping that a node's first action, or its menu, is written as → the node."""
        self.heads: set[str] = set()
        self.follow: dict[str, str] = {}
        self._natural: set[str] = set()
        self._again = False
        self._entry = ""
        """The node whose first action is written next."""
        self._arrange()

    @property
    def start_ref(self) -> str:
        """What `startUpRef` says."""
        return self._ref(self.start)

    # -- which node stands where --------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        ways: dict[str, int] = dict.fromkeys(self.plans, 0)
        successors: dict[str, list[str]] = {}
        for id_, plan in self.plans.items():
            successors[id_] = [target for _, target in plan.exits() if not self.plans[target].is_copied]
            for target in successors[id_]:
                ways[target] += 1
        ways[self.start] += 1
        above = dominators(self.start, successors)
        into: dict[str, list[str]] = {id_: [] for id_ in self.plans}
        for source, targets in successors.items():
            for target in targets:
                into[target].append(source)
        for id_, plan in self.plans.items():
            is_menu = isinstance(plan.body, Menu)
            if id_ == self.start or is_menu:
                self.heads.add(id_)
            elif ways[id_] > 1:
                owner = above.get(id_)
                loops = any(_is_below(source, id_, above) for source in into[id_])
                owned = owner is not None and not isinstance(self.plans[owner].body, Menu)
                if owner is not None and owned and not loops and owner not in self.follow:
                    self.follow[owner] = id_
                    self._natural.add(id_)
                else:
                    self.heads.add(id_)
        while True:
            self._write()
            if not self._again:
                return
            self.follow = {owner: id_ for owner, id_ in self.follow.items() if id_ not in self.heads}
            self._natural -= self.heads

    def _write(self) -> None:
        self._again = False
        self.menus, self.tasks, self.entries = [], [], {}
        for id_, plan in self.plans.items():
            if id_ not in self.heads or (plan.is_copied and id_ != self.start):
                continue
            if isinstance(plan.body, Menu):
                self._menu(plan, plan.body)
            else:
                actions: list[Any] = []
                self._fill(actions, Go(id_), "", 0, entering=True)
                self.tasks.append({"task": {"name": plan.name, "actions": actions}})

    def _to_task(self, id_: str) -> None:
        """A node gets a task of its own; everything is written again."""
        self.heads.add(id_)
        self._again = True

    # -- lists of actions ---------------------------------------------------------------------------------------------

    def _fill(self, out: list[Any], step: Step | None, after: str, depth: int, *, entering: bool = False) -> None:
        """Write a step and all that follows it in the same list.

        Args:
            out: takes the actions.
            step: the first.
            after: the node that stands behind the list: who comes to its end goes on there.
            depth: of the list.
            entering: whether the step is the node that the list is written for.
        """
        waiting: list[tuple[str, str]] = []
        while True:
            if isinstance(step, Do):
                self._action(out, step, after, depth)
                step = step.then
                if step is not None:
                    continue
            elif step is not None:
                target = step.target
                step, entering = self._go(out, target, after, depth, entering), False
                if step is not None:
                    if target in self.follow:
                        waiting.append((self.follow[target], after))
                        after = self.follow[target]
                    continue
            if not waiting:
                return
            node, after = waiting.pop()
            step, entering = Go(node), True

    def _go(self, out: list[Any], target: str, after: str, depth: int, entering: bool) -> Step | None:
        """Write what leads to a node; its body, where that stands here."""
        plan = self.plans[target]
        if not entering:
            if target == after and target in self._natural:
                return None
            if not plan.is_copied:
                if target in self._natural or (depth > _DEEPEST and target not in self.heads):
                    self._to_task(target)
                if target in self.heads:
                    out.append(self._jump(target))
                    return None
        body = plan.body
        first = len(out)
        for action in plan.before:
            self._action(out, action, "", depth)
        if isinstance(body, Menu):
            out.append(self._jump_to_menu(plan))
            self._mark(out, first, target)
            return None
        if first < len(out):
            self._mark(out, first, target)
            return body
        if isinstance(body, Do):
            self._entry = target
        return body

    def _mark(self, out: list[Any], index: int, node: str) -> None:
        ((_, params),) = out[index].items()
        self.entries[id(params)] = node

    def _action(self, out: list[Any], step: Do, after: str, depth: int) -> None:
        params: dict[str, Any] = {"name": step.name, **step.params}
        if self._entry:
            self.entries[id(params)] = self._entry
            self._entry = ""
        out.append({step.type: params})
        if not step.ways:
            return
        lists: list[tuple[str, str, list[Any]]] = []
        for way in step.ways:
            inner: list[Any] = []
            self._fill(inner, way.step, after, depth + 1)
            lists.append((way.output, way.test, inner))
        if step.type == "switch":
            cases = [
                {"case": {"value": {"exp": test}, **({"actions": inner} if inner else {})}}
                for output, test, inner in lists
                if output == "case"
            ]
            first: dict[str, Any] = {"cases": cases}
            default = next(inner for output, _, inner in lists if output == "default")
            if default:
                first["default"] = {"actions": default}
            params["evaluate"] = {"firstTrue": first}
            return
        outputs = {output: {"actions": inner} for output, _, inner in lists if inner}
        if outputs:
            params["outputs"] = outputs

    # -- jumps --------------------------------------------------------------------------------------------------------

    def _ref(self, id_: str) -> str:
        plan = self.plans[id_]
        kind = "menu" if isinstance(plan.body, Menu) and not plan.before else "task"
        return f"/{self.type}/{kind}s/{kind}[{plan.name}]"

    def _jump(self, id_: str) -> dict[str, Any]:
        plan = self.plans[id_]
        if isinstance(plan.body, Menu) and not plan.before:
            return self._jump_to_menu(plan)
        return {"jumpToTask": {"name": plan.name, "targetTaskRef": self._ref(id_)}}

    def _jump_to_menu(self, plan: Plan) -> dict[str, Any]:
        return {"jumpToMenu": {"name": plan.name, "targetMenuRef": f"/{self.type}/menus/menu[{plan.name}]"}}

    # -- menus --------------------------------------------------------------------------------------------------------

    def _menu(self, plan: Plan, body: Menu) -> None:
        menu: dict[str, Any] = {
            "name": plan.name,
            "audio": body.audio,
            "settingsMenu": {
                "extensionDialingMaxDelay": {"noValue": True},
                "listenForExtensionDialing": {"lit": False},
                "menuSelectionTimeout": {"noValue": True},
                "repeatCount": {"lit": 1},
            },
            "choices": [self._choice(choice) for choice in body.choices],
        }
        ((type_, chosen),) = menu["choices"][body.default].items()
        menu["defaultChildMenuRef"] = f"./choices/{type_}[{chosen['name']}]"
        self.menus.append({"menu": menu})
        if plan.before:
            actions: list[Any] = []
            self._go(actions, plan.node, "", 0, True)
            self.tasks.append({"task": {"name": plan.name, "actions": actions}})
        else:
            self.entries[id(menu)] = plan.node

    def _choice(self, choice: Choice) -> dict[str, Any]:
        params: dict[str, Any] = {"name": choice.name}
        if choice.key:
            params["dtmf"] = f"digit_{choice.key}"
        params["globalDtmf"] = False
        params["globalSpeechRecTerms"] = False
        if choice.words:
            params["speechRecTerms"] = {self.language: {"terms": list(choice.words)}}
        step = choice.step
        if isinstance(step, Go):
            plan = self.plans[step.target]
            if plan.is_copied and isinstance(plan.body, Do) and plan.body.type == "disconnect":
                self.entries[id(params)] = step.target
                return {"menuDisconnect": params}
            if step.target in self.heads and not (isinstance(plan.body, Menu) and not plan.before):
                params["targetTaskRef"] = self._ref(step.target)
                return {"menuJumpToTask": params}
        actions: list[Any] = []
        self._fill(actions, step, "", 1)
        params["task"] = {"actions": actions}
        return {"menuTask": params}


def _is_below(node: str, top: str, above: Mapping[str, str]) -> bool:
    """Whether every way to a node leads through another."""
    at: str | None = node
    while at is not None:
        if at == top:
            return True
        at = above.get(at)
    return False
