"""The types a node of a node graph can have: what each does to a caller and what it becomes in Architect.

This table is what `docs/node-graph.md` shows; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from ivr_action.model import NodeKind

MENU, INPUT, PROMPT, BRANCH = NodeKind.MENU, NodeKind.INPUT, NodeKind.PROMPT, NodeKind.BRANCH
WORK, CALL, TRANSFER, END = NodeKind.WORK, NodeKind.CALL, NodeKind.TRANSFER, NodeKind.END


class NodeType(NamedTuple):
    """One type of node."""

    name: str
    """The spelling that this project writes."""
    kind: NodeKind
    summary: str
    """What it does to a caller, one line."""
    aliases: tuple[str, ...] = ()
    """Other names that are read as this type; case, `_`, `-`, `.` and blanks never matter."""
    waits: bool = False
    """The caller decides when it goes on: a simulated input is used up here."""
    waits_if_asked: bool = False
    """It waits where one of its conditions speaks of the caller (`dtmf`, `speech`, `timeout`, `noMatch`)."""
    ends: bool = False
    """A call may end here: no transition is needed."""
    needs_default: bool = False
    """It has several outcomes, so a caller for whom no condition holds needs a `default` or `else`."""
    needs_audio: bool = False
    """It is silent without `properties.audioResource` or `properties.tts`."""
    architect: str = ""
    """The YAML key of its counterpart in Architect; empty where it has none of its own."""


_T = NodeType
# fmt: off
NODE_TYPES: tuple[NodeType, ...] = (
    # -- where a call begins
    _T("start", WORK, "Where the call begins; does nothing by itself.",
       ("begin", "entry", "entryPoint", "startNode")),
    # -- plays
    _T("playAudio", PROMPT, "Plays a prompt, then goes on.",
       ("play", "prompt", "playPrompt", "audio", "announcement", "announce", "message", "playMessage", "say", "tts",
        "speak", "greeting", "initialGreeting", "welcome"),
       waits_if_asked=True, needs_audio=True, architect="playAudio"),
    # -- asks
    _T("menu", MENU, "Offers choices and waits for a key or a word.",
       ("ivrMenu", "mainMenu", "subMenu", "dtmfMenu", "speechMenu", "choice", "choices"),
       waits=True, needs_default=True, needs_audio=True, architect="menu"),
    _T("collectInput", INPUT, "Asks for digits and waits for them.",
       ("input", "getInput", "userInput", "callerInput", "collectDigits", "getDigits", "dtmfInput", "digits", "gather",
        "gatherInput", "ask", "askQuestion", "question"),
       waits=True, needs_default=True, needs_audio=True, architect="collectInput"),
    _T("askForIntent", INPUT, "Asks an open question and waits for what the caller says.",
       ("speech", "speechInput", "collectSpeech", "listen", "askForSlot", "intent"),
       waits=True, needs_default=True, needs_audio=True, architect="askForIntent"),
    # -- decides
    _T("decision", BRANCH, "Takes one of two ways by a condition on variables.",
       ("branch", "condition", "conditional", "if", "ifElse", "decide"),
       needs_default=True, architect="decision"),
    _T("switch", BRANCH, "Takes one of several ways by conditions on variables.",
       ("case", "route", "router", "routing"),
       needs_default=True, architect="switch"),
    _T("schedule", BRANCH, "Takes a way by opening hours, holidays and emergencies.",
       ("evaluateScheduleGroup", "evaluateSchedule", "checkSchedule", "scheduleCheck", "scheduleGroup", "hours",
        "openHours", "openingHours", "businessHours", "checkHours", "hoursCheck", "timeCondition"),
       needs_default=True, architect="evaluateScheduleGroup"),
    _T("loop", BRANCH, "Goes into its body while a condition holds, else on by `default`.",
       ("repeat", "while", "retry"),
       needs_default=True, architect="loop"),
    # -- works
    _T("dataAction", WORK, "Asks another system; `error` is true where it fails, `timeout` where it takes too long.",
       ("callData", "callDataAction", "data", "webService", "webhook", "api", "apiCall", "httpRequest", "integration",
        "lookup"),
       needs_default=True, architect="callData"),
    _T("dataTableLookup", WORK, "Looks up a row of a data table; `error` is true where it fails.",
       ("dataTable", "tableLookup"),
       needs_default=True, architect="dataTableLookup"),
    _T("updateData", WORK, "Sets variables.",
       ("setVariable", "setVariables", "setData", "set", "assign", "assignVariable", "updateVariable", "variable"),
       architect="updateData"),
    _T("setParticipantData", WORK, "Sets data that agents and reports see.",
       ("setAttributes", "setAttribute", "setParticipantAttributes"), architect="setParticipantData"),
    _T("getParticipantData", WORK, "Reads data set earlier in the conversation.",
       ("getAttributes", "getAttribute", "getParticipantAttributes"), architect="getParticipantData"),
    _T("setLanguage", WORK, "Switches the language of prompts and recognition.",
       ("language", "setLocale"), architect="setLanguage"),
    _T("setScreenPop", WORK, "Chooses the script that the agent sees.", ("screenPop",), architect="setScreenPop"),
    _T("wait", WORK, "Pauses for a fixed time.", ("pause", "delay", "sleep"), architect="wait"),
    _T("createCallback", WORK, "Books a call back; `error` is true where it fails.",
       ("callback", "scheduleCallback", "requestCallback"), needs_default=True, architect="createCallback"),
    # -- hands over and comes back
    _T("callTask", CALL, "Runs another task, then goes on.",
       ("task", "reusableTask", "subflow", "callSubflow", "subroutine"), architect="callTask"),
    _T("callCommonModule", CALL, "Runs a common module flow, then goes on.",
       ("commonModule", "callModule", "module"), architect="callCommonModule"),
    _T("callBotFlow", CALL, "Hands over to a bot, then goes on by what the bot found.",
       ("bot", "callBot", "botFlow", "dialogEngineBot"), waits_if_asked=True, architect="callBotFlow"),
    # -- leaves the flow
    _T("transferToAcd", TRANSFER, "Queues the caller for an agent.",
       ("transfer", "transferCall", "transferToQueue", "queueTransfer", "queue", "acd", "transferToAgent", "agent",
        "transferToSkill", "acdTransfer"),
       ends=True, architect="transferToAcd"),
    _T("transferToNumber", TRANSFER, "Transfers to a telephone number.",
       ("externalTransfer", "transferToExternal", "transferExternal", "transferToPhone", "transferToPhoneNumber",
        "dial", "forward"),
       ends=True, architect="transferToNumber"),
    _T("transferToUser", TRANSFER, "Transfers to one person.", ("transferToPerson",), ends=True,
       architect="transferToUser"),
    _T("transferToGroup", TRANSFER, "Transfers to a group or ring group.", ("transferToRingGroup",), ends=True,
       architect="transferToGroup"),
    _T("transferToFlow", TRANSFER, "Hands the call to another flow for good.",
       ("flowTransfer", "gotoFlow", "callFlow"), ends=True, architect="transferToFlow"),
    _T("transferToFlowSecure", TRANSFER, "Hands the call to a secure flow, for card numbers and the like.",
       ("secureFlow", "transferToSecureFlow"), ends=True, architect="transferToFlowSecure"),
    _T("transferToVoicemail", TRANSFER, "Takes a message.",
       ("voicemail", "leaveVoicemail", "leaveMessage", "recordVoicemail"), ends=True, architect="transferToVoicemail"),
    # -- ends
    _T("disconnect", END, "Ends the call.",
       ("hangup", "hangUpCall", "disconnectCall", "terminate", "endCall"), ends=True, architect="disconnect"),
    _T("end", END, "Ends the flow.", ("endFlow", "endTask", "exit", "stop", "finish", "terminal"), ends=True,
       architect="endTask"),
)

# fmt: on

UNKNOWN = NodeType("", WORK, "A type that is not in the table.", waits_if_asked=True)
"""How a node of an unknown type is treated: it goes on, and waits only where it asks the caller."""


def fold(spelling: str) -> str:
    """A type's name without case and separators: `Transfer_To_Queue` and `transferToQueue` become one."""
    return "".join(filter(str.isalnum, spelling)).casefold()


