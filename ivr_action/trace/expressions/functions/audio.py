"""Audio: what is played, part by part. How a number or a date is worded depends on the flow's language and on prompts,
so such a part is a `value` segment with the value's text and the function's name, never guessed words."""

from __future__ import annotations

from ivr_action.trace.expressions.operators import join
from ivr_action.trace.expressions.phone import phone_property
from ivr_action.trace.expressions.registry import Context, function
from ivr_action.trace.expressions.text import to_text
from ivr_action.trace.expressions.values import (
    Approximate,
    Audio,
    Cause,
    Constant,
    Currency,
    Duration,
    NotSet,
    PhoneNumber,
    Segment,
    Unknown,
    Value,
)

BLANK = Audio(())


@function("ToAudioTTS", "str?", "str? str", "str? constant")
def _tts(context: Context, text: Value, form: Value = "") -> Value:
    """Text to speech; a second argument is a language tag or a format. NOT_SET is blank (documented)."""
    return Audio((Segment("text", text, style_of(form)),)) if isinstance(text, str) else BLANK


@function("ToAudioBlank", "int")
def _blank(context: Context, milliseconds: int) -> Value:
    if milliseconds < 0:
        return Unknown("blank audio of a negative length is not documented")
    return Audio((Segment("blank", str(milliseconds)),))


@function("ToAudio", "pmt", "aud")
def _to_audio(context: Context, prompt: Value) -> Value:
    return join((prompt,))


@function("AudioPlaybackOptions", "audio bln", "audio bln bln")
def _playback_options(context: Context, audio: Value, barge_in: bool, flush: bool = False) -> Value:
    joined = join((audio,))
    return Audio(joined.segments, "aud", barge_in) if isinstance(joined, Audio) else joined


def _spoken(name: str, *signatures: str) -> None:
    """A function that reads a value out; NOT_SET is blank audio (documented for all but ToAudioDuration)."""

    @function(name, *signatures)
    def _body(context: Context, value: Value, *options: Value) -> Value:
        if isinstance(value, NotSet):
            return NotSet("aud") if name == "ToAudioDuration" else BLANK
        style = " ".join([name, *(style_of(option) for option in options)])
        return spoken(value, style)


def spoken(value: Value, style: str) -> Value:
    """A segment for a value that is read out; a SIP address is not (documented: blank audio)."""
    if isinstance(value, PhoneNumber) and phone_property(value, "isTel") is False:
        return BLANK
    text = to_text(value)
    if isinstance(text, Unknown):
        text = _plain(value)
    return Audio((Segment("value", text, style),)) if isinstance(text, str) else BLANK


def _plain(value: Value) -> str:
    """A form for reports where the platform's text is not known; what is heard does not depend on that text."""
    if isinstance(value, Duration):
        return f"{value.milliseconds} ms"
    if isinstance(value, Currency):
        return f"{value.amount} {value.code or ''}".rstrip()
    return str(value.value if isinstance(value, Approximate) else value)


def style_of(option: Value) -> str:
    """A format's or a language's name, for a segment."""
    if isinstance(option, Constant):
        return option.name
    text = to_text(option)
    return text if isinstance(text, str) else ""


_spoken("ToAudioBool", "bln?", "bln? constant")
_spoken("ToAudioDuration", "dur?")
_spoken("ToAudioPhoneNumber", "phn?", "phn? constant", "phn? str?", "str?")
_spoken("ToAudioCurrency", "cur?", "cur? constant", "cur? int")
_spoken("ToAudioPercent", "num?", "num? int")
_spoken("ToAudioDate", "dtm?", "dtm? constant")
_spoken("ToAudioDateTime", "dtm?")
_spoken("ToAudioTime", "dtm?", "dtm? constant")
_spoken("ToAudioNumber", "num?", "num? constant...", "num? int constant...", "num? constant int constant...")
_spoken("ToAudioNumberOrdinal", "int?", "int? constant...")


@function("ToAudioTimeRange", "int int constant?")
def _time_range(context: Context, first: int, second: int, unit: Value) -> Value:
    """The lower bound comes first, equal bounds are said once (documented)."""
    if not isinstance(unit, Constant):
        return Unknown("ToAudioTimeRange: the unit is NOT_SET", Cause.ERROR)
    low, high = sorted((first, second))
    text = str(low) if low == high else f"{low} to {high}"
    return Audio((Segment("value", text, f"ToAudioTimeRange {unit.name}"),))
