"""Which plan is made for which node: by action type, else by what kind of node it is."""

from __future__ import annotations

from ivr_action.model import NodeKind
from ivr_action.trace import architect_actions as actions
from ivr_action.trace import architect_bots as bots
from ivr_action.trace import architect_callers as callers
from ivr_action.trace import architect_calls as calls
from ivr_action.trace import architect_work as work
from ivr_action.trace.architect_nodes import NodePlan
from ivr_action.trace.architect_transfers import Transfer

PLANS: dict[str, type[NodePlan]] = {
    "decision": actions.Decision,
    "switch": actions.Switch,
    "loop": actions.Loop,
    "loopExit": actions.LoopExit,
    "loopNext": NodePlan,
    "updateData": actions.UpdateData,
    "setParticipantData": actions.SetParticipantData,
    "getParticipantData": actions.GetParticipantData,
    "evaluateSchedule": work.Schedule,
    "evaluateScheduleGroup": work.Schedule,
    "playEstimatedWaitTime": actions.PlayEstimatedWaitTime,
    "playPositionInQueue": actions.PlayPositionInQueue,
    "collectInput": callers.CollectInput,
    "dialByExtension": callers.DialByExtension,
    "menuDialByExtension": callers.DialByExtension,
    "askForSlot": bots.AskForSlot,
    "askForBoolean": bots.AskForBoolean,
    "askForIntent": bots.AskForChoice,
    "digitalMenu": bots.AskForChoice,
    "waitForInput": bots.AskForChoice,
    "askSurveyQuestion": bots.AskSurveyQuestion,
    "loopAnythingElse": bots.AnythingElse,
    "callTask": calls.CallTask,
    "jumpToTask": calls.Jump,
    "jumpToMenu": calls.Jump,
    "changeState": calls.Jump,
    "menuTask": calls.Jump,
    "menuSubMenu": calls.Jump,
    "menuJumpToTask": calls.Jump,
    "menuJumpToMenu": calls.Jump,
    "previousMenu": calls.PreviousMenu,
    "menuPreviousMenu": calls.PreviousMenu,
    "repeatMenu": calls.PreviousMenu,
    "menuRepeatMenu": calls.PreviousMenu,
}
"""Action type → plan."""

BY_KIND: dict[NodeKind, type[NodePlan]] = {
    NodeKind.MENU: callers.Menu,
    NodeKind.INPUT: bots.Ask,
    NodeKind.PROMPT: actions.Play,
    NodeKind.BRANCH: actions.Unclear,
    NodeKind.WORK: work.Work,
    NodeKind.CALL: calls.CallFlow,
    NodeKind.TRANSFER: Transfer,
    NodeKind.END: calls.End,
}
"""Kind of node → plan, for types that are not named above."""
