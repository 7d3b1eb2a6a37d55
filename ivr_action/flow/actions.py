"""What is known of each action type: what it does to a caller, its outputs, its names in both formats.

Sources: Genesys' own scripting SDK (npm purecloud-flow-scripting-api-sdk-javascript 0.0.18, MIT) for termination,
outputs and labels; published flows in both formats; Genesys' Resource Center. Types that neither has were named after
the platform SDKs' list of action types: their labels and `__type`s are inferred.
"""

from __future__ import annotations

from typing import NamedTuple

from ivr_action.model import NodeKind

PROMPT, BRANCH, WORK = NodeKind.PROMPT, NodeKind.BRANCH, NodeKind.WORK
INPUT, CALL, TRANSFER, END = NodeKind.INPUT, NodeKind.CALL, NodeKind.TRANSFER, NodeKind.END


class ActionType(NamedTuple):
    """One action type."""

    name: str
    """YAML key."""
    kind: NodeKind
    outputs: tuple[str, ...] = ()
    """Outputs that it always has, in the editor's order; a missing one in a file is an empty one."""
    terminates: str = ""
    """`flow`, `task`, `state`, or `loop`: what it ends by itself. A transfer ends the flow where it succeeds."""
    jumps: bool = False
    """Control goes to what its reference names and does not come back."""
    waits: bool = False
    """The caller, or a clock, decides when it goes on."""
    configuration: str = ""
    """`__type` in configuration documents."""
    label: str = ""
    """The name Architect gives it where the author gives none."""
    strict_outputs: bool = False
    """True where no output beside `outputs` can exist."""
    required: tuple[str, ...] = ()
    """Parameters without which it means nothing."""


def _table(*rows: ActionType) -> dict[str, ActionType]:
    return {row.name: row for row in rows}


