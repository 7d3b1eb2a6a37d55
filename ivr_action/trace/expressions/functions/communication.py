"""What bots and digital flows say: MakeCommunication, ToCommunication and ToDisplayString.

These functions are newer than the SDK whose tables document the rest. What is here is inferred from the corpus: the
arguments of MakeCommunication are spoken or shown in their order, ToCommunication makes one part of a text.
"""

from __future__ import annotations

from ivr_action.trace.expressions.functions.audio import style_of
from ivr_action.trace.expressions.registry import Context, function
from ivr_action.trace.expressions.text import to_text
from ivr_action.trace.expressions.values import Audio, Cause, NotSet, Resource, Segment, Unknown, Value


@function("MakeCommunication", "any?...")
def _make_communication(context: Context, *parts: Value) -> Value:
    return _communication(parts)


@function("ToCommunication", "any?", "any? constant...")
def _to_communication(context: Context, value: Value, *formats: Value) -> Value:
    return _communication((value,), " ".join(map(style_of, formats)))


@function("ToCommunicationBlank", "int")
def _blank(context: Context, milliseconds: int) -> Value:
    if milliseconds < 0:
        return Unknown("a blank of a negative length is not documented")
    return Audio((Segment("blank", str(milliseconds)),), "com")


@function("ToCommunicationSsml", "str?")
def _ssml(context: Context, text: Value) -> Value:
    return Audio((Segment("ssml", text),), "com") if isinstance(text, str) else Audio((), "com")


def _communication(parts: tuple[Value, ...], style: str = "") -> Value:
    segments: list[Segment] = []
    for part in parts:
        if isinstance(part, Audio):
            segments += part.segments
        elif isinstance(part, Resource) and part.kind == "pmt":
            segments.append(Segment("prompt", part.name))
        elif not isinstance(part, NotSet):
            text = to_text(part)
            if isinstance(text, Unknown):
                return text
            plain = isinstance(part, str)
            segments.append(Segment("text" if plain else "value", str(text), style))
    return Audio(tuple(segments), "com")


@function("ToDisplayString", "any?", "coll")
def _display(context: Context, value: Value) -> Value:
    """A string displays as itself (inferred: the editor wraps every text part in it) and NOT_SET as nothing. Numbers,
    dates and collections display by the flow's language: not documented."""
    if isinstance(value, (str, Unknown)):
        return value
    if isinstance(value, NotSet):
        return NotSet("str")
    return Unknown("how ToDisplayString shows other than text depends on the flow's language", Cause.UNSUPPORTED)
