"""Breaks published flows on purpose, as people and merges do, and counts what the rules find.

Every mutation is an edit of the file's text. `python -m tests.check.mutations` prints the table;
`--all` makes every mutation there is instead of an even sample per file; `--missed` lists what was not found.

What cannot be found in principle is left out, by two rules that look at the result and never at our own reader:

* the edited file says the same as before: PyYAML's own reader gives the same tree (a list item may stand further in
  or out without meaning anything else);
* only text inside a text of several lines changed, which is still a text of several lines.

A file is cut inside a key or inside a quoted text. A cut inside a plain word is not made: `name: Main M` is a complete
and valid value, and what came after is simply not there.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from ivr_action.check import check
from ivr_action.flow.read import read_flow
from ivr_action.model import Level
from tests.corpus import corpus_files

NEAR = 3
"""Lines between the edit and the finding."""
SAMPLE = 10
"""Mutations of one kind in one file, evenly spread over the file."""


class Mutant(NamedTuple):
    """A broken copy."""

    text: str
    line: int
    """From 1: where the edit is."""


class Site(NamedTuple):
    """A scalar of the file: where it is and what leads there."""

    path: tuple[str | int, ...]
    node: Any
    is_key: bool


class Source(NamedTuple):
    """A file of the corpus with every scalar in it."""

    path: Path
    text: str
    lines: list[str]
    sites: list[Site]


@cache
def source(path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    sites: list[Site] = []
    todo: list[tuple[tuple[str | int, ...], Any]] = [((), compose(text))]
    while todo:
        here, node = todo.pop()
        if isinstance(node, yaml.MappingNode):
            for key, value in reversed(node.value):
                sites.append(Site((*here, key.value), key, True))
                todo.append(((*here, key.value), value))
        elif isinstance(node, yaml.SequenceNode):
            todo.extend(((*here, index), item) for index, item in reversed(list(enumerate(node.value))))
        else:
            sites.append(Site(here, node, False))
    sites.sort(key=lambda site: site.node.start_mark.index)
    return Source(path, text, text.splitlines(keepends=True), sites)


def yaml_files() -> list[Path]:
    """The Architect YAML files of the corpus, templates included."""
    return [path for path in corpus_files() if "architect-yaml" in path.parts]


def compose(text: str) -> Any:
    """PyYAML's tree of a flow or a template; placeholders become text of the same length."""
    return yaml.compose(re.sub(r"\{\{(.*?)\}\}", "\ue000\ue000\\1\ue001\ue001", text), Loader=yaml.CBaseLoader)


# -- edits ---------------------------------------------------------------------------------------------------------


def replace(source: Source, node: Any, new: str) -> Mutant:
    """A mutant with the text of a scalar replaced."""
    start, end = node.start_mark.index, node.end_mark.index
    return Mutant(source.text[:start] + new + source.text[end:], node.start_mark.line + 1)


def without_lines(source: Source, first: int, last: int) -> Mutant:
    """A mutant without the lines from `first` up to `last`, counted from 0, `last` exclusive."""
    return Mutant("".join(source.lines[:first] + source.lines[last:]), max(1, first))


def block(source: Source, key: Any) -> tuple[int, int]:
    """Lines of a key and everything that hangs on it."""
    first, column = key.start_mark.line, key.start_mark.column
    last = first + 1
    while last < len(source.lines):
        line = source.lines[last]
        if line.strip() and len(line) - len(line.lstrip()) <= column:
            break
        last += 1
    return first, last


def raw(source: Source, node: Any) -> str:
    return source.text[node.start_mark.index : node.end_mark.index]


def flow_line(source: Source) -> int:
    """Line of the flow's type: what the flow as a whole lacks is lacking there."""
    return int(source.sites[0].node.start_mark.line) + 1


def values(source: Source, *keys: str) -> Iterator[Site]:
    """Scalars that are the value of one of these keys."""
    return (site for site in source.sites if not site.is_key and site.path and site.path[-1] in keys)


def keys(source: Source) -> Iterator[Site]:
    return (site for site in source.sites if site.is_key)


# -- kinds ---------------------------------------------------------------------------------------------------------


def start_to_nothing(source: Source) -> Iterator[Mutant]:
    for site in values(source, "startUpRef"):
        yield replace(source, site.node, re.sub(r"\[.*\]", "[Nowhere_999]", raw(source, site.node)))


def start_removed(source: Source) -> Iterator[Mutant]:
    for site in keys(source):
        if site.path[1:] in (("startUpRef",), ("startUpTaskActions",)):
            first, last = block(source, site.node)
            yield Mutant(without_lines(source, first, last).text, flow_line(source))


