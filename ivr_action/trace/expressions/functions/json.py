"""JSON. Newer than the SDK's tables. Documented in the help article "JSON values in Architect": JSON is strict and
property names are case-sensitive. The rest is inferred from the functions' names and the corpus, and marked."""

from __future__ import annotations

from ivr_action.trace.expressions.comparison import same_json
from ivr_action.trace.expressions.members import from_json, json_member, to_json
from ivr_action.trace.expressions.registry import Context, function
from ivr_action.trace.expressions.text import read_json
from ivr_action.trace.expressions.values import Cause, Collection, Json, NotSet, Unknown, Value


@function("JsonParse", "str?")
def _json_parse(context: Context, text: Value) -> Value:
    """NOT_SET stays NOT_SET (inferred)."""
    return read_json(text) if isinstance(text, str) else NotSet("jsn")


@function("ToJson", "every?")
def _to_json(context: Context, value: Value) -> Value:
    if isinstance(value, NotSet):
        return NotSet("jsn")
    data = to_json(value)
    return data if isinstance(data, Unknown) else Json(data)


@function("IsJsonObject", "jsn?")
def _is_object(context: Context, value: Value) -> Value:
    return isinstance(value, Json) and isinstance(value.data, dict)


@function("GetJsonObjectProperty", "jsn str")
def _get_property(context: Context, value: Json, name: str) -> Value:
    return json_member(value, name)


@function("GetJsonObjectPropertyNames", "jsn")
def _property_names(context: Context, value: Json) -> Value:
    """The names, in the order of the text (inferred)."""
    if not isinstance(value.data, dict):
        return Unknown("the JSON value is no object, so it has no properties", Cause.ERROR)
    return Collection("str", tuple(value.data))


@function("SetJsonObjectProperty", "jsn str every?")
def _set_property(context: Context, value: Json, name: str, new: Value) -> Value:
    """A copy of the object with the property set (inferred: flows assign the result to the variable)."""
    if not isinstance(value.data, dict):
        return Unknown("the JSON value is no object, so no property can be set", Cause.ERROR)
    data = to_json(new)
    return data if isinstance(data, Unknown) else Json({**value.data, name: data})


@function("ReplaceJsonArrayItem", "jsn any? any?")
def _replace_item(context: Context, value: Json, old: Value, new: Value) -> Value:
    """A copy of the array with an item replaced: 30 by 40 in a tutorial's flow of the corpus. Where the old item
    occurs more than once, which ones are replaced is not documented."""
    if not isinstance(value.data, list):
        return Unknown("the JSON value is no array", Cause.ERROR)
    before, after = to_json(old), to_json(new)
    if isinstance(before, Unknown) or isinstance(after, Unknown):
        return before if isinstance(before, Unknown) else after  # type: ignore[return-value]
    hits = [same_json(item, before) for item in value.data]
    if sum(hits) != 1:
        return Unknown("ReplaceJsonArrayItem with no or several such items is not documented")
    return Json([after if hit else item for item, hit in zip(value.data, hits, strict=True)])


@function("ToJsonCollection", "jsn?", "coll")
def _to_json_collection(context: Context, value: Value) -> Value:
    """A JSON array as a collection of JSON."""
    if isinstance(value, NotSet):
        return NotSet("jsn_coll")
    if isinstance(value, Json) and isinstance(value.data, list):
        return Collection("jsn", tuple(from_json(item) for item in value.data))
    if isinstance(value, Collection):
        items = [to_json(item) for item in value.items]
        unknown = next((item for item in items if isinstance(item, Unknown)), None)
        return unknown or Collection("jsn", tuple(from_json(item) for item in items if not isinstance(item, Unknown)))
    return Unknown("the JSON value is no array", Cause.ERROR)
