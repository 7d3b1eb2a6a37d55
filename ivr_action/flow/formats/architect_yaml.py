"""Architect YAML, as Archy and CX as Code export and publish it → `ArchitectFlow`.

Lowering is iterative and lenient: whatever is not shaped as the format has
it becomes a `ShapeProblem`, and the rest of the file is still read.
"""

from __future__ import annotations

import re
from typing import Any

from ivr_action.flow.actions import ACTIONS
from ivr_action.flow.document import Document, is_null, text
from ivr_action.flow.flow import (
    Action,
    ArchitectFlow,
    Choice,
    Container,
    Format,
    Output,
    Reference,
    ShapeProblem,
    Variable,
)

CONTAINER_LISTS = (("menus", "menu"), ("tasks", "task"), ("states", "state"), ("bots", "bot"))
_REFERENCE = re.compile(r"(?:\.|/(\w+))/(\w+)/(\w+)\[(.*)\]", re.DOTALL)
_KEYS = {str(digit): str(digit) for digit in range(10)} | {
    "*": "*", "star": "*", "asterisk": "*", "#": "#", "pound": "#", "hash": "#",
}  # fmt: skip
_NO_PARAMS: dict[str, Any] = {}
_REF_KINDS = {"targetTaskRef": "task", "targetMenuRef": "menu", "targetStateRef": "state"}


def is_architect_yaml(root: Any) -> bool:
    """True for a mapping with one key that is a flow type, or that holds what only a flow holds."""
    from ivr_action.flow.actions import YAML_FLOW_TYPES

    if not isinstance(root, dict) or len(root) != 1:
        return False
    ((key, body),) = root.items()
    if key in YAML_FLOW_TYPES:
        return True
    return isinstance(body, dict) and ("startUpRef" in body or "startUpTaskActions" in body)


def read_architect_yaml(doc: Document) -> ArchitectFlow:
    """Lower a document that `is_architect_yaml`."""
    ((flow_type, body),) = doc.root.items()
    if not isinstance(body, dict):
        flow = ArchitectFlow(doc, Format.ARCHITECT_YAML, flow_type, "", doc.root)
        flow.shape_problems.append(
            ShapeProblem(
                f"`{flow_type}` holds no flow: a mapping with `name`, `startUpRef` and the rest belongs here.",
                doc.root,
                flow_type,
            )
        )
        return flow
    return _Reader(doc, flow_type, body).read()


