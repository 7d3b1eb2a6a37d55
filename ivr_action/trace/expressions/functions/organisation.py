"""Functions whose answer lives in the organisation or the conversation. Only NOT_SET in, NOT_SET out is known offline;
the caller of `evaluate` can supply the rest by `functions`."""

from __future__ import annotations

from ivr_action.trace.expressions.registry import Context, function
from ivr_action.trace.expressions.values import Cause, NotSet, Unknown, Value


def _search(name: str, kind: str) -> None:
    @function(name, "str?")
    def _body(context: Context, sought: Value) -> Value:
        if isinstance(sought, NotSet) or (not sought and kind == "pmt"):
            return NotSet(kind)  # documented; blank text for prompts only
        return Unknown(f"{name} searches the organisation", Cause.MISSING)


_search("FindSystemPrompt", "pmt")
_search("FindUserPrompt", "pmt")
_search("FindUser", "usr")
_search("FindQueue", "que")
_search("FindSkill", "skl")
_search("FindLanguageSkill", "lac")


def _ask(name: str, signature: str, reason: str) -> None:
    @function(name, signature)
    def _body(context: Context, *arguments: Value) -> Value:
        return Unknown(f"{name} {reason}", Cause.MISSING)


_ask("GetDefaultLanguage", "", "depends on the flow's settings")
_ask("GetSupportedLanguages", "", "depends on the flow's settings")
_ask("FindUserById", "every?...", "searches the organisation")
_ask("FindQueueById", "every?...", "searches the organisation")
_ask("FindEmergencyGroup", "every?...", "searches the organisation")
_ask("MakeListAgentScorePair", "every?...", "pairs agents of the organisation with scores")
_ask("ResolveSlot", "every?...", "depends on what the caller said")