def _names() -> Iterator[tuple[str, NodeType]]:
    for row in NODE_TYPES:
        for name in (row.name, *row.aliases):
            yield fold(name), row


_BY_NAME: dict[str, NodeType] = dict(_names())


@lru_cache(maxsize=4096)
def node_type(spelling: str) -> NodeType | None:
    """The row of a type as a file spells it; None where no row has that name.

    A trailing `Node` or `Action` is ignored where the name is not known with it: `MenuNode` is `menu`,
    `disconnectAction` is `disconnect`, while `dataAction` is itself.
    """
    folded = fold(spelling)
    found = _BY_NAME.get(folded)
    if found is None:
        for suffix in ("node", "action"):
            if folded.endswith(suffix) and len(folded) > len(suffix):
                return _BY_NAME.get(folded[: -len(suffix)])
    return found


def near_type(spelling: str) -> str | None:
    """The known spelling nearest to an unknown one, for "did you mean"; None where none is near."""
    from difflib import get_close_matches

    folded = fold(spelling)
    if len(folded) > _LONGEST:
        return None
    near = get_close_matches(folded, _SPELLED, n=1, cutoff=0.75)
    return _SPELLED[near[0]] if near else None


_SPELLED = {fold(name): name for row in NODE_TYPES for name in (*row.aliases, row.name)}
_LONGEST = 2 * max(map(len, _SPELLED))