class _Reader:
    def __init__(self, doc: Document, flow_type: str, body: Any) -> None:
        self.body = body
        self.flow = ArchitectFlow(doc, Format.ARCHITECT_YAML, flow_type, text(body.get("name")) or "", body)
        self.problems = self.flow.shape_problems
        self.todo: list[tuple[Any, Any, list[Action], Container]] = []
        self.late: list[tuple[Reference, Container | None]] = []

    def read(self) -> ArchitectFlow:
        flow, body = self.flow, self.body
        flow.description = text(body.get("description")) or ""
        flow.division = text(body.get("division")) or ""
        flow.default_language = text(body.get("defaultLanguage")) or ""
        languages = body.get("supportedLanguages")
        if isinstance(languages, dict):
            flow.supported_languages = list(languages)
        flow.variables = self.variables(body)
        for list_key, item_key in CONTAINER_LISTS:
            if list_key in body:
                for holder in self.items(body, list_key):
                    inner = self.only(holder, item_key)
                    if inner is not None:
                        self.container(item_key, inner, None)
        if "startUpTaskActions" in body:
            startup = Container("startup", "", "", body)
            startup.output_paths = []
            flow.containers.append(startup)
            self.todo.append((body, "startUpTaskActions", startup.actions, startup))
        self.drain()
        if "startUpRef" in body:
            flow.start = self.reference("container", body, "startUpRef", None)
        self.settings()
        self.resolve()
        return flow

    # -- small readers ----------------------------------------------------------------------------------------

    def items(self, parent: Any, key: str) -> list[Any]:
        """The list under `key`; what is no list is a problem and counts as empty."""
        value = parent.get(key)
        if isinstance(value, list):
            return value
        if not is_null(value):
            self.problems.append(ShapeProblem(f"`{key}` is no list.", parent, key))
        elif key in parent:
            self.problems.append(ShapeProblem(f"`{key}` is empty: a list belongs here.", parent, key))
        return []

    def only(self, holder: Any, key: str) -> Any:
        """What stands under the one key of a list's item."""
        if isinstance(holder, dict) and len(holder) == 1 and isinstance(holder.get(key), dict):
            return holder[key]
        if isinstance(holder, dict) and isinstance(holder.get(key), dict):
            extra = next(name for name in holder if name != key)
            self.problems.append(
                ShapeProblem(
                    f"`{extra}` stands beside `{key}`, where only `{key}` can be: check its indentation.",
                    holder,
                    extra,
                    "key",
                )
            )
            return holder[key]
        self.problems.append(ShapeProblem(f"An item with the one key `{key}` belongs here.", holder))
        return None

    def variables(self, parent: Any) -> list[Variable]:
        found: list[Variable] = []
        if "variables" not in parent:
            return found
        for holder in self.items(parent, "variables"):
            if not isinstance(holder, dict) or len(holder) != 1:
                self.problems.append(ShapeProblem("A variable is a mapping with one key: its type.", holder))
                continue
            ((kind, inner),) = holder.items()
            if not isinstance(inner, dict):
                self.problems.append(ShapeProblem(f"`{kind}` has no name.", holder, kind))
                continue
            found.append(
                Variable(
                    text(inner.get("name")) or "",
                    kind[:-8] if kind.endswith("Variable") else kind,
                    inner,
                    text(inner.get("isInput")) == "true",
                    text(inner.get("isOutput")) == "true",
                )
            )
        return found

    def container(self, kind: str, inner: Any, owner: Choice | None) -> Container:
        made = Container(kind, text(inner.get("name")) or "", text(inner.get("refId")) or "", inner)
        made.owner = owner
        self.flow.containers.append(made)
        if "variables" in inner:
            made.variables = self.variables(inner)
        if "outputPaths" in inner:
            for holder in self.items(inner, "outputPaths"):
                path = self.only(holder, "outputPath")
                if path is not None:
                    made.output_paths.append(text(path.get("name")) or "")
        if "choices" in inner:
            for holder in self.items(inner, "choices"):
                self.choice(made, holder)
        if "defaultChildMenuRef" in inner:
            made.default_choice = self.reference("choice", inner, "defaultChildMenuRef", made)
        if "actions" in inner:
            self.todo.append((inner, "actions", made.actions, made))
        return made

    def choice(self, menu: Container, holder: Any) -> None:
        action = self.action(holder, menu)
        if action is None:
            return
        params = action.params
        dtmf = text(params.get("dtmf"))
        choice = Choice(
            action,
            menu,
            None if dtmf is None else dtmf_key(dtmf),
            dtmf,
            _has_terms(params.get("speechRecTerms")),
            text(params.get("globalDtmf")) == "true",
            text(params.get("globalSpeechRecTerms")) == "true",
            text(params.get("refId")) or "",
        )
        menu.choices.append(choice)
        for key in ("task", "menu"):
            inner = params.get(key)
            if isinstance(inner, dict) and key not in _REF_KINDS:
                if key == "task" or "choices" in inner or action.type == "menuSubMenu":
                    action.inline = self.container(key, inner, choice)
                    if not action.inline.name:
                        action.inline.name = action.name
                break

    # -- actions ----------------------------------------------------------------------------------------------

    def drain(self) -> None:
        """Lower the lists of actions that wait, and those they bring along; no recursion."""
        todo = self.todo
        while todo:
            parent, key, out, container = todo.pop()
            found = parent.get(key)
            if not isinstance(found, list):
                if not is_null(found):
                    self.problems.append(ShapeProblem(f"`{key}` is no list of actions.", parent, key))
                else:
                    self.problems.append(
                        ShapeProblem(f"`{key}` is empty: a list of actions belongs here.", parent, key)
                    )
                continue
            for holder in found:
                action = self.action(holder, container)
                if action is not None:
                    out.append(action)

    def action(self, holder: Any, container: Container) -> Action | None:
        if not isinstance(holder, dict) or not holder:
            self.problems.append(
                ShapeProblem("An action is a mapping with one key, its type: nothing of the kind stands here.", holder)
                if isinstance(holder, (dict, list))
                else ShapeProblem("An action is a mapping with one key, its type: text stands here.", container.element)
            )
            return None
        type_ = next(iter(holder))
        if len(holder) != 1:
            extra = list(holder)[1]
            self.problems.append(
                ShapeProblem(
                    f"`{extra}` stands beside the action `{type_}`, where only the action's type can be: "
                    "check its indentation.",
                    holder,
                    extra,
                    "key",
                )
            )
        params = holder[type_]
        if not isinstance(params, dict):
            if not is_null(params):
                self.problems.append(ShapeProblem(f"The action `{type_}` holds no parameters.", holder, type_))
            params = _NO_PARAMS
        known = ACTIONS.get(type_)
        name = text(params.get("name")) or ""
        if known is not None and name == known.label:
            name = ""
        action = Action(type_, name, holder, params)
        for key in params:
            if key[-3:] == "Ref" and key != "targetRef":
                kind = _REF_KINDS.get(key, "container")
                action.references.append(self.reference(kind, params, key, container))
        if type_ == "endTask":
            path = params.get("outputPath")
            if isinstance(path, dict) and "name" in path:
                action.references.append(self.reference("path", path, "name", container))
        elif type_ == "switch":
            self.switch(action, container)
        if "outputs" in params:
            self.outputs(action, params, "outputs", container)
        elif known is None or type_.endswith("Bot"):
            self.nested(action, container)
        return action

    def outputs(self, action: Action, parent: Any, key: str, container: Container) -> None:
        found = parent.get(key)
        if not isinstance(found, dict):
            self.problems.append(ShapeProblem(f"`{key}` of the action `{action.type}` holds no outputs.", parent, key))
            return
        for name, value in found.items():
            if isinstance(value, list):
                for item in value:
                    inner = next(iter(item.values())) if isinstance(item, dict) and len(item) == 1 else None
                    if isinstance(inner, dict):
                        word = next(iter(item))
                        label = text(inner.get("name")) or ""
                        self.output(action, f"{word} {label}" if label else word, inner, container, label)
                    else:
                        self.problems.append(ShapeProblem(f"`{name}` holds something that is no output.", value))
            elif isinstance(value, dict) and "actions" not in value and "enabled" not in value and value:
                if all(isinstance(inner, dict) for inner in value.values()):
                    word = name[:-1] if name.endswith("s") else name
                    for label, inner in value.items():
                        self.output(action, f"{word} {label}", inner, container, label)
                else:
                    self.output(action, name, value, container)
            elif isinstance(value, dict):
                self.output(action, name, value, container)
            elif is_null(value):
                action.outputs.append(Output(name, found))
                self.problems.append(
                    ShapeProblem(
                        f"The output `{name}` is empty: `actions` belongs here, or leave the output out.",
                        found,
                        name,
                    )
                )
            else:
                self.problems.append(ShapeProblem(f"The output `{name}` holds no actions.", found, name))

    def output(self, action: Action, name: str, inner: Any, container: Container, label: str = "") -> None:
        output = Output(name, inner, enabled=text(inner.get("enabled")) != "false", label=label)
        action.outputs.append(output)
        if "actions" in inner:
            self.todo.append((inner, "actions", output.actions, container))

    def switch(self, action: Action, container: Container) -> None:
        evaluate = action.params.get("evaluate")
        if not isinstance(evaluate, dict):
            return
        for style, inner in evaluate.items():
            body = inner
            if style == "firstMatch" and isinstance(inner, dict) and len(inner) == 1 and "cases" not in inner:
                body = next(iter(inner.values()))
            if not isinstance(body, dict):
                self.problems.append(ShapeProblem(f"`{style}` of the switch holds no cases.", evaluate, style))
                continue
            if "cases" in body:
                for number, holder in enumerate(self.items(body, "cases"), 1):
                    case = self.only(holder, "case")
                    if case is not None:
                        value = case.get("value")
                        label = (
                            next((text(item) or "" for item in value.values()), "") if isinstance(value, dict) else ""
                        )
                        self.output(action, f"case {number}", case, container, label)
            default = body.get("default")
            if isinstance(default, dict):
                self.output(action, "default", default, container)

    def nested(self, action: Action, container: Container) -> None:
        """Outputs that stand deeper, as behind a Lex bot's region and alias, or in a type nobody has seen yet."""
        todo: list[tuple[str, Any]] = [("", action.params)]
        while todo:
            name, value = todo.pop()
            if not isinstance(value, dict):
                continue
            for key, inner in value.items():
                if key == "outputs" and isinstance(inner, dict) and _holds_actions(inner):
                    self.outputs(action, value, key, container)
                elif key == "actions" and isinstance(inner, list) and _are_actions(inner):
                    self.output(action, name or "actions", value, container)
                elif isinstance(inner, dict):
                    todo.append((key, inner))
                elif isinstance(inner, list):
                    todo.extend((key, item) for item in inner if isinstance(item, dict))

    # -- references -------------------------------------------------------------------------------------------

    def reference(self, kind: str, element: Any, key: str, container: Container | None) -> Reference:
        made = Reference(kind, text(element.get(key)) or "", element, key)
        self.flow.references.append(made)
        self.late.append((made, container))
        return made

    def settings(self) -> None:
        """References outside menus, tasks and states: error handling, a bot's knowledge base and intents."""
        for settings in ("settingsErrorHandling", "settingsKnowledge"):
            todo = [self.body[settings]] if isinstance(self.body.get(settings), dict) else []
            while todo:
                parent = todo.pop()
                for key, value in parent.items():
                    if isinstance(value, dict):
                        todo.append(value)
                    elif key[-3:] == "Ref":
                        reference = self.reference(_REF_KINDS.get(key, "container"), parent, key, None)
                        if settings == "settingsErrorHandling":
                            self.flow.error_handling.append(reference)
        bot = self.body.get("settingsBotFlow")
        if isinstance(bot, dict) and isinstance(bot.get("intentSettings"), list):
            for holder in bot["intentSettings"]:
                intent = holder.get("intent") if isinstance(holder, dict) else None
                task = intent.get("task") if isinstance(intent, dict) else None
                if isinstance(intent, dict) and isinstance(task, dict) and "name" in task:
                    reference = self.reference("task", task, "name", None)
                    self.flow.intents.append((text(intent.get("name")) or "", reference))

    def resolve(self) -> None:
        by_ref: dict[tuple[str, str], Container] = {}
        by_name: dict[tuple[str, str], Container] = {}
        for container in self.flow.containers:
            if container.ref_id:
                by_ref.setdefault((container.kind, container.ref_id), container)
            by_name.setdefault((container.kind, container.name), container)
        for reference, inside in self.late:
            if reference.kind == "path":
                reference.target = _path(reference.text, inside, self.flow.type)
            elif reference.kind == "choice":
                reference.target = _choice(reference.text, inside)
            else:
                for kind, word in self.parse(reference):
                    if kind and reference.kind in ("container", kind) and reference.target is None:
                        reference.target = by_ref.get((kind, word)) or by_name.get((kind, word))

    def parse(self, reference: Reference) -> list[tuple[str, str]]:
        """Kind and name that a reference may speak of: `/inboundCall/tasks/task[Main_10]` → `task`, `Main_10`."""
        match = _REFERENCE.fullmatch(reference.text)
        if match is None:
            return [(reference.kind, reference.text)] if "/" not in reference.text else []
        if match[1] is not None and match[1] != self.flow.type:
            return []
        found = [(match[3], match[4])]  # all that is in the brackets: `Sales [EU]/Support` is a name, too
        # or a task or menu inside a choice: /…/menu[Main_10]/choices/menuTask[Sales_11]/task[Sales_12]
        if "]/" in match[4]:
            last = re.search(r"\]/(?:\w+/)?(\w+)\[((?:(?!\]/).)*)$", match[4], re.DOTALL)
            if last is not None:
                found.append((last[1], last[2]))
        return found


