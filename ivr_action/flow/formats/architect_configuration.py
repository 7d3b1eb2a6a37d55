"""Architect configuration, the JSON that the platform keeps and the editor exports as `.i3*` → `ArchitectFlow`.

Actions are linked by ids: `nextAction` to the next in a list, `paths[].nextActionId` to the first action of an output.
The lists that YAML writes as nested text are rebuilt from those links, so that both formats give the same flow.
"""

from __future__ import annotations

import re
from typing import Any

from ivr_action.flow.actions import ACTIONS, BY_CONFIGURATION, CHOICES_BY_CONFIGURATION, FLOW_TYPES
from ivr_action.flow.document import Document
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

CONTAINER_TYPES = {
    "Menu": "menu",
    "Task": "task",
    "State": "state",
    "BotState": "bot",
    "LoopTask": "startup",
    "CommonModuleTask": "startup",
}
"""`__type` of a sequence → kind of container."""
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_REFERENCES = (("taskReference", "task"), ("menuReference", "menu"), ("stateReference", "state"))
_TYPE_NAMES = {
    "bln": "boolean", "str": "string", "int": "integer", "dec": "decimal", "dur": "duration", "dtm": "dateTime",
    "que": "queue", "jsn": "json", "usr": "user", "skl": "skill", "lac": "languageSkill", "pmt": "prompt",
}  # fmt: skip


def read_architect_configuration(doc: Document) -> ArchitectFlow:
    """Lower a configuration document, whatever its container (plain JSON or `.i3*`)."""
    return _Reader(doc).read()


