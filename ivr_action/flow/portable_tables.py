"""What YAML flows and configuration documents call the same parameter, and what the platform fills in by itself.

Read off flows that are published in both formats; rows marked "inferred" are the same parameter of a sister action, or
one whose name and type leave no doubt. docs/digest.md says what follows from a parameter that stands in no table.
"""

from __future__ import annotations

from typing import NamedTuple

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
    "connTimeout": "connectTimeout",
}
"""Key in a configuration document → YAML's name, for every action type."""

CONFIGURATION_NAMES_OF: dict[str, dict[str, str]] = {
    "decision": {"expression": "condition"},
    "collectInput": {"prompts": "inputAudio"},
    "holdMusic": {"bargeInExpression": "bargeInEnabled", "duration": "playStyle.duration"},
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
        "speechRecMinConfidence": "settingsSpeechRec.minConfidenceLevel",
        "speechRecTimeoutComplete": "settingsSpeechRec.completeMatchTimeout",
        "speechRecTimeoutIncomplete": "settingsSpeechRec.incompleteMatchTimeout",
        "speechRecTimeoutTotal": "settingsSpeechRec.maxSpeechLengthTimeout",
    },
}
"""The same for one action type; `""` for what is derived from the other parameters."""

PORTABLE = frozenset((
    "acceptJustPound", "acceptJustStar", "acdSkills", "appendSkills", "attributes", "audio", "bargeInEnabled",
    "bcc", "botFlow", "category", "cc", "commonModule", "communication", "condition", "confirmationMode",
    "connectTimeout", "conversationId", "currentIndex", "customValidation", "dataAction", "dataTable",
    "digitalBotFlow", "digits", "directAgent", "dtmf", "duration", "estimatedWaitTime", "evaluate", "exitReason",
    "externalId", "externalResult", "failureOutputs", "failureTransferAudio", "failureTransferCommunication",
    "findName", "findResult", "foundOutputs", "from", "globalDtmf", "globalSpeechRecTerms",
    "includeTerminatingDtmfInResultData", "inputAudio", "inputData", "inputText", "inputs", "intent",
    "interDigitTimeout", "invocationData", "languageSkill", "lookupValue", "loopCount", "messageBody",
    "messageBodyStyle", "noEntryTimeout", "noInput", "noMatch", "outputPath", "outputs", "participantId",
    "playStyle", "preTransferAudio", "preTransferCommunication", "preferredAgents", "priority",
    "processingPrompt", "prompt", "question", "replyTo", "roundingInterval", "settingsMenu", "settingsSpeechRec",
    "slot", "slots", "specificRoundingIntervals", "speechRecTerms", "statements", "successOutputs", "targetFlow",
    "targetQueue", "timeout", "trimDurationNearMaxRunningTime", "version", "voiceEndOfInputTimeout",
))  # fmt: skip
"""Parameters (the first part of a field's name) that both formats are known to express."""

UNSHOWN = frozenset((
    "callLexBot", "callLexV2Bot", "callDialogflowBot", "callBotConnector", "callAudioConnector", "findQueueById",
    "findUserById", "findUsersById",
))  # fmt: skip
"""Action types whose configuration nobody has shown: of these only their place in the graph counts."""

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
    "preTransferAudio": (frozenset(("ToAudioBlank(100)",)), "silence, what a new transfer action plays"),
    "failureTransferAudio": (frozenset(("ToAudioBlank(100)",)), "silence, what a new transfer action plays"),
    "preTransferCommunication": (frozenset(('MakeCommunication(\n  "")',)), "an empty message, which says nothing"),
    "failureTransferCommunication": (frozenset(('MakeCommunication(\n  "")',)), "an empty message, which says nothing"),
    "playStyle.entirePrompt": (frozenset(("true",)), "hold music plays the whole prompt where no duration is given"),
    "confirmationMode": (frozenset(("never",)), "a new question asks for no confirmation"),
    "version": (frozenset(("latest",)), "the newest published version"),
}
"""Parameter → what the platform fills in where the file says nothing, and why it does."""


class Setting(NamedTuple):
    """A setting of the flow that both formats express."""

    configuration: str
    """Where it stands in a configuration document; empty where `portable_settings` reads it by itself."""
    defaults: frozenset[str] = frozenset()
    """What the platform fills in where the file says nothing."""


def _setting(configuration: str, *defaults: str) -> Setting:
    return Setting(configuration, frozenset(defaults))