def dtmf_key(word: str) -> str:
    """`digit_1` → `1`, `digit_*` → `*`; a word that is no key comes back as it is."""
    return _KEYS.get(word[6:] if word.startswith("digit_") else word, word)


def _path(name: str, container: Container | None, flow_type: str) -> str | None:
    if container is None or name.casefold() == "default" or name in container.output_paths:
        return name
    return name if container.kind == "startup" and flow_type == "commonModule" else None


def _choice(word: str, menu: Container | None) -> Choice | None:
    match = re.fullmatch(r"\.?/?(?:.*/)?choices/(\w+)\[(.*)\]", word, re.DOTALL)
    if match is None or menu is None:
        return None
    same = [choice for choice in menu.choices if choice.action.type == match[1]]
    for choice in same:
        if choice.ref_id and choice.ref_id == match[2]:
            return choice
    for choice in same:
        if match[2] == (text(choice.action.params.get("name")) or ""):
            return choice
    return None


def _has_terms(terms: Any) -> bool:
    return isinstance(terms, dict) and any(
        isinstance(language, dict) and isinstance(language.get("terms"), list) and language["terms"]
        for language in terms.values()
    )


def _are_actions(items: list[Any]) -> bool:
    return all(isinstance(item, dict) and len(item) == 1 for item in items)


def _holds_actions(outputs: Any) -> bool:
    todo = [outputs]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            if isinstance(value.get("actions"), list):
                return True
            todo.extend(value.values())
        elif isinstance(value, list):
            todo.extend(value)
    return False
