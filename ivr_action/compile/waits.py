"""Nodes that wait for the caller: menus where silence and wrong keys lead to the same, else Collect Input."""

from __future__ import annotations

from typing import Any

from ivr_action.compile.cel import Binary, Entry, Expr, Items, Lit, Name, children
from ivr_action.compile.partial import TRUE
from ivr_action.compile.planner import NO_VALUE, Planner
from ivr_action.compile.rules import QUIET, Leads, Rules, alike, is_open, leads
from ivr_action.compile.steps import Choice, Do, Menu, Step, Way
from ivr_action.flow.conditions import classify
from ivr_action.flow.flow import GraphNode

KEYS = "1234567890*#"
_FREE = "098765432*#1"
"""Which unused key the default choice of a menu gets: it leads where any unused key leads."""
_OTHER = "\ue000"
"""Stands for a key, or for words, of which no condition speaks."""
_MOST = 32
"""Digits at most where nothing says how many."""
_FAILS = "where the platform fails while it waits for a caller, Architect has one error handling for the whole flow"


def plan_menu(planner: Planner, node: GraphNode) -> Step | Menu:
    """A menu for a node that waits for one key or word, else a Collect Input for one key."""
    rules = planner.rules[node.id]
    _no_errors(planner, node)
    words = _words(planner, node, rules)
    result = planner.said(node, "result")
    silence = leads(rules, {**QUIET, "dtmf": Lit(""), "speech": Lit(""), "timeout": TRUE})
    wrong = _pressed(rules, Lit(_OTHER), result)
    more = _pressed(rules, Entry(2), result)
    if is_open(more) or not alike(more, wrong):
        hint = "Let a node of the type `collectInput` ask for more than one digit."
        planner.problems.at(node, "its conditions want more than one key, and a menu takes one.", hint)
        return Do("disconnect", planner.name(node))
    if not result and alike(silence, wrong):
        found = _menu(planner, node, words, wrong)
        if found is not None:
            return found
    if words:
        said = "keeps what the caller says in a variable" if result else "tells silence from a wrong word"
        hint = "Let `timeout`, `noMatch` and `default` lead to the same node, without `result`; or ask for keys only."
        planner.problems.at(node, f"no menu of Architect {said}.", hint)
        return Do("disconnect", planner.name(node))
    return _collect(planner, node, rules, silence, (1, 1), star=True, pound=True)


def _menu(planner: Planner, node: GraphNode, words: dict[str, str], wrong: Leads) -> Menu | None:
    """A menu; None where it would have no choice, or no key is left for its default."""
    rules, name, named = planner.rules[node.id], planner.name(node), planner.words(node)
    offers: list[tuple[str, list[str], Leads]] = []
    for key in KEYS:
        found = _pressed(rules, Lit(key))
        if key in named or not alike(found, wrong):
            offers.append((key, [], found))
    for word in words.values():
        found = _said(rules, word)
        same = next((offer for offer in offers if alike(offer[2], found)), None)
        if same is not None:
            same[1].append(word)
        else:
            offers.append(("", [word], found))
    if not offers:
        return None
    free = next((key for key in _FREE if all(key != offer[0] for offer in offers)), "")
    default = next((number for number, offer in enumerate(offers) if alike(offer[2], wrong)), -1)
    if default < 0:
        if not free:
            return None
        default = len(offers)
        offers.append((free, [], wrong))
    choices: list[Choice] = []
    taken: set[str] = set()
    for number, (key, said, found) in enumerate(offers):
        label = planner.names[found[-1].destination] if len(found) == 1 else f"{name}: {key or said[0]}"
        label = "No input or no match" if key == free and number == default else label
        shown = label if label.casefold() not in taken else f"{label} ({key or said[0]})"
        taken.add(shown.casefold())
        choices.append(Choice(shown, key, tuple(said), planner.choose(node, found, f"{shown}: which way")))
    return Menu(name, planner.needed_audio(node), tuple(choices), default)