_HANDOVER = "One moment, please, while I put you through to someone who can help."
SETTINGS: dict[str, Setting] = {
    "initialGreeting": _setting("initialPrompts"),
    "worktype": _setting("workitemFlowSettings.worktype.name"),
    "settingsErrorHandling.errorHandling": _setting("errorHandling.handlingType"),
    "settingsErrorHandling.errorHandling.queue.targetQueue": _setting(""),
    "settingsErrorHandling.preHandlingAudio": _setting(
        "errorHandling.audio", "Sorry, an error occurred. Please try your call again."
    ),
    "settingsErrorHandling.enableAgentEscalation": _setting("errorHandling.enableAgentEscalation", "true"),
    "settingsErrorHandling.errorEventHandover": _setting(
        "errorHandling.errorEventHandover", f'MakeCommunication(\n  "Sorry, an error occurred. {_HANDOVER}")'
    ),
    "settingsErrorHandling.agentEscalationConfirmation": _setting(
        "errorHandling.agentEscalationConfirmation",
        'MakeCommunication(\n  "You want to speak to an advisor. Is that correct?")',
    ),
    "settingsErrorHandling.agentEscalationHandover": _setting(
        "errorHandling.agentEscalationHandover",
        'MakeCommunication(\n  "One moment, please, and I will put you through to someone.")',
    ),
    "settingsErrorHandling.recognitionFailureEventHandover": _setting(
        "errorHandling.recognitionEventHandover",
        f'MakeCommunication(\n  "Sorry, I\'m having trouble understanding you. {_HANDOVER}")',
    ),
    "settingsErrorHandling.recognitionFailureEventHandling": _setting("errorHandling.recognitionHandlingType", "exit"),
    "settingsErrorHandling.agentEscalationHandling": _setting("errorHandling.agentEscalationHandlingType", "exit"),
    "settingsInQueueCall.holdMusic": _setting("inQueueCallFlowSettings.holdMusic", "on_hold_music"),
    "settingsOutboundCall.contactList": _setting("outboundCallSettings.contactList"),
    "settingsOutboundCall.wrapupCode": _setting("outboundCallSettings.defaultWrapupCode"),
    "settingsVirtualAgent.summarization": _setting("virtualAgentSettings.summarization", "false"),
    "settingsVirtualAgent.assignWrapupCodes": _setting("virtualAgentSettings.assignWrapupCodes", "false"),
    "settingsBotFlow.virtualAgentEnabled": _setting("", "false"),
    "settingsBotFlow.intents": _setting(""),
    "settingsMenu.repeatCount": _setting("defaultSettings.Menu.promptRepeatCount", "3"),
    "settingsMenu.menuSelectionTimeout": _setting("defaultSettings.Menu.promptRepeatDelay", "10 s"),
    "settingsMenu.extensionDialingMaxDelay": _setting("defaultSettings.Menu.extensionDialingDelay", "1 s"),
    "settingsMenu.listenForExtensionDialing": _setting("defaultSettings.Menu.useExtensionDialing", "true"),
    "settingsSpeechRec.minConfidenceLevel": _setting("defaultSettings.SpeechRec.speechRecMinConfidence", "50"),
    "settingsSpeechRec.completeMatchTimeout": _setting("defaultSettings.SpeechRec.speechRecTimeoutComplete", "0.100 s"),
    "settingsSpeechRec.incompleteMatchTimeout": _setting(
        "defaultSettings.SpeechRec.speechRecTimeoutIncomplete", "1.500 s"
    ),
    "settingsSpeechRec.maxSpeechLengthTimeout": _setting("defaultSettings.SpeechRec.speechRecTimeoutTotal", "20 s"),
}
_ACTION_DEFAULTS = (
    ("playAudioOnSilence.timeout", "PlayAudioOnSilenceAction.timeout", "40 s"),
    ("detectSilence.timeout", "DetectSilenceAction.timeout", "40 s"),
    ("callData.processingPrompt", "DataAction.processingPrompt", "processing"),
    ("callBridge.processingPrompt", "BridgeServerAction.processingPrompt", "processing"),
    ("collectInput.noEntryTimeout", "CollectInputAction.noEntryTimeout", "5 s"),
    ("dialByExtension.interDigitTimeout", "DialExtensionAction.digitTimeout", "6 s"),
    ("transferToUser.connectTimeout", "TransferUserAction.connTimeout", ""),
    ("transferToNumber.connectTimeout", "TransferExternalAction.connTimeout", ""),
    ("transferToGroup.connectTimeout", "TransferGroupAction.connTimeout", ""),
    ("transferToFlowSecure.connectTimeout", "TransferFlowSecureAction.connTimeout", "15 s"),
    ("askForIntent.voiceEndOfInputTimeout", "AskForNLUIntentAction.voiceEndOfInputTimeout", "1 s"),
    ("askForBoolean.voiceEndOfInputTimeout", "AskForBooleanAction.voiceEndOfInputTimeout", "1 s"),
    ("askForSlot.voiceEndOfInputTimeout", "AskForSlotAction.voiceEndOfInputTimeout", "1 s"),
)
SETTINGS |= {
    f"settingsActionDefaults.{yaml}": _setting(f"defaultSettings.{configuration}", *filter(None, (default,)))
    for yaml, configuration, default in _ACTION_DEFAULTS
}
_USER_INPUT: dict[str, tuple[str, str]] = {
    "enableBargeIn": ("", "true"),
    "enableAutomaticQuickReplies": ("", "true"),
    "noMatchesMax": ("", "3"),
    "noInputsMax": ("", "3"),
    "noInputsTimeout": ("", "7 s"),
    "endOfSessionMessage": ("", ""),
    "speechToTextSpeechDetectionSensitivity": ("", ""),
    "speechToTextMaxSpeechTimeout": ("", ""),
    "enableIntentClassificationHinting": ("", "false"),
    "interDigitTimeout": ("", "3 s"),
    "dtmfTerminatingCharacter": ("", "#"),
    "confirmationRejectionsMax": ("", "3"),
    "collectionLowConfidenceThreshold": ("", "20"),
    "collectionHighConfidenceThreshold": ("", "70"),
    "confirmationLowConfidenceThreshold": ("", "40"),
    "noMatchApology": ("noMatchApologies.1", "Sorry."),
    "noInputApology": ("noInputsApologies.1", "Sorry, I didn't hear you."),
    "noToConfirmationApology": ("noToConfirmationApologies.1", "My mistake."),
    "confirmationNoMatchApology": ("confirmationNoMatchApologies.1", "Sorry, please say yes or no."),
    "confirmationNoInputApology": (
        "confirmationNoInputApologies.1",
        "Sorry, I didn't hear you.  Please say yes or no.",
    ),
}
SETTINGS |= {
    f"settingsUserInput.{yaml}": _setting(
        f"userInputSettings.{configuration or yaml}",
        *([f'MakeCommunication(\n  "{default}")'] if configuration else filter(None, (default,))),
    )
    for yaml, (configuration, default) in _USER_INPUT.items()
}
_KNOWLEDGE: dict[str, str] = {
    "maxNumOfAnswersReturned": "3",
    "knowledgeInitialResponseSingle": "",
    "knowledgeInitialResponseMulti": "To help me clarify your goal, please choose a number from the following list:",
    "knowledgeInitialResponseMultiRetry": (
        "Please choose a number, for example '1'.\\nHere's the list of options again:"
    ),
    "knowledgeNoMatch": "None of these",
    "knowledgeConfirmation": "Did this answer your question?",
    "sendKnowledgeFeedback": "true",
    "responseBias": "neutral",
}
SETTINGS |= {"settingsKnowledge": _setting("knowledgeSettings.knowledgeBaseName")} | {
    f"settingsKnowledge.{name}": _setting(
        f"knowledgeSettings.{name}",
        *([default, f'MakeCommunication(\n  "{default}")'] if default else ()),
    )
    for name, default in _KNOWLEDGE.items()
}

TYPE_NAMES = {"dat": "date", "tim": "time", "cpx_agent_score_pair": "agentScorePair"}
"""Types of variables that the reader leaves in the configuration document's words → YAML's."""

OWN_DEFAULTS = {"defaultLanguage": "lit en-us", "supportedLanguages": "lit en-us"}
"""The language of a flow that names none."""
ERROR_HANDLING = {
    "workflow": "endWorkflow", "botFlow": "exit", "digitalBotFlow": "exit", "digitalBot": "exit",
    "workitem": "endFlow", "commonModule": "endTask",
}  # fmt: skip
"""Flow type → what error handling does where the file says nothing; `disconnect` for the others."""
