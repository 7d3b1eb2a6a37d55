"""Words of Architect YAML that published flows use, by where they can stand.

Read off 127 published files and Genesys' scripting SDK. It is not complete: Genesys adds words with every release. So a
word that is not here means nothing by itself; only one that is nearly one of these, or one of these in a place where it
cannot be, is taken for a mistake.
"""

from __future__ import annotations

from ivr_action.flow.actions import ACTIONS


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


VALUE_WORDS = _words("lit exp tts var noValue")
"""The one key of a value. `none` and `prompt` are values too, but also parameters of their own."""

UNITS = _words("seconds minutes hours days ms")
"""Keys of a literal duration."""

HEADER = _words("""
    name description division startUpRef defaultLanguage supportedLanguages variables initialGreeting
    menus tasks states bots startUpTaskActions startUpTaskVariables worktype
    settingsActionDefaults settingsBotFlow settingsCommonModule settingsErrorHandling settingsInQueueCall
    settingsInboundEmailHandling settingsKnowledge settingsMenu settingsNaturalLanguageUnderstanding
    settingsOutboundCall settingsPrompts settingsSpeechRec settingsUserInput settingsVirtualAgent
    """)
"""Keys of a flow."""

CONTAINER = _words("""
    name refId description variables actions outputPaths audio choices defaultChildMenuRef settingsMenu
    settingsSpeechRec settingsActionDefaults settingsPrompts
    """)
"""Keys of a menu, task, state or bot."""

SAFE_NULLS = _words(
    "name description division refId menus tasks states bots variables actions choices outputPaths cases "
    "startUpTaskActions"
)
"""Keys whose missing value another rule reports, or that may be empty."""

ONE_NAME = _words("category dataAction dataTable botFlow digitalBotFlow commonModule")
"""Under these stands one name that somebody gave, and under it the rest."""

NAMES_BELOW: dict[str, int] = {
    **dict.fromkeys(_words("inputs successOutputs failureOutputs foundOutputs intents"), 1),
    **dict.fromkeys(_words("supportedLanguages speechRecTerms textToSpeech terms settingsKnowledge"), 1),
    **dict.fromkeys(ONE_NAME, 1),
    "lexBot": 4,  # region, bot, language, alias
    "utterances": -1,
    "entityTypes": -1,
}
"""Under these, the keys are names, languages or the like, on so many levels; -1: what stands below is not
looked at."""

WORDS = (
    _words("""
        yes no task slot slots bot path json queue
        nluDomainVersion mutedUtterances languageVersions entityTypes entities utterances entityNameReferences
        acceptJustPound acceptJustStar acdSkill acdSkills actions agentEscalationConfirmation agentEscalationHandling
        agentEscalationHandover agentScorePairCollection agentScorePairCollectionVariable aliasInitialIntentName
        appendSkills asrCompanyDir asrEnabledOnFlow assignWrapupCodes attribute attributes audio bargeInEnabled boolean
        booleanVariable botFlow bots buttons callDataSecure cards carousel case cases category choices chooser
        collectionHighConfidenceThreshold collectionLowConfidenceThreshold commonModule communication
        compatibleFlowTypes completeMatchTimeout condition confirmation confirmationLowConfidenceThreshold
        confirmationMode confirmationNoInputApology confirmationNoMatchApology confirmationRejectionsMax connectTimeout
        contactList conversationId currentIndex customValidation dataAction dataTable dateVariable dateTimeVariable
        decimalVariable default defaultChildMenuRef defaultEngine defaultLanguage defaultLanguageSkill defaultVoice
        description destination digitalBotFlow digits directAgent disposition division dtmf dtmfTerminatingCharacter
        duration durationVariable emailHandling emergencyGroup enableAgentEscalation enableAutomaticQuickReplies
        enableBargeIn enableIntentClassificationHinting enabled endOfSessionMessage engine ensureAudioInPrompts
        entirePrompt errorEventHandover errorHandling estimatedWaitTime evaluate evaluationType exact exit exitReason
        extensionDialingMaxDelay externalContactVariable externalId externalResult failure failureOutputs
        failureTransferAudio failureTransferCommunication findId findName findResult firstMatch firstTrue flowType found
        foundOutputs globalDtmf globalSpeechRecTerms inServiceSchedules includeTerminatingDtmfInResultData
        incompleteMatchTimeout initialGreeting initialValue inputAudio inputData inputText inputs integer
        integerCollectionVariable integerVariable intent intentSettings intents interDigitTimeout invocationData
        inviteBody inviteSubject isInput isOutput items jsonVariable knowledge knowledgeConfirmation
        knowledgeInitialResponseFollowup knowledgeInitialResponseMulti knowledgeInitialResponseMultiRetry
        knowledgeInitialResponseSingle knowledgeNoMatch knowledgePath knowledgePathMode knowledgeSearchResult
        knowledgeSettingsMode label languageSkill lexBot listPicker listenForExtensionDialing lookupValue loopCount
        maxNoInputs maxNoMatches maxNumOfAnswersReturned maxSpeechLengthTimeout mediaType menu menuSelectionTimeout
        menus messageBody messageBodyStyle minConfidenceLevel minutes multiSelectEnabled name noEntryTimeout noInput
        noInputApology noInputsMax noInputsTimeout noIntent noMatch noMatchApology noMatchesMax noToConfirmationApology
        noValue notFound outputPath outputPaths outputSessionVariable outputSessionVariables outputs
        overrideInQueueFlow participantId paths playStyle playbackMode preHandlingAudio preTransferAudio
        preTransferCommunication preferredAgents presentation priority processingPrompt prompt promptMediaToValidate
        question queueVariable quickReplies range receivedMessageImage receivedMessageSubtitle receivedMessageTitle
        recognitionFailureEventHandling recognitionFailureEventHandover refId reminderBody reminderSubject repeatCount
        replyMessageImage replyMessageSubtitle replyMode replyTo responseBias roundingInterval scheduleGroup
        screenPopScript seconds sections selection sendKnowledgeFeedback sessionVariable sessionVariables
        settingsActionDefaults settingsBotFlow settingsCommonModule settingsErrorHandling settingsInQueueCall
        settingsInboundEmailHandling settingsKnowledge settingsMenu settingsNaturalLanguageUnderstanding
        settingsOutboundCall settingsPrompts settingsSpeechRec settingsUserInput settingsVirtualAgent
        specificRoundingIntervals speechRecTerms speechToText speechToTextMaxSpeechTimeout
        speechToTextSpeechDetectionSensitivity startUpRef startUpTaskActions startUpTaskVariables state statements
        states string stringCollection stringCollectionVariable stringVariable success successOutputs summarization
        supportedLanguages suppressRecording targetAddress targetFlow targetMenuRef targetQueue targetStateRef
        targetTaskRef tasks terminatingDtmf terms textToSpeech timeVariable timeout title trimDurationNearMaxRunningTime
        value variable variables verificationType virtualAgentEnabled voice voiceEndOfInputTimeout worktype wrapupCode
        """)
    | VALUE_WORDS
    | frozenset(ACTIONS)
)
"""All of them."""

