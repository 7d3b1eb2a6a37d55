"""Architect YAML as an export writes it: comments gone, numbers counted anew, keys in Archy's order, its own quotes.

The order of keys is the one of published exports; a key that none of them has comes behind the ones it stood behind.
"""

from __future__ import annotations

from typing import Any

from ivr_action.emulator.configuration.numbering import Numbers
from ivr_action.flow.document import typed
from ivr_action.flow.flow import ArchitectFlow, Container

_HEAD = (
    "name description division startUpRef worktype defaultLanguage supportedLanguages initialGreeting variables "
    "settingsOutboundCall settingsInQueueCall settingsInboundEmailHandling settingsCommonModule settingsActionDefaults "
    "settingsErrorHandling settingsMenu settingsPrompts settingsSpeechRec menus states tasks startUpTaskActions "
    "settingsBotFlow settingsUserInput settingsKnowledge startUpTaskVariables settingsVirtualAgent bots "
    "settingsNaturalLanguageUnderstanding"
).split()
_CONTAINERS = {
    "menu": "name refId audio settingsMenu settingsSpeechRec choices defaultChildMenuRef".split(),
    "state": "name refId variables actions".split(),
    "task": "name refId variables actions outputPaths".split(),
    "bot": "name refId actions".split(),
}
_ACTIONS = {
    name: words.split()
    for name, words in {
        "askForBoolean": "name question noInput noMatch voiceEndOfInputTimeout outputs",
        "askForIntent": "name question noInput noMatch voiceEndOfInputTimeout outputs",
        "askForSlot": "name slot question customValidation confirmationMode noInput noMatch "
        "voiceEndOfInputTimeout outputs",
        "callBotFlow": "name inputText exitReason intent botFlow",
        "callData": "name processingPrompt timeout category outputs",
        "callDigitalBotFlow": "name inputText exitReason intent digitalBotFlow",
        "callLexV2Bot": "name outputSessionVariables sessionVariables lexBot",
        "collectInput": "name inputData digits interDigitTimeout noEntryTimeout inputAudio "
        "includeTerminatingDtmfInResultData acceptJustStar acceptJustPound verificationType outputs",
        "dataTableLookup": "name lookupValue dataTable outputs",
        "decision": "name condition outputs",
        "digitalMenu": "name question noMatch selection knowledgeSearchResult chooser outputs",
        "findQueue": "name findName findResult outputs",
        "findQueueById": "name findId findResult outputs",
        "getConversationData": "name conversationId participantId attributes outputs",
        "getExternalContact": "name externalId externalResult outputs",
        "holdMusic": "name prompt bargeInEnabled playStyle",
        "loop": "name currentIndex loopCount outputs",
        "playEstimatedWaitTime": "name estimatedWaitTime roundingInterval specificRoundingIntervals playbackMode",
        "sendAutoReply": "name from replyTo cc bcc messageBody replyMode",
        "sendResponse": "name messageBodyStyle messageBody",
        "setConversationData": "name conversationId participantId attributes outputs",
        "transferToAcd": "name targetQueue acdSkills preTransferAudio failureTransferAudio preTransferCommunication "
        "failureTransferCommunication priority preferredAgents languageSkill directAgent appendSkills failureOutputs "
        "outputs",
        "transferToFlow": "name targetFlow preTransferAudio failureTransferAudio failureOutputs outputs",
        "transferToFlowSecure": "name targetFlow connectTimeout preTransferAudio invocationData failureTransferAudio "
        "failureOutputs outputs",
        "wait": "name trimDurationNearMaxRunningTime duration",
        "menuTask": "name refId dtmf globalDtmf globalSpeechRecTerms task speechRecTerms",
        "menuJumpToTask": "name dtmf globalDtmf globalSpeechRecTerms targetTaskRef speechRecTerms",
        "menuDisconnect": "name dtmf globalDtmf globalSpeechRecTerms speechRecTerms",
        "menuTransferToAcd": "name dtmf globalDtmf globalSpeechRecTerms targetQueue preTransferAudio "
        "failureTransferAudio priority preferredAgents languageSkill failureOutputs outputs",
    }.items()
}
_ANY_ACTION = ["name", "outputs"]


