"""What a caller hears: the text of audio and messages, as far as it can be computed.

Text is text, a prompt is `[prompt Name]`, and what nobody knows is `[…]`. Where a part of an expression is unknown, the
rest of it is told all the same: `ToAudioTTS("Hello " + Flow.name)` is `Hello […]`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ivr_action.trace.expressions import (
    Audio,
    Binary,
    Call,
    Conditional,
    Json,
    Literal,
    Node,
    NotSet,
    Resource,
    Unknown,
    Value,
    to_text,
)

UNKNOWN = "[…]"
_WRAPPING = frozenset(
    ("audioplaybackoptions", "tocommunication", "toaudio", "toaudiotts", "todisplaystring", "tostring")
)
_JOINING = frozenset(("append", "makecommunication"))
_TAG = re.compile(r"<[^<>]*>")


def prompt(name: str) -> str:
    """`[prompt Welcome]` for `Prompt.Welcome`, `PromptSystem.welcome` and the bare name."""
    return f"[prompt {name.removeprefix('PromptSystem.').removeprefix('Prompt.')}]"


def render(value: Value) -> str:
    """The text of a value that is played or sent; empty for silence."""
    if isinstance(value, str):
        return value
    if isinstance(value, Audio):
        parts = []
        for segment in value.segments:
            if segment.kind == "prompt":
                parts.append(prompt(segment.content))
            elif segment.kind == "ssml":
                parts.append(_TAG.sub("", segment.content).strip())
            elif segment.kind != "blank":
                parts.append(segment.content)
        return parts[0] if len(parts) == 1 else " ".join(filter(None, (part.strip() for part in parts)))
    if isinstance(value, NotSet):
        return ""
    if isinstance(value, Resource):
        return prompt(value.name) if value.kind == "pmt" else value.name
    if isinstance(value, Json) and isinstance(value.data, str):
        return value.data
    found = to_text(value)
    return found if isinstance(found, str) else UNKNOWN


def spoken(tree: Node, evaluate: Callable[[Node], Value]) -> str:
    """The text of an expression whose value is unknown as a whole: the parts that are known, `[…]` for the others.

    Args:
        tree: of the expression; its depth is bounded by the parser.
        evaluate: gives the value of a part.
    """
    value = evaluate(tree)
    if not isinstance(value, Unknown):
        return render(value)
    if isinstance(tree, Call):
        name = tree.name.lower()
        if name in _JOINING and tree.arguments:
            return " ".join(filter(None, (spoken(argument, evaluate).strip() for argument in tree.arguments)))
        if name in _WRAPPING and tree.arguments:
            return spoken(tree.arguments[0], evaluate)
        if name == "if" and len(tree.arguments) == 3:
            return _branch(*tree.arguments, evaluate)
    elif isinstance(tree, Conditional):
        return _branch(tree.condition, tree.when_true, tree.when_false, evaluate)
    elif isinstance(tree, Binary) and tree.operator == "+":
        left, right = (
            UNKNOWN if isinstance(evaluate(side), NotSet) else spoken(side, evaluate)
            for side in (tree.left, tree.right)
        )
        return f"{left}{right}" if _is_text(tree) else f"{left} {right}"
    return UNKNOWN


def _branch(condition: Node, when_true: Node, when_false: Node, evaluate: Callable[[Node], Value]) -> str:
    chosen = evaluate(condition)
    if isinstance(chosen, Unknown):
        return UNKNOWN
    return spoken(when_true if chosen is True else when_false, evaluate)


def _is_text(tree: Node) -> bool:
    """True for a sum of strings, which has no gap between its parts; sums of audio have one."""
    while isinstance(tree, Binary):
        if isinstance(tree.right, Literal) or (isinstance(tree.right, Call) and tree.right.name.lower() == "tostring"):
            return True
        tree = tree.left
    return not (isinstance(tree, Call) and tree.name.lower().startswith("toaudio"))