LONG_WORDS = tuple(sorted(word for word in WORDS if len(word) >= 5))
"""Words long enough that a slip in one can be told from another word."""

OTHER_WORDS = _words("""
    actionId callback captions clauses content contents conversationEnd conversations diversion durationMs endValue
    entries evaluator fieldName fileName finalResult input intentId mentions nameVariable noInputTimeout options
    outputData outputPathId participants precision preferredAgentIds promote reactions records reply rowType scoring
    selector sessions sharing stage started stat stats status statuses teams timeoutMs utteranceId voices wrapUpCode
    wrapUpCodes
    """)
"""Not ours, but words: nearly one of `WORDS`, and no slip of the hand. Most are names of properties in the platform's
API, which a parameter of an action that nobody published yet may well have."""

OUTPUTS = frozenset(
    {name for kind in ACTIONS.values() for name in kind.outputs}
    | _words(
        "success failure timeout yes no found notFound loop default open closed holiday emergency active inactive "
        "error event noEvent exact multiple maxNoInputs maxNoMatches noIntent knowledge intents paths noMatch noInput "
        "processed conditionsNotMet notSet set empty maxRetries complete completed connected disconnected "
        "multipleFound noneFound detected notDetected available unavailable match"
    )
)
"""Names of outputs that are known, of whatever action."""

ITEMS = (
    _words(
        "case attribute sessionVariable outputSessionVariable slot intent path outputPath flowType mediaType acdSkill"
    )
    | {word for word in WORDS if word.endswith("Variable")}
    | _words("string integer boolean json queue decimal dateTime duration stringCollection integerCollection")
)
"""Words that stand alone in an item of a list."""

FAILURE_WORDS = _words(
    "errorCode status correlationId entityId entityName userMessage userParamsMessage errorType errorMessage"
)
"""What a failed action says; they stand under `failureOutputs` only."""

CLOSED: dict[str, frozenset[str]] = {
    "settingsNaturalLanguageUnderstanding": _words("nluDomainVersion mutedUtterances"),
    "nluDomainVersion": _words("intents entities entityTypes language languageVersions"),
}
"""Under these, no other word of ours can stand."""

TEXT, BOOLEAN, HOLDER, HEADER_ONLY = "text", "boolean", "holder", "header"
_TEXTS = _words(
    "defaultChildMenuRef defaultLanguage description division dtmf refId startUpRef targetMenuRef targetStateRef "
    "targetTaskRef tts exp"
)
_BOOLEANS = _words(
    "globalDtmf globalSpeechRecTerms isInput isOutput asrEnabledOnFlow ensureAudioInPrompts suppressRecording "
    "includeTerminatingDtmfInResultData noValue"
)
_EITHER = _words(
    "name lit var prompt defaultLanguageSkill asrCompanyDir defaultEngine defaultVoice enabled entirePrompt exact "
    "flowType mediaType minutes seconds playbackMode replyMode terminatingDtmf variable verificationType "
    "virtualAgentEnabled voice label title items range engine sections presentation carousel cards buttons "
    "chooser selection destination disposition evaluationType"
)
SHAPES: dict[str, str] = dict.fromkeys(WORDS, HOLDER)
SHAPES |= dict.fromkeys(_EITHER | _words("none ms hours days min max id text type language from cc bcc body"), "")
SHAPES |= dict.fromkeys(_TEXTS, TEXT) | dict.fromkeys(_BOOLEANS, BOOLEAN)
SHAPES |= dict.fromkeys(HEADER - CONTAINER - _words("division defaultLanguage worktype"), HEADER_ONLY)
"""What stands under a word: text, true or false, always a mapping or list (`HOLDER`), or either (empty).
`HEADER_ONLY` words stand nowhere but in the flow's header."""