def plan_collect(planner: Planner, node: GraphNode) -> Step:
    """Collect Input for as many digits as the conditions tell apart from silence."""
    rules = planner.rules[node.id]
    _no_errors(planner, node)
    planner.unexpected(node, "speech", why="Collect Input takes keys only")
    result = planner.said(node, "result")
    silence = leads(rules, {**QUIET, "dtmf": Lit(""), "speech": Lit(""), "timeout": TRUE})
    sizes = []
    for size in range(1, _MOST + 1):
        found = _pressed(rules, Entry(size), result)
        if is_open(found) or not alike(found, silence):
            sizes.append(size)
    least, most = (sizes[0], sizes[-1]) if sizes else (1, _MOST)
    given = planner.said(node, "digits", "maxDigits")
    if given.isdecimal() and least <= int(given) <= _MOST:
        most = int(given)
    star, pound = (not alike(_pressed(rules, Lit(key), result), silence) for key in "*#")
    return _collect(planner, node, rules, silence, (least, most), star=star, pound=pound)


def _collect(
    planner: Planner,
    node: GraphNode,
    rules: Rules,
    silence: Leads,
    digits: tuple[int, int],
    *,
    star: bool,
    pound: bool,
) -> Step:
    name = planner.name(node)
    variable = planner.input_variable(node)
    known: dict[str, Expr] = {**QUIET, "dtmf": variable, "speech": Lit("")}
    entered = leads(rules, known, may_not_match=True)
    least, most = digits
    params: dict[str, Any] = {
        "inputData": {"var": planner.variables.lookup((variable.name,))[0]},
        "digits": {"range": {"min": least, "max": most}},
        "interDigitTimeout": NO_VALUE,
        "noEntryTimeout": NO_VALUE,
        "inputAudio": planner.needed_audio(node),
        "acceptJustStar": {"lit": star},
        "acceptJustPound": {"lit": pound},
        "verificationType": "none",
    }
    success = planner.choose(node, entered, f"{name}: which way")
    failure = planner.choose(node, silence, f"{name}: nothing entered")
    return Do("collectInput", name, params, (Way("success", success), Way("failure", failure)))


def _pressed(rules: Rules, keys: Expr, result: str = "") -> Leads:
    """Where keys lead; `result` is the variable that has them by then."""
    known: dict[str, Expr] = {**QUIET, "dtmf": keys, "speech": Lit("")}
    return leads(rules, known | {result: keys} if result else known, may_not_match=True)


def _said(rules: Rules, words: str) -> Leads:
    return leads(rules, {**QUIET, "dtmf": Lit(""), "speech": Lit(words)}, may_not_match=True)


def _no_errors(planner: Planner, node: GraphNode) -> None:
    for rule in planner.rules[node.id].tests:
        if "error" in classify(rule.condition.text).affirmed:
            hint = "Remove the condition; the flow's error handling ends such a call."
            said = f"the condition `{rule.condition.text.strip()}` speaks of `error`: {_FAILS}."
            planner.problems.at(node, said, hint, element=rule.condition.element, key="condition")


def _words(planner: Planner, node: GraphNode, rules: Rules) -> dict[str, str]:
    """What callers can say, by its small letters; a problem where it is more than whole words."""
    found: dict[str, str] = {}
    clean = True
    for rule in rules.tests:
        todo: list[Expr] = [rule.tree]
        while todo:
            expr = todo.pop()
            words = _compared(expr)
            if words is None:
                clean = clean and expr != Name("speech")
                todo.extend(reversed(children(expr)))
                continue
            for word in words:
                other = found.setdefault(word.strip().casefold(), word)
                if not word.strip() or (other != word and not alike(_said(rules, other), _said(rules, word))):
                    clean = False
    if found and not alike(_said(rules, _OTHER), _pressed(rules, Lit(_OTHER))):
        clean = False
    if not clean:
        hint = (
            "Compare `speech` with whole words (`speech == 'sales'`), and let other words lead where other keys lead."
        )
        planner.problems.at(node, "what its conditions want of `speech` is more than a menu's words can tell.", hint)
    return found


def _compared(expr: Expr) -> list[str] | None:
    """The words that a comparison with `speech` names; None for anything else."""
    if not isinstance(expr, Binary) or expr.operator not in ("==", "!=", "in"):
        return None
    left, right = expr.left, expr.right
    if expr.operator == "in":
        items = right.items if left == Name("speech") and isinstance(right, Items) else None
    else:
        items = (right,) if left == Name("speech") else (left,) if right == Name("speech") else None
    if items is None or not all(isinstance(item, Lit) and isinstance(item.value, str) for item in items):
        return None
    return [str(item.value) for item in items if isinstance(item, Lit)]