def jump_to_nothing(source: Source) -> Iterator[Mutant]:
    for site in values(source, "targetTaskRef", "targetMenuRef", "targetStateRef", "defaultChildMenuRef"):
        yield replace(source, site.node, re.sub(r"\[.*\]", "[Nowhere_999]", raw(source, site.node)))
        yield replace(source, site.node, raw(source, site.node).replace("/task[", "/taks[").replace("/menu[", "/mneu["))


def dtmf_twice(source: Source) -> Iterator[Mutant]:
    by_menu: dict[tuple[str | int, ...], list[Site]] = {}
    for site in values(source, "dtmf"):
        by_menu.setdefault(site.path[:-3], []).append(site)
    for sites in by_menu.values():
        for site, other in zip(sites, sites[1:] + sites[:1], strict=True):
            if site is not other:
                yield replace(source, site.node, raw(source, other.node))


def dtmf_invalid(source: Source) -> Iterator[Mutant]:
    for site in values(source, "dtmf"):
        for wrong in ("digit_x", "digit_12", "digit1", "one"):
            yield replace(source, site.node, wrong)


def name_broken(source: Source) -> Iterator[Mutant]:
    for site in values(source, "name"):
        if len(site.path) == 2:
            line = site.node.start_mark.line
            yield Mutant(without_lines(source, line, line + 1).text, flow_line(source))
            for new in ('""', "", "Support/EMEA", "Support-debug", "x" * 201):
                yield replace(source, site.node, new)


def container_renamed(source: Source) -> Iterator[Mutant]:
    named: set[str] = set()
    for site in source.sites:
        if not site.is_key and isinstance(site.path[-1], str) and site.path[-1].endswith("Ref"):
            match = re.search(r"\[(.*)\]", site.node.value)
            if match is not None:
                named.add(match[1])
    has_ref_id = {site.path[:-1] for site in values(source, "refId")}
    for site in values(source, "refId", "name"):
        is_container = len(site.path) == 5 and site.path[3] in ("menu", "task", "state", "bot")
        by_name = site.path[-1] == "refId" or site.path[:-1] not in has_ref_id
        if is_container and by_name and site.node.value in named:
            yield replace(source, site.node, "Renamed_998")


def cut(source: Source) -> Iterator[Mutant]:
    for site in source.sites:
        start, end = site.node.start_mark.index, site.node.end_mark.index
        if end - start >= 2 and (site.is_key or (site.node.style in ('"', "'") and "\n" not in raw(source, site.node))):
            middle = (start + end) // 2
            yield Mutant(source.text[:middle], source.text.count("\n", 0, middle) + 1)


def shift(by: int) -> Callable[[Source], Iterator[Mutant]]:
    def mutate(source: Source) -> Iterator[Mutant]:
        for index, line in enumerate(source.lines):
            indent = len(line) - len(line.lstrip(" "))
            if not line.strip() or line.lstrip().startswith("#") or indent + by < 0 or index == 0:
                continue
            new = " " * (indent + by) + line.lstrip(" ")
            yield Mutant("".join([*source.lines[:index], new, *source.lines[index + 1 :]]), index + 1)

    return mutate


def output_unknown(source: Source) -> Iterator[Mutant]:
    for site in keys(source):
        if len(site.path) > 3 and site.path[-2] == "outputs" and site.path[-1] in (
            "yes", "no", "success", "failure", "timeout", "found", "notFound", "loop",
        ):  # fmt: skip
            word = str(site.path[-1])
            for wrong in (word + "x", word[:-1], "otherwise"):
                yield replace(source, site.node, wrong)


REQUIRED = {
    "decision": ("condition",), "switch": ("evaluate",), "callData": ("category",), "dataTableLookup": ("dataTable",),
    "callTask": ("targetTaskRef",), "jumpToTask": ("targetTaskRef",), "jumpToMenu": ("targetMenuRef",),
    "changeState": ("targetStateRef",), "transferToAcd": ("targetQueue",), "menuTransferToAcd": ("targetQueue", "dtmf"),
    "menuDisconnect": ("dtmf",), "menuJumpToTask": ("targetTaskRef", "dtmf"), "menuTask": ("task",),
    "wait": ("duration",), "transferToFlow": ("targetFlow",), "callBotFlow": ("botFlow",),
    "communicate": ("communication",),
}  # fmt: skip


def misspell(word: str) -> list[str]:
    """Slips of the hand: two letters swapped, one missing, one too many, the first in upper case."""
    middle = len(word) // 2
    swapped = word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :]
    slips = [swapped, word[:middle] + word[middle + 1 :], word[:middle] + word[middle] + word[middle:]]
    return [slip for slip in slips if slip != word]