class _Reader:
    def __init__(self, doc: Document) -> None:
        root = doc.root
        type_ = _string(root, "type").lower()
        self.root = root
        self.flow = ArchitectFlow(
            doc, Format.ARCHITECT_CONFIGURATION, FLOW_TYPES.get(type_, type_), _string(root, "name"), root
        )
        self.by_id: dict[str, Container] = {}
        self.choices: dict[str, Choice] = {}
        self.todo: list[tuple[str, list[Action], Container, dict[str, Any]]] = []
        self.seen: set[int] = set()
        self.late: list[tuple[Reference, str, Container | None]] = []
        self.paths: dict[str, str] = {}

    def problem(self, message: str, element: Any, key: str | None = None) -> None:
        self.flow.shape_problems.append(ShapeProblem(message, element, key))

    def read(self) -> ArchitectFlow:
        flow, root = self.flow, self.root
        flow.description = _string(root, "description")
        flow.default_language = _string(root, "defaultLanguage")
        flow.supported_languages = [word for word in _list(root, "supportedLanguages") if isinstance(word, str)]
        flow.variables = _variables(root)
        for sequence in _list(root, "flowSequenceItemList"):
            if isinstance(sequence, dict):
                self.container(sequence)
            else:
                self.problem("A menu, task or state belongs here.", root, "flowSequenceItemList")
        self.drain()
        if "initialSequence" in root:
            start = self.reference("container", root, "initialSequence", None, _string(root, "initialSequence"))
            start.target = self.by_id.get(_string(root, "initialSequence"))
            if (start.target is not None and start.target.kind != "startup") or start.target is None:
                flow.start = start
            else:  # the start of an in-queue flow or a common module is no reference: it has no other container
                flow.references.remove(start)
                self.late.pop()
        self.settings()
        self.resolve()
        return flow

    def container(self, sequence: dict[str, Any]) -> None:
        kind = CONTAINER_TYPES.get(_string(sequence, "__type"))
        if kind is None:
            kind = "menu" if "menuChoiceList" in sequence else "task"
        made = Container(kind, _string(sequence, "name"), "", sequence)
        if sequence.get("trackingId") is not None:
            made.ref_id = f"{made.name}_{sequence['trackingId']}"
        self.flow.containers.append(made)
        self.by_id.setdefault(_string(sequence, "id"), made)
        made.variables = _variables(sequence)
        for path in _list(sequence, "paths"):
            if isinstance(path, dict):
                label = _string(path, "label")
                self.paths[_string(path, "outputId")] = label
                made.output_paths.append("default" if path.get("outputId") == "__DEFAULT__" else label)
        if made.output_paths == ["default"]:
            made.output_paths = []
        for item in _list(sequence, "menuChoiceList"):
            if isinstance(item, dict):
                self.choice(made, item)
        if "defaultMenuChoice" in sequence:
            made.default_choice = self.reference(
                "choice", sequence, "defaultMenuChoice", made, _string(sequence, "defaultMenuChoice")
            )
        actions: dict[str, Any] = {}
        for action in _list(sequence, "actionList"):
            if isinstance(action, dict):
                actions[_string(action, "id")] = action
            else:
                self.problem("An action belongs here.", sequence, "actionList")
        if sequence.get("startAction"):
            self.todo.append((_string(sequence, "startAction"), made.actions, made, actions))

    def choice(self, menu: Container, item: dict[str, Any]) -> None:
        inner = item.get("action")
        if not isinstance(inner, dict):
            self.problem("The choice has no action.", item)
            return
        type_ = _string(inner, "__type")
        known = CHOICES_BY_CONFIGURATION.get(type_)
        name = known.name if known is not None else "menu" + type_.removesuffix("Action")
        action = Action(name, _string(item, "name") or _string(inner, "name"), item, inner)
        digit = item.get("digit")
        dtmf = None if digit is None else {"10": "*", "11": "#"}.get(str(digit), str(digit))
        terms = item.get("speechRecTerms")
        choice = Choice(
            action,
            menu,
            dtmf,
            dtmf,
            isinstance(terms, dict) and any(terms.values()),
            item.get("globalDtmf") is True,
            item.get("globalSpeech") is True,
        )
        menu.choices.append(choice)
        self.choices.setdefault(_string(item, "id"), choice)
        self.links(action, menu, {})

    def drain(self) -> None:
        """Follow the links list by list; an action that two links lead to would be run twice, so it is a problem."""
        todo = self.todo
        while todo:
            first, out, container, actions = todo.pop()
            current = first
            while current:
                found = actions.get(current)
                if found is None:
                    self.problem(
                        f"A link leads to the action `{current}`, which is not in this {container.kind}.",
                        container.element,
                    )
                    break
                if id(found) in self.seen:
                    self.problem(
                        f"Two links lead to the action `{_string(found, 'name')}`: they would run in a circle.",
                        found,
                    )
                    break
                self.seen.add(id(found))
                out.append(self.action(found, container, actions))
                current = _string(found, "nextAction")

    def action(self, found: dict[str, Any], container: Container, actions: dict[str, Any]) -> Action:
        type_ = _string(found, "__type")
        known = BY_CONFIGURATION.get(type_)
        name = _string(found, "name")
        if known is not None and name == known.label:
            name = ""
        made = Action(known.name if known is not None else _yaml_name(type_), name, found, found)
        self.links(made, container, actions)
        return made

    def links(self, action: Action, container: Container, actions: dict[str, Any]) -> None:
        found = action.params
        for key, kind in _REFERENCES:
            if key in found:
                word = _string(found, key.replace("Reference", "Name")) or _string(found, key)
                action.references.append(self.reference(kind, found, key, container, word))
        if "pathReference" in found:
            word = _string(found, "pathName") or _string(found, "pathReference")
            action.references.append(self.reference("path", found, "pathReference", container, word))
        cases = {
            _string(case, "referenceId"): (number, _expression_text(case.get("value")))
            for number, case in enumerate(_list(found, "cases"), 1)
            if isinstance(case, dict)
        }
        paths = _list(found, "paths")
        if isinstance(found.get("path"), dict):
            paths = [*paths, found["path"]]
        for path in paths:
            if not isinstance(path, dict):
                self.problem(f"A path of the action `{action.name}` is no object.", found)
                continue
            id_ = _string(path, "outputId")
            label = _string(path, "label")
            if id_ in cases:
                number, value = cases[id_]
                output = Output(f"case {number}", path, label=value)
            elif id_.startswith("__"):
                output = Output(output_name(id_), path)
            elif path.get("isDynamicBranch") and action.type != "callTask":
                output = Output(f"intent {label}", path, label=label)
            elif action.type == "callTask":
                output = Output(label, path)
            else:
                output = Output(f"path {label}", path, label=label)
            output.enabled = not (path.get("outOfService") is True or path.get("disabled") is True)
            action.outputs.append(output)
            target = _string(path, "nextActionId")
            if target:
                self.todo.append((target, output.actions, container, actions))

    def reference(self, kind: str, element: Any, key: str, container: Container | None, word: str) -> Reference:
        made = Reference(kind, word, element, key)
        self.flow.references.append(made)
        self.late.append((made, _string(element, key), container))
        return made

    def settings(self) -> None:
        handling = self.root.get("errorHandling")
        if isinstance(handling, dict):
            for key, value in handling.items():
                if key.endswith("Reference") and isinstance(value, str) and value:
                    kind = "menu" if "enu" in key else "task"
                    self.flow.error_handling.append(self.reference(kind, handling, key, None, value))
        nlu = self.root.get("nluMetaData")
        mappings = nlu.get("mappings") if isinstance(nlu, dict) else None
        tasks = mappings.get("intentsToReusableTasks") if isinstance(mappings, dict) else None
        if isinstance(tasks, dict):
            for intent, task in tasks.items():
                if isinstance(task, str) and task:
                    self.flow.intents.append((intent, self.reference("task", tasks, intent, None, task)))

    def resolve(self) -> None:
        for reference, id_, container in self.late:
            if reference.kind == "path":
                if id_ == "__DEFAULT__":
                    reference.target = "default"
                elif not _GUID.fullmatch(id_):  # not an id of this format, as in an anonymised export: nobody can tell
                    reference.target = reference.text
                else:
                    own = _list(container.element, "paths") if container is not None else []
                    ids = {_string(path, "outputId") for path in own if isinstance(path, dict)}
                    reference.target = self.paths.get(id_) if id_ in ids else None
            elif reference.kind == "choice":
                found = self.choices.get(id_)
                reference.target = found if found is not None and found.menu is container else None
            else:
                target = self.by_id.get(id_)
                if target is not None and reference.kind in ("container", target.kind):
                    reference.target = target
        for choice in self.choices.values():
            if choice.action.type == "menuTask":
                for reference in choice.action.references:
                    task = reference.target
                    if isinstance(task, Container) and task.owner is None and self.flow.start is not reference:
                        task.owner = choice
                        choice.action.inline = task