# fmt: off
_T = ActionType
ACTIONS: dict[str, ActionType] = _table(
    # -- plays, speaks, sends
    _T("playAudio", PROMPT, configuration="PlayAudioAction", label="Play Audio"),
    _T("communicate", PROMPT, configuration="CommunicateAction", label="Communicate"),
    _T("sendResponse", PROMPT, configuration="SendResponseAction", label="Send Response"),
    _T("sendAutoReply", PROMPT, configuration="SendAutoReplyAction", label="Send Auto Reply"),
    _T("holdMusic", PROMPT, waits=True, configuration="HoldMusicAction", label="Hold Music"),
    _T("playEstimatedWaitTime", PROMPT, configuration="PlayEstimatedWaitTimeAction", label="Play Estimated Wait Time"),
    _T("playPositionInQueue", PROMPT, configuration="PlayPositionInQueueAction", label="Play Position In Queue"),
    _T("playAudioOnSilence", PROMPT, configuration="PlayAudioOnSilenceAction", label="Play Audio on Silence"),
    _T("sendNotification", PROMPT, configuration="SendNotificationAction", label="Send Notification"),
    # -- asks
    _T("collectInput", INPUT, ("success", "failure"), waits=True, configuration="CollectInputAction",
       label="Collect Input", strict_outputs=True),
    _T("askForSlot", INPUT, ("default", "maxNoInputs", "maxNoMatches"), waits=True, configuration="AskForSlotAction",
       label="Ask for Slot"),
    _T("askForBoolean", INPUT, ("yes", "no", "maxNoInputs", "maxNoMatches"), waits=True,
       configuration="AskForBooleanAction", label="Ask for Yes/No"),
    _T("askForIntent", INPUT, ("noIntent", "knowledge", "maxNoInputs", "maxNoMatches"), waits=True,
       configuration="AskForNLUIntentAction", label="Ask for Intent"),
    _T("digitalMenu", INPUT, ("maxNoInputs", "maxNoMatches"), waits=True, configuration="DigitalMenuAction",
       label="Digital Menu"),
    _T("waitForInput", INPUT, waits=True, configuration="WaitForInputAction", label="Wait for Input"),
    _T("askSurveyQuestion", INPUT, ("default", "conditionsNotMet"), waits=True,
       configuration="AskSurveyQuestionAction", label="Ask Survey Question"),
    _T("dialByExtension", TRANSFER, ("failure", "timeout"), waits=True, configuration="DialExtensionAction",
       label="Dial by Extension"),
    _T("loopAnythingElse", INPUT, ("loop",), waits=True, configuration="LoopAnythingElseAction",
       label="Loop Anything Else"),
    # -- decides
    _T("decision", BRANCH, ("yes", "no"), configuration="DecisionAction", label="Decision", strict_outputs=True,
       required=("condition",)),
    _T("switch", BRANCH, ("default",), configuration="SwitchAction", label="Switch", required=("evaluate",)),
    _T("evaluateSchedule", BRANCH, ("active", "inactive"), configuration="EvaluateScheduleAction",
       label="Evaluate Schedule"),
    _T("evaluateScheduleGroup", BRANCH, ("open", "closed", "holiday", "emergency"),
       configuration="EvaluateScheduleGroupAction", label="Evaluate Schedule Group"),
    _T("loop", BRANCH, ("loop",), configuration="LoopAction", label="Loop", strict_outputs=True),
    # -- works
    _T("callData", WORK, ("success", "failure", "timeout"), configuration="DataAction", label="Call Data Action",
       strict_outputs=True, required=("category",)),
    _T("callBridge", WORK, ("success", "failure", "timeout"), configuration="BridgeServerAction",
       label="Call Bridge Action"),
    _T("dataTableLookup", WORK, ("found", "notFound", "failure"), configuration="DataTableLookupAction",
       label="Data Table Lookup", strict_outputs=True, required=("dataTable",)),
    _T("updateData", WORK, configuration="UpdateVariableAction", label="Update Data"),
    _T("setParticipantData", WORK, configuration="SetAttributesAction", label="Set Participant Data"),
    _T("getParticipantData", WORK, configuration="GetAttributesAction", label="Get Participant Data"),
    _T("setConversationData", WORK, ("success", "failure"), configuration="SetConversationDataAction",
       label="Set Conversation Data"),
    _T("getConversationData", WORK, ("found", "notFound", "failure"), configuration="GetConversationDataAction",
       label="Get Conversation Data"),
    _T("findQueue", WORK, ("found", "notFound"), configuration="FindQueueAction", label="Find Queue"),
    _T("findQueueById", WORK, ("found", "notFound"), configuration="FindQueueByIdAction", label="Find Queue by ID"),
    _T("findUser", WORK, ("found", "notFound"), configuration="FindUserAction", label="Find User"),
    _T("findUserById", WORK, ("found", "notFound"), configuration="FindUserByIdAction", label="Find User by ID"),
    _T("findUsersById", WORK, ("found", "notFound"), configuration="FindUsersByIdAction", label="Find Users by ID"),
    _T("findSkill", WORK, ("found", "notFound"), configuration="FindSkillAction", label="Find Skill"),
    _T("findLanguageSkill", WORK, ("found", "notFound"), configuration="FindLanguageSkillAction",
       label="Find Language Skill"),
    _T("findGroup", WORK, ("found", "notFound"), configuration="FindGroupAction", label="Find Group"),
    _T("findSchedule", WORK, ("found", "notFound"), configuration="FindScheduleAction", label="Find Schedule"),
    _T("findScheduleGroup", WORK, ("found", "notFound"), configuration="FindScheduleGroupAction",
       label="Find Schedule Group"),
    _T("findEmergencyGroup", WORK, ("found", "notFound"), configuration="FindEmergencyGroupAction",
       label="Find Emergency Group"),
    _T("findUserPrompt", WORK, ("found", "notFound"), configuration="FindUserPromptAction", label="Find User Prompt"),
    _T("findSystemPrompt", WORK, ("found", "notFound"), configuration="FindSystemPromptAction",
       label="Find System Prompt"),
    _T("getExternalContact", WORK, ("found", "notFound"), configuration="GetExternalContactAction",
       label="Get External Contact"),
    _T("getExternalOrganization", WORK, ("found", "notFound"), configuration="GetExternalOrganizationAction",
       label="Get External Organization"),
    _T("searchExternalContacts", WORK, ("exact", "multiple", "notFound"),
       configuration="SearchExternalContactsAction", label="Search External Contacts"),
    _T("getResponse", WORK, ("success",), configuration="GetResponseAction", label="Get Response"),
    _T("setLanguage", WORK, configuration="SetLocaleAction", label="Set Language"),
    _T("setScreenPop", WORK, configuration="ScreenPopAction", label="Set Screen Pop"),
    _T("setWrapupCode", WORK, ("success", "failure"), configuration="SetWrapupCodeAction", label="Set Wrap-up Code"),
    _T("setWhisperAudio", WORK, ("success", "failure"), configuration="SetWhisperAudioAction",
       label="Set Whisper Audio"),
    _T("setPostFlow", WORK, configuration="SetPostFlowAction", label="Set Post-Flow"),
    _T("setUUIData", WORK, configuration="SetUUIDataAction", label="Set UUI Data"),
    _T("setFlowOutcome", WORK, configuration="SetFlowOutcomeAction", label="Set Flow Outcome"),
    _T("initializeFlowOutcome", WORK, configuration="InitializeFlowOutcomeAction", label="Initialize Flow Outcome"),
    _T("addFlowMilestone", WORK, configuration="AddFlowMilestoneAction", label="Add Flow Milestone"),
    _T("createCallback", WORK, ("success", "failure"), configuration="CreateCallbackAction", label="Create Callback"),
    _T("clearSlot", WORK, configuration="ClearSlotAction", label="Clear Slot"),
    _T("clearVoicemailSnippet", WORK, configuration="ClearVoicemailSnippetAction", label="Clear Voicemail Snippet"),
    _T("detectSilence", WORK, ("detected", "notDetected"), configuration="DetectSilenceAction", label="Detect Silence"),
    _T("enableParticipantRecord", WORK, configuration="ParticipantRecordingAction", label="Enable Participant Record"),
    _T("extractSecureData", WORK, configuration="ExtractSecureDataAction", label="Extract Secure Data"),
    _T("transcription", WORK, configuration="TranscriptionAction", label="Transcription"),
    _T("wait", WORK, waits=True, configuration="WaitAction", label="Wait"),
    _T("disconnectWorkitem", WORK, ("success", "failure"), configuration="DisconnectWorkitemAction",
       label="Disconnect Workitem"),
    # -- hands over and comes back
    _T("callTask", CALL, ("default",), configuration="CallTaskAction", label="Call Task", required=("targetTaskRef",)),
    _T("callCommonModule", CALL, configuration="CallCommonModuleAction", label="Call Common Module"),
    _T("callBotFlow", CALL, waits=True, configuration="CallBotFlowAction", label="Call Bot Flow"),
    _T("callDigitalBotFlow", CALL, waits=True, configuration="CallDigitalBotFlowAction", label="Call Digital Bot Flow"),
    _T("callLexBot", CALL, ("failure",), waits=True, configuration="LexAction", label="Call Lex Bot"),
    _T("callLexV2Bot", CALL, ("failure",), waits=True, configuration="LexV2Action", label="Call Lex V2 Bot"),
    _T("callDialogflowBot", CALL, ("failure",), waits=True, configuration="DialogflowAction",
       label="Call Dialogflow Bot"),
    _T("callBotConnector", CALL, ("failure",), waits=True, configuration="BotConnectorAction",
       label="Call Bot Connector"),
    _T("callAudioConnector", CALL, ("failure",), waits=True, configuration="AudioConnectorAction",
       label="Call Audio Connector"),
    # -- leaves the flow; goes on only where that fails
    _T("transferToAcd", TRANSFER, ("failure",), configuration="TransferPureMatchAction", label="Transfer to ACD",
       required=("targetQueue",)),
    _T("transferToVoicemail", TRANSFER, ("failure",), configuration="TransferVoicemailAction",
       label="Transfer to Voicemail"),
    _T("transferToFlow", TRANSFER, ("failure",), configuration="TransferFlowAction", label="Transfer to Flow"),
    _T("transferToFlowSecure", TRANSFER, ("failure",), configuration="TransferFlowSecureAction",
       label="Transfer to Secure Flow"),
    _T("transferToNumber", TRANSFER, ("failure",), configuration="TransferExternalAction", label="Transfer to Number"),
    _T("transferToUser", TRANSFER, ("failure",), configuration="TransferUserAction", label="Transfer to User"),
    _T("transferToGroup", TRANSFER, ("failure",), configuration="TransferGroupAction", label="Transfer to Group"),
    # -- ends
    _T("disconnect", END, terminates="flow", configuration="DisconnectAction", label="Disconnect"),
    _T("endWorkflow", END, terminates="flow", configuration="EndWorkflowAction", label="End Workflow"),
    _T("endFlow", END, terminates="flow", configuration="EndFlowAction", label="End Flow"),
    _T("returnToAgent", END, terminates="flow", label="Return to Agent"),
    _T("exitBotFlow", END, terminates="flow", configuration="ExitBotFlowAction", label="Exit Bot Flow"),
    _T("exitWorkitemFlow", END, terminates="flow", configuration="ExitWorkitemFlowAction", label="Exit Workitem Flow"),
    _T("abortSurveyInvite", END, terminates="flow", configuration="AbortSurveyInviteAction",
       label="Abort Survey Invite"),
    _T("completeSurveyInvite", END, terminates="flow", configuration="CompleteSurveyInviteAction",
       label="Complete Survey Invite"),
    _T("endTask", END, terminates="task", configuration="EndTaskAction", label="End Task"),
    # -- goes elsewhere in the flow
    _T("jumpToTask", WORK, terminates="task", jumps=True, configuration="TransferTaskAction",
       label="Jump to Reusable Task", required=("targetTaskRef",)),
    _T("jumpToMenu", WORK, terminates="task", jumps=True, configuration="TransferMenuAction", label="Jump to Menu",
       required=("targetMenuRef",)),
    _T("changeState", WORK, terminates="state", jumps=True, configuration="ChangeStateAction", label="Change State",
       required=("targetStateRef",)),
    _T("previousMenu", WORK, terminates="task", jumps=True, configuration="PreviousMenuAction", label="Previous Menu"),
    _T("repeatMenu", WORK, terminates="task", jumps=True, configuration="RepeatMenuAction", label="Repeat Menu"),
    _T("loopNext", WORK, terminates="loop", jumps=True, configuration="NextLoopAction", label="Next Loop"),
    _T("loopExit", WORK, terminates="loop", jumps=True, configuration="ExitLoopAction", label="Exit Loop"),
    # -- menu choices
    _T("menuTask", WORK, jumps=True, configuration="TaskAction"),
    _T("menuJumpToTask", WORK, jumps=True, configuration="TransferTaskAction", required=("targetTaskRef",)),
    _T("menuSubMenu", WORK, jumps=True, configuration="MenuAction"),
    _T("menuJumpToMenu", WORK, jumps=True, configuration="TransferMenuAction", required=("targetMenuRef",)),
    _T("menuPreviousMenu", WORK, jumps=True, configuration="PreviousMenuAction"),
    _T("menuRepeatMenu", WORK, jumps=True, configuration="RepeatMenuAction"),
    _T("menuDisconnect", END, terminates="flow", configuration="DisconnectAction"),
    _T("menuTransferToAcd", TRANSFER, ("failure",), configuration="TransferPureMatchAction", required=("targetQueue",)),
    _T("menuTransferToVoicemail", TRANSFER, ("failure",), configuration="TransferVoicemailAction"),
    _T("menuTransferToFlow", TRANSFER, ("failure",), configuration="TransferFlowAction"),
    _T("menuTransferToFlowSecure", TRANSFER, ("failure",), configuration="TransferFlowSecureAction"),
    _T("menuTransferToNumber", TRANSFER, ("failure",), configuration="TransferExternalAction"),
    _T("menuTransferToUser", TRANSFER, ("failure",), configuration="TransferUserAction"),
    _T("menuTransferToGroup", TRANSFER, ("failure",), configuration="TransferGroupAction"),
    _T("menuDialByExtension", TRANSFER, ("failure", "timeout"), waits=True, configuration="DialExtensionAction"),
)