def export_yaml(flow: ArchitectFlow) -> str:
    """A flow as text.

    Args:
        flow: from Architect YAML; what its `{{key}}`s stood for was put in before.
    """
    import yaml

    tree = _Exporter(flow).tree()
    written: str = yaml.dump(tree, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=1_000_000)
    return written


def _dumper() -> Any:
    import yaml

    class Dumper(yaml.CSafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    return Dumper


class _Exporter:
    def __init__(self, flow: ArchitectFlow) -> None:
        self.flow = flow
        self.numbers = Numbers(flow)
        self.orders: dict[int, list[str]] = {id(flow.element): _HEAD}
        self.said: dict[tuple[int, str], str] = {}
        self.added: dict[int, tuple[str, str]] = {}
        for container in flow.containers:
            if container.kind == "startup":
                continue
            self.orders.setdefault(id(container.element), _CONTAINERS[container.kind])
            self.said[id(container.element), "refId"] = self.numbers.ref_id(container)
            if "refId" not in container.element:
                self.added[id(container.element)] = ("refId", self.numbers.ref_id(container))
        for action in flow.actions:
            self.orders.setdefault(id(action.params), _ACTIONS.get(action.type, _ANY_ACTION))
        for container in flow.containers:
            for choice in container.choices:
                if choice.ref_id:
                    number = self.numbers.number(choice.action)
                    self.said[id(choice.action.params), "refId"] = f"{choice.action.name}_{number}"
        self.refer()

    def refer(self) -> None:
        flow = self.flow
        for reference in flow.references:
            target, key = reference.target, reference.key
            if isinstance(target, Container) and isinstance(key, str) and "/" in reference.text:
                self.said[id(reference.element), key] = f"{self.place(target)}[{self.numbers.ref_id(target)}]"
            elif reference.kind == "choice" and isinstance(key, str) and target is not None:
                action = target.action if not isinstance(target, (str, Container)) else None
                if action is not None and not isinstance(target, (str, Container)) and target.ref_id:
                    number = self.numbers.number(action)
                    self.said[id(reference.element), key] = f"./choices/{action.type}[{action.name}_{number}]"

    def place(self, container: Container) -> str:
        """`/inboundCall/tasks/task`, or the way through the menu and choice that a task is written in."""
        owner = container.owner
        if owner is None:
            return f"/{self.flow.type}/{container.kind}s/{container.kind}"
        menu, action = owner.menu, owner.action
        choice = f"{action.name}_{self.numbers.number(action)}" if owner.ref_id else action.name
        menu_path = f"{self.place(menu)}[{self.numbers.ref_id(menu)}]"
        return f"{menu_path}/choices/{action.type}[{choice}]/{container.kind}"

    def tree(self) -> Any:
        root = self.flow.document.root
        made: dict[str, Any] = {}
        todo: list[tuple[Any, Any]] = [(root, made)]
        while todo:
            source, target = todo.pop()
            for key, value in self.pairs(source):
                item: Any
                if isinstance(value, (dict, list)):
                    item = {} if isinstance(value, dict) else []
                    todo.append((value, item))
                elif isinstance(key, str) and (id(source), key) in self.said:
                    item = self.said[id(source), key]
                else:
                    item = typed(value) if not isinstance(value, str) else value
                if isinstance(target, dict):
                    target[key] = item
                else:
                    target.append(item)
        return made

    def pairs(self, source: Any) -> list[tuple[Any, Any]]:
        if isinstance(source, list):
            return list(enumerate(source))
        items = dict(source)
        extra = self.added.get(id(source))
        if extra is not None:
            items[extra[0]] = extra[1]
        order = self.orders.get(id(source))
        return [(key, items[key]) for key in (ordered(list(items), order) if order else items)]


def ordered(keys: list[str], order: list[str]) -> list[str]:
    """Keys in the given order; one that it does not know stays behind the known key it stood behind."""
    place = {key: number for number, key in enumerate(order)}
    ranks: dict[str, tuple[int, int]] = {}
    last = -1
    for number, key in enumerate(keys):
        last = place.get(key, last)
        ranks[key] = (last if last >= 0 else 0, -1 if key in place else number)
    if "outputs" in ranks:
        ranks["outputs"] = (len(order), len(keys))
    return sorted(keys, key=ranks.__getitem__)