def parameter_misspelt(source: Source) -> Iterator[Mutant]:
    for site in keys(source):
        if len(site.path) > 2 and site.path[-1] in REQUIRED.get(str(site.path[-2]), ()):
            for wrong in misspell(str(site.path[-1])):
                yield replace(source, site.node, wrong)


STRUCTURE = frozenset(
    "actions outputs choices tasks menus states bots defaultLanguage supportedLanguages settingsErrorHandling audio "
    "preTransferAudio failureOutputs statements attributes loopCount noValue".split()
)


def key_misspelt(source: Source) -> Iterator[Mutant]:
    for site in keys(source):
        if site.path[-1] in STRUCTURE and "settingsNaturalLanguageUnderstanding" not in site.path:
            if len(site.path) > 1 and site.path[-2] in ("inputs", "successOutputs"):
                continue
            for wrong in misspell(str(site.path[-1])):
                yield replace(source, site.node, wrong)


def action_misspelt(source: Source) -> Iterator[Mutant]:
    for site in keys(source):
        if len(site.path) > 2 and site.path[-3] in ("actions", "choices", "startUpTaskActions"):
            for wrong in misspell(str(site.path[-1])):
                yield replace(source, site.node, wrong)


def key_twice(source: Source) -> Iterator[Mutant]:
    for site in source.sites:
        if not site.is_key and site.path and isinstance(site.path[-1], str):
            first, last = site.node.start_mark.line, site.node.end_mark.line
            line = source.lines[first]
            if first == last and not line.lstrip().startswith("- ") and line.endswith("\n"):
                yield Mutant("".join([*source.lines[: first + 1], line, *source.lines[first + 1 :]]), first + 2)


def choices_removed(source: Source) -> Iterator[Mutant]:
    for site in keys(source):
        if site.path[-1] == "choices" and len(site.path) == 5:
            yield without_lines(source, *block(source, site.node))


def exit_outside(source: Source) -> Iterator[Mutant]:
    for site in keys(source):
        if site.path[-1] in ("loopExit", "loopNext"):
            loops = [n for n in range(len(site.path)) if site.path[n] == "loop" and isinstance(site.path[n - 1], int)]
            if not loops:
                continue
            loop = next(other for other in keys(source) if other.path == site.path[: loops[0] + 1])
            first, last = site.node.start_mark.line, block(source, site.node)[1]
            at, column = loop.node.start_mark.line, loop.node.start_mark.column - 2
            moved = [" " * column + source.lines[n][site.node.start_mark.column - 2 :] for n in range(first, last)]
            lines = source.lines[:at] + moved + source.lines[at:first] + source.lines[last:]
            yield Mutant("".join(lines), at + 1)


def mark_removed(marks: str) -> Callable[[Source], Iterator[Mutant]]:
    def mutate(source: Source) -> Iterator[Mutant]:
        for site in values(source, "exp"):
            said = site.node.value
            text = raw(source, site.node)
            if "\ue000" in said or site.node.style == "'":
                continue
            inside = False
            ordinals = dict.fromkeys(marks, -1)
            n = 0
            while n < len(said):
                char = said[n]
                if char in marks:
                    ordinals[char] += 1
                if char == "\\" and inside:
                    n += 2
                    if n - 1 < len(said) and said[n - 1] in marks:
                        ordinals[said[n - 1]] += 1
                    continue
                if char == '"':
                    inside = not inside
                if char in marks and (char == '"' or not inside):
                    at = nth(text, char, ordinals[char], site.node.style)
                    if at is not None:
                        start, end = at
                        where = site.node.start_mark.index + start
                        yield Mutant(
                            source.text[:where] + source.text[site.node.start_mark.index + end :],
                            source.text.count("\n", 0, where) + 1,
                        )
                n += 1

    return mutate


def nth(text: str, char: str, ordinal: int, style: str | None) -> tuple[int, int] | None:
    """Where the n-th of a character stands in the text of a scalar; in double quotes `"` is written `\\"`."""
    if style == '"':
        found = [m.span() for m in re.finditer(r"\\.|[^\\]", text[1:-1], re.DOTALL) if m[0][-1] == char and (
            len(m[0]) == 2) == (char == '"')]  # fmt: skip
        return (found[ordinal][0] + 1, found[ordinal][1] + 1) if ordinal < len(found) else None
    found = [m.span() for m in re.finditer(re.escape(char), text)]
    return found[ordinal] if ordinal < len(found) else None


def value_removed(source: Source) -> Iterator[Mutant]:
    for site in values(source, "lit", "exp", "var", "noValue", "tts", "seconds", "targetTaskRef"):
        if "\n" not in raw(source, site.node) and site.node.style not in ("|", ">"):
            yield replace(source, site.node, "")