# fmt: on

BY_CONFIGURATION: dict[str, ActionType] = {}
"""`__type` in a configuration document → action type."""
CHOICES_BY_CONFIGURATION: dict[str, ActionType] = {}
"""The same for the action of a menu choice."""
for _row in ACTIONS.values():
    if _row.configuration:
        (CHOICES_BY_CONFIGURATION if _row.name.startswith("menu") else BY_CONFIGURATION)[_row.configuration] = _row

FLOW_TYPES: dict[str, str] = {
    "inboundcall": "inboundCall",
    "outboundcall": "outboundCall",
    "securecall": "secureCall",
    "inqueuecall": "inqueueCall",
    "inqueueemail": "inqueueEmail",
    "inqueueshortmessage": "inqueueShortMessage",
    "inboundemail": "inboundEmail",
    "inboundchat": "inboundChat",
    "inboundshortmessage": "inboundShortMessage",
    "workflow": "workflow",
    "workitem": "workitem",
    "bot": "botFlow",
    "botflow": "botFlow",
    "digitalbot": "digitalBot",
    "digitalbotflow": "digitalBotFlow",
    "commonmodule": "commonModule",
    "surveyinvite": "surveyInvite",
    "voicesurvey": "voiceSurvey",
    "voicemail": "voicemail",
    "voice": "voice",
    "speech": "speech",
}
"""The platform's flow types (lower case, as configuration documents and the API have them) → YAML's spelling."""

YAML_FLOW_TYPES = frozenset(FLOW_TYPES.values())

IN_QUEUE_TYPES = frozenset(("inqueueCall", "inqueueEmail", "inqueueShortMessage"))
"""Their actions start again from the top until the interaction leaves the queue (inferred from LoopTask)."""


def action_type(name: str) -> ActionType:
    """What is known of a type; for one that is not in the table, what its name says."""
    known = ACTIONS.get(name)
    if known is not None:
        return known
    bare = name[4:5].lower() + name[5:] if name.startswith("menu") and len(name) > 4 else name
    if bare.startswith("transferTo"):
        return ActionType(name, TRANSFER, ("failure",))
    if bare.startswith(("askFor", "collect")):
        return ActionType(name, INPUT, waits=True)
    if bare.startswith("call"):
        return ActionType(name, CALL, waits="Bot" in bare)
    if bare.startswith(("play", "send")):
        return ActionType(name, PROMPT)
    return ActionType(name, WORK)
