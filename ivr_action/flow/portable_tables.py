"""What YAML flows and configuration documents call the same parameter, and what the platform fills in by itself.

Read off flows that are published in both formats; rows marked "inferred" are the same parameter of a sister action, or
one whose name and type leave no doubt. docs/digest.md says what follows from a parameter that stands in no table.
"""

from __future__ import annotations

CONFIGURATION_NAMES: dict[str, str] = {
    "prompts": "audio",
    "queues": "targetQueue",
    "skills": "acdSkills",
    "noInputs": "noInput",
    "noMatches": "noMatch",
    "selectedSlot": "slot",
    "errorBindings": "failureOutputs",
    "resultData": "inputData",
    "lookupKeyValue": "lookupValue",
    "actionName": "dataAction",
    "datatableName": "dataTable",
    "numberOfDigitsMin": "digits.min",
    "numberOfDigitsMax": "digits.max",
    "screenPopName": "screenPopScript",
}
"""Key in a configuration document → YAML's name, for every action type."""

CONFIGURATION_NAMES_OF: dict[str, dict[str, str]] = {
    "decision": {"expression": "condition"},
    "collectInput": {"prompts": "inputAudio"},
    "holdMusic": {"bargeInExpression": "bargeInEnabled"},
    "playEstimatedWaitTime": {"prompts": ""},
    "dataTableLookup": {"outputs": "foundOutputs"},
    "callData": {"outputs": "successOutputs"},
    "updateData": {"variables": "statements"},
    "setParticipantData": {"variables": "attributes"},
    "getParticipantData": {"variables": "attributes"},
    "setConversationData": {"variables": "attributes"},
    "getConversationData": {"variables": "attributes"},
    "transferToFlow": {"flowName": "targetFlow"},
    "transferToFlowSecure": {"flowName": "targetFlow"},
    "callBotFlow": {"flowName": "botFlow"},
    "callDigitalBotFlow": {"flowName": "digitalBotFlow"},
    "callCommonModule": {"flowName": "commonModule"},
    "menuTransferToFlow": {"flowName": "targetFlow"},
    "menuTransferToFlowSecure": {"flowName": "targetFlow"},
    "menu": {
        "promptRepeatCount": "settingsMenu.repeatCount",
        "promptRepeatDelay": "settingsMenu.menuSelectionTimeout",
        "extensionDialingDelay": "settingsMenu.extensionDialingMaxDelay",
        "useExtensionDialing": "settingsMenu.listenForExtensionDialing",
    },
}
"""The same for one action type; `""` for what is derived from the other parameters."""

PORTABLE = frozenset((
    "acceptJustPound", "acceptJustStar", "acdSkills", "appendSkills", "attributes", "audio", "bargeInEnabled",
    "botFlow", "category", "commonModule", "communication", "condition", "confirmationMode", "conversationId",
    "currentIndex", "customValidation", "dataAction", "dataTable", "digitalBotFlow", "digits", "directAgent",
    "duration", "estimatedWaitTime", "exitReason", "failureOutputs", "failureTransferAudio",
    "failureTransferCommunication", "foundOutputs", "includeTerminatingDtmfInResultData", "inputAudio", "inputData",
    "inputText", "inputs", "intent", "interDigitTimeout", "languageSkill", "lookupValue", "loopCount", "messageBody",
    "messageBodyStyle", "noEntryTimeout", "noInput", "noMatch", "outputs", "participantId", "preTransferAudio",
    "preTransferCommunication", "preferredAgents", "priority", "processingPrompt", "prompt", "question",
    "roundingInterval", "slot", "slots", "specificRoundingIntervals", "statements", "successOutputs", "targetFlow",
    "targetQueue", "timeout", "trimDurationNearMaxRunningTime", "version", "voiceEndOfInputTimeout",
    "settingsMenu",
))  # fmt: skip
"""Parameters (the first part of a field's name) that both formats are known to express."""

DEFAULTS: dict[str, tuple[frozenset[str], str]] = {
    "appendSkills": (frozenset(("false",)), "the editor's unticked box"),
    "acceptJustStar": (frozenset(("false",)), "the editor's unticked box"),
    "acceptJustPound": (frozenset(("false",)), "the editor's unticked box"),
    "includeTerminatingDtmfInResultData": (frozenset(("false",)), "the editor's unticked box"),
    "bargeInEnabled": (frozenset(("false",)), "the editor's unticked box"),
    "trimDurationNearMaxRunningTime": (frozenset(("false",)), "the editor's unticked box"),
    "priority": (frozenset(("0",)), "an interaction's priority where none is given"),
    "messageBodyStyle": (frozenset(("notice",)), "the style of a response where none is given"),
    "timeout": (frozenset(("60 s",)), "a data action's suggested timeout"),
    "duration": (frozenset(("60 s",)), "hold music's duration, kept even where the whole prompt plays"),
    "preTransferAudio": (frozenset(("ToAudioBlank(100)",)), "silence, what a new transfer action plays"),
    "failureTransferAudio": (frozenset(("ToAudioBlank(100)",)), "silence, what a new transfer action plays"),
    "confirmationMode": (frozenset(("never",)), "a new question asks for no confirmation"),
    "version": (frozenset(("latest",)), "the newest published version"),
}
"""Parameter → what the platform fills in where the file says nothing, and why it does."""