KINDS: dict[str, Callable[[Source], Iterator[Mutant]]] = {
    "start names nothing": start_to_nothing,
    "start removed": start_removed,
    "jump names nothing": jump_to_nothing,
    "container renamed": container_renamed,
    "DTMF of a sibling": dtmf_twice,
    "DTMF invalid": dtmf_invalid,
    "flow name": name_broken,
    "file cut": cut,
    "line one blank further in": shift(1),
    "line one blank further out": shift(-1),
    "line one level further in": shift(2),
    "line one level further out": shift(-2),
    "output unknown": output_unknown,
    "required parameter misspelt": parameter_misspelt,
    "key misspelt": key_misspelt,
    "action type misspelt": action_misspelt,
    "key twice": key_twice,
    "choices removed": choices_removed,
    "loop exit outside": exit_outside,
    "quote removed": mark_removed('"'),
    "parenthesis removed": mark_removed("()"),
    "value removed": value_removed,
}


# -- counting ------------------------------------------------------------------------------------------------------


class Row(NamedTuple):
    """What became of one kind."""

    kind: str
    files: int
    made: int
    found: int
    near: int
    left_out: int
    missed: tuple[str, ...]

    def share(self, count: int) -> float:
        return count / self.made if self.made else 1.0


def same(before: str, after: str) -> bool:
    """True where the edit cannot be found in principle; see the module's docstring."""
    try:
        one, two = compose(before), compose(after)
    except yaml.YAMLError:
        return False
    todo = [(one, two)]
    while todo:
        a, b = todo.pop()
        if type(a) is not type(b):
            return False
        if isinstance(a, yaml.ScalarNode):
            long = [node.end_mark.line > node.start_mark.line for node in (a, b)]
            if a.value != b.value and not all(long):
                return False
        elif len(a.value) != len(b.value):
            return False
        elif isinstance(a, yaml.SequenceNode):
            todo.extend(zip(a.value, b.value, strict=True))
        else:
            for (key, value), (other_key, other) in zip(a.value, b.value, strict=True):
                todo += [(key, other_key), (value, other)]
    return True


def spread(mutants: list[Mutant], count: int) -> list[Mutant]:
    """At most `count` of them, evenly spread, the first and the last included."""
    if len(mutants) <= count:
        return mutants
    return [mutants[round(n * (len(mutants) - 1) / (count - 1))] for n in range(count)]


def examine(kind: str, *, sample: int | None = SAMPLE) -> Row:
    """Break every file of the corpus in one way and count what is found as an error, and near."""
    files = made = found = near = left_out = 0
    missed: list[str] = []
    for path in yaml_files():
        original = source(path)
        mutants = list(KINDS[kind](original))
        if sample is not None:
            mutants = spread(mutants, sample)
        files += bool(mutants)
        for mutant in mutants:
            if mutant.text == original.text or same(original.text, mutant.text):
                left_out += 1
                continue
            made += 1
            lines = errors(path.name, mutant.text)
            is_near = any(abs(line - mutant.line) <= NEAR for line in lines)
            found += bool(lines)
            near += is_near
            if not is_near:
                where = f"found at {sorted(lines)[:5]}" if lines else "MISSED"
                missed.append(f"{path.parent.name}/{path.name}:{mutant.line} {where}")
    return Row(kind, files, made, found, near, left_out, tuple(missed))


def errors(name: str, text: str) -> set[int]:
    """Lines that the errors in a text point at, the places that belong to them included."""
    lines: set[int] = set()
    for finding in check([read_flow(name, text.encode("utf-8"))]).findings:
        if finding.level is Level.ERROR:
            places = (finding.location, *finding.related)
            lines |= {line for place in places for line in (place.line, place.end_line) if line is not None} or {0}
    return lines


def table(rows: list[Row]) -> str:
    head = f"{'kind':<30}{'files':>6}{'made':>7}{'found':>7}{'%':>7}{'near':>7}{'%':>7}{'left out':>10}"
    body = [
        f"{row.kind:<30}{row.files:>6}{row.made:>7}{row.found:>7}{100 * row.share(row.found):>7.1f}{row.near:>7}"
        f"{100 * row.share(row.near):>7.1f}{row.left_out:>10}"
        for row in rows
    ]
    return "\n".join([head, *body])


def main(arguments: list[str]) -> int:
    if not yaml_files():
        print("The corpus is not there: set IVR_ACTION_CORPUS.", file=sys.stderr)
        return 1
    chosen = [word for word in arguments if not word.startswith("--")] or list(KINDS)
    rows = []
    for kind in chosen:
        rows.append(examine(kind, sample=None if "--all" in arguments else SAMPLE))
        if "--missed" in arguments:
            print(*(f"{kind}: {line}" for line in rows[-1].missed), sep="\n")
    print(table(rows))
    print("left out: the edit changes nothing, or only text inside a text of several lines")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
