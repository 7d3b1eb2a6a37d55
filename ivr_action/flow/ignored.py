"""What the readers of Architect flows deliberately pass over, each with its reason.

A key ignores everything under it, wherever it stands; `a/b` only where `b` stands directly in `a`.
"""

from __future__ import annotations

IGNORED_YAML: dict[str, str] = {
    "settingsNaturalLanguageUnderstanding": "a bot's training data: what callers may say, not where they go",
}

IGNORED_CONFIGURATION: dict[str, str] = {
    "uiMetaData": "the editor's layout and its caches of the organisation's objects",
    "config": "the syntax tree of the expression whose text stands beside it",
    "metaData": "the variables that the expression beside it names, by id",
    "version": "version of a part of the document's grammar",
    "nextTrackingNumber": "the editor's counter",
    "flowMetaData": "versions of the document's grammar",
    "debugSettings": "debugging of a saved flow",
    "versionMetaData": "schemas of inputs and outputs, derived from the variables",
    "$archivistFixture": "a note of the program that made the file",
    "customDefinitions": "data types of data actions, derived from their contracts",
    "commonModules": "copies of the common modules that are called; their own files count",
    "nluMetaData/intents": "confirmation texts of intents",
    "nluMetaData/slots": "names of slots, declared as variables too",
    "nluMetaData/rawNlu": "a bot's training data: what callers may say, not where they go",
    "nluMetaData/rawNluCompressionFormat": "how the training data beside it is packed",
    "nluMetaData/archNlu": "a bot's training data: what callers may say, not where they go",
    "nluMetaData/intentHealthInfo": "a score of the training data",
    "mappings/slotToSlotVariables": "slots by the id of their variable, declared as variables too",
    "mappings/slotToReferencingIntents": "derived from the intents",
    "mappings/slotToEntityTypes": "a bot's training data: what callers may say, not where they go",
    "mappings/dynamicSlotTypes": "a bot's training data: what callers may say, not where they go",
    "botFlowSettings/surveyFormInfo": "a copy of the survey form; its questions are actions of the flow too",
    "botFlowSettings/engineVersion": "version of the bot engine",
    "botFlowSettings/nluVersionCreateFailed": "state of the last training",
    "botFlowSettings/nluVersionTrainingFailed": "state of the last training",
    "worktype/schema": "a copy of the work type",
    "worktype/statuses": "a copy of the work type",
    "localizedLabel": "the label beside it in the author's language",
    "isCategory": "the editor's grouping",
    "unreachable": "the editor's own finding; ours is made afresh",
    "repromptHandling": "wording of repeated questions",
}
