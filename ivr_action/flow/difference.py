"""What differs between two flows: nodes by id, ways out by label, settings by name.

Two flows of one format are compared by every value that means something; a file against a configuration document by
the portable ones (`canonical`), so that what the platform fills in is no difference.
"""

from __future__ import annotations

from collections.abc import Callable

from ivr_action.flow.canonical import Canonical, canonical, complete
from ivr_action.flow.flow import Flow
from ivr_action.model.difference import Change, FieldChange, FlowDifference, NodeChange, TransitionChange

SHOWN = 80
"""Characters of a value that are shown."""
_NOTHING = Canonical({}, (), {})


def difference(
    before: Flow | None, after: Flow | None, *, clean: Callable[[str], str] = lambda text: text
) -> FlowDifference:
    """From one flow to another.

    Args:
        before: the earlier flow; None where it does not exist.
        after: the later one; None where it does not exist any more.
        clean: cuts what the deployment itself writes into a description (its stamp).
    """
    same = before is None or after is None or before.format is after.format
    form = complete if same else canonical
    old = form(before) if before is not None else _NOTHING
    new = form(after) if after is not None else _NOTHING
    return FlowDifference(
        _nodes(old, new, before, after),
        _transitions(old, new, after, before),
        _settings(old.settings, new.settings, clean),
    )


def _nodes(old: Canonical, new: Canonical, before: Flow | None, after: Flow | None) -> tuple[NodeChange, ...]:
    found: list[NodeChange] = []
    for id_, node in new.nodes.items():
        was = old.nodes.get(id_)
        line = _line(after, id_)
        if was is None:
            found.append(NodeChange(id_, node.type, Change.ADDED, line=line))
        elif was != node:
            fields = _fields(was.fields, node.fields)
            if was.type != node.type:
                fields = (FieldChange("type", was.type, node.type), *fields)
            elif was.kind != node.kind:
                fields = (FieldChange("kind", was.kind, node.kind), *fields)
            found.append(NodeChange(id_, node.type, Change.CHANGED, fields, line))
    for id_, node in old.nodes.items():
        if id_ not in new.nodes:
            found.append(NodeChange(id_, node.type, Change.REMOVED, line=_line(before, id_)))
    return tuple(found)


def _line(flow: Flow | None, node: str) -> int | None:
    found = flow.graph.nodes.get(node) if flow is not None else None
    return flow.document.line_of(found.element) if flow is not None and found is not None else None


def _transitions(
    old: Canonical, new: Canonical, after: Flow | None, before: Flow | None
) -> tuple[TransitionChange, ...]:
    was, now = _ways(old), _ways(new)
    found: list[TransitionChange] = []
    for key in [*now, *(key for key in was if key not in now)]:
        earlier, later = was.get(key, []), now.get(key, [])
        if earlier == later:
            continue
        gone = [target for target in earlier if target not in later]
        added = [target for target in later if target not in earlier]
        source, label, kind = key
        line = _line(after, source) or _line(before, source)
        for number in range(max(len(gone), len(added))):
            found.append(
                TransitionChange(
                    source, label, kind,
                    gone[number] if number < len(gone) else None,
                    added[number] if number < len(added) else None,
                    line,
                )
            )  # fmt: skip
    return tuple(found)


def _ways(form: Canonical) -> dict[tuple[str, str, str], list[str]]:
    found: dict[tuple[str, str, str], list[str]] = {}
    for source, label, kind, target in form.transitions:
        found.setdefault((source, label, kind), []).append(target)
    return found


def _settings(old: dict[str, str], new: dict[str, str], clean: Callable[[str], str]) -> tuple[FieldChange, ...]:
    pairs = []
    for settings in (old, new):
        if "description" in settings:
            settings = settings | {"description": clean(settings["description"]).strip()}
        pairs.append({name: value for name, value in settings.items() if value})
    return _fields(*pairs)


def _fields(old: dict[str, str], new: dict[str, str]) -> tuple[FieldChange, ...]:
    found = []
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if before != after:
            found.append(FieldChange(name, *_shown(before, after)))
    return tuple(found)


def _shown(before: str | None, after: str | None) -> tuple[str | None, str | None]:
    """Both values for people: without what kind they are, unless that is all that differs."""
    short = tuple(
        None if value is None else _short(value.partition(" ")[2] if _kind(value) else value)
        for value in (before, after)
    )
    if before is not None and after is not None and short[0] == short[1]:
        return _short(before), _short(after)
    return short[0], short[1]


def _kind(value: str) -> bool:
    return value.partition(" ")[0] in ("lit", "exp", "tts", "prompt")


def _short(value: str) -> str:
    said = (
        value.replace("\\", "\\\\") if False else value.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )
    return said if len(said) <= SHOWN else said[: SHOWN - 1] + "…"