def output_name(output_id: str) -> str:
    """`__NOT_FOUND__` → `notFound`, as YAML spells it."""
    words = output_id.strip("_").lower().split("_")
    return words[0] + "".join(word.capitalize() for word in words[1:])


def _yaml_name(type_: str) -> str:
    bare = type_.removesuffix("Action")
    made = bare[:1].lower() + bare[1:]
    return made if made not in ACTIONS else bare


def _string(element: Any, key: str) -> str:
    value = element.get(key)
    return value if isinstance(value, str) else "" if value is None or isinstance(value, (dict, list)) else str(value)


def _list(element: Any, key: str) -> list[Any]:
    value = element.get(key)
    return value if isinstance(value, list) else []


def _expression_text(value: Any) -> str:
    return _string(value, "text") if isinstance(value, dict) else ""


def _variables(element: dict[str, Any]) -> list[Variable]:
    found = []
    for item in _list(element, "variables"):
        if isinstance(item, dict):
            initial = item.get("initialValue")
            type_ = _string(initial, "type") if isinstance(initial, dict) else _string(item, "type")
            base = type_.removesuffix("_coll")
            word = _TYPE_NAMES.get(base, base) + ("Collection" if type_.endswith("_coll") else "")
            found.append(
                Variable(
                    _string(item, "name"),
                    word,
                    item,
                    item.get("isInput") is True,
                    item.get("isOutput") is True,
                )
            )
    return found
