"""Reads a configuration file; every mistake in it is named with its line.

`schema.py` says the same as JSON Schema for editors, and a test holds the two to one another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from ivr_action.config.values import Config, Environment, RuleFacts
from ivr_action.errors import UsageError
from ivr_action.flow.document import Document, is_scalar, text, typed
from ivr_action.model import Level

LEVELS = ("off", "note", "warning", "error")
FAIL_ON = ("error", "warning", "note", "never")
CYCLES = ("forbid", "caller-input", "allow")
_HINT = "docs/configuration.md lists every key; ivr_action/schema/config-1.json describes them to an editor."
_SIZE = 1024 * 1024
_T = TypeVar("_T")


class ConfigError(UsageError):
    """A configuration file that cannot be used; one line for each mistake."""


def parse_config(path: str, data: bytes, rules: Iterable[RuleFacts]) -> Config:
    """Reads a configuration file.

    Args:
        path: as messages name it.
        data: the file's bytes: YAML or JSON.
        rules: every rule.

    Raises:
        ConfigError: it cannot be read, or says something that cannot be used.
    """
    try:
        source = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: the configuration is not UTF-8.", "Save the file as UTF-8.") from error
    if len(data) > _SIZE:
        raise ConfigError(f"{path}: the configuration is larger than {_SIZE >> 20} MiB.", _HINT)
    if all(line.split("#")[0].strip() in ("", "---") for line in source.splitlines()):
        return Config(path)
    doc = _document(path, source)
    reader = _Reader(doc, {rule.id: rule for rule in rules})
    for problem in doc.problems:
        place = doc.location(problem.start)
        reader.problems.append((place.line or 1, place.column or 1, problem.message))
    config = reader.config(doc.root) if doc.root is not None else Config(path)
    if reader.problems:
        lines = [f"{path}:{line}:{column}: {message}" for line, column, message in sorted(set(reader.problems))]
        raise ConfigError("\n".join(lines), _HINT)
    return config


def _document(path: str, source: str) -> Document:
    if source.lstrip().startswith("{"):
        from ivr_action.flow.jsontext import parse_json

        return parse_json(path, source)
    from ivr_action.flow.yamltext import parse_yaml

    return parse_yaml(path, source)


class _Reader:
    """Lowers the document and gathers what is wrong with it."""

    def __init__(self, doc: Document, rules: Mapping[str, RuleFacts]) -> None:
        self.doc = doc
        self.rules = rules
        self.problems: list[tuple[int, int, str]] = []

    def config(self, root: Any) -> Config:
        if not isinstance(root, dict):
            self.wrong("The configuration is no mapping of keys to values.", root, None)
            return Config(self.doc.path)
        known = (
            "$schema",
            "rules",
            "ignore",
            "flows",
            "fail-on",
            "cycles",
            "substitutions",
            "baseline",
            "environments",
        )
        self.keys(root, known, "")
        if "$schema" in root:
            self.text(root, "$schema")
        levels, settings = self.rule_choices(root)
        return Config(
            path=self.doc.path,
            levels=levels,
            settings=settings,
            ignore=self.patterns(root, "ignore"),
            flows=self.texts(root, "flows"),
            fail_on=self.word(root, "fail-on", FAIL_ON),
            cycles=self.word(root, "cycles", CYCLES),
            substitutions=self.substitutions(root),
            baseline=self.path(root, "baseline"),
            environments=self.each(root, "environments", self.environment),
        )

    # -- rules

    def rule_choices(self, root: dict[str, Any]) -> tuple[dict[str, Level | None], dict[str, dict[str, int]]]:
        levels: dict[str, Level | None] = {}
        settings: dict[str, dict[str, int]] = {}
        for id_, value in self.mapping(root, "rules").items():
            owner = root["rules"]
            rule = self.rules.get(id_)
            if rule is None:
                near = self.meant(id_, self.rules)
                self.wrong(f"There is no rule `{id_}`.{near or ' `ivr-action rules` lists them.'}", owner, id_, "key")
            elif is_scalar(value):
                self.level(owner, id_, rule, levels)
            elif isinstance(value, dict):
                self.keys(value, ("level", *rule.settings), f" of the rule `{id_}`")
                if "level" in value:
                    self.level(value, "level", rule, levels)
                chosen = {name: self.number(value, name) for name in value if name in rule.settings}
                if chosen:
                    settings[id_] = {name: number for name, number in chosen.items() if number is not None}
            else:
                self.wrong(f"`{id_}` is a list; give a level, or a mapping with `level` and options.", owner, id_)
        return levels, settings

    def level(self, owner: Any, key: str, rule: RuleFacts, levels: dict[str, Level | None]) -> None:
        word = self.word(owner, key, LEVELS, required=True)
        if word and rule.binding and word != rule.level.value:
            self.wrong(f"The rule `{rule.id}` is always `{rule.level.value}`: such a file was not checked.", owner, key)
        elif word:
            levels[rule.id] = None if word == "off" else Level(word)

    # -- environments

    def environment(self, owner: dict[str, Any], name: str) -> Environment:
        values = self.mapping(owner, name)
        known = ("region", "organisation", "substitutions", "flow-ids", "deploy-tags", "prompts")
        if values:
            self.keys(values, known, f" of the environment `{name}`")
        return Environment(
            region=self.region(values),
            organisation=self.text(values, "organisation"),
            substitutions=self.substitutions(values),
            flow_ids=self.each(values, "flow-ids", self.text),
            deploy_tags=self.texts(values, "deploy-tags"),
            prompts=self.each(values, "prompts", self.text),
        )

    def region(self, owner: dict[str, Any]) -> str:
        """A region that there is: found here, a mistake has its line, and a check without credentials finds it."""
        name = self.text(owner, "region")
        if name:
            from ivr_action.genesys.regions import REGIONS, find_region

            try:
                find_region(name)
            except UsageError as error:
                near = self.meant(name, [word for one in REGIONS for word in (one.name, one.domain)])
                known = ", ".join(f"`{one.name}` (`{one.domain}`)" for one in REGIONS)
                self.wrong(f"{error}{near} Known are {known}.", owner, "region")
        return name

    def substitutions(self, owner: dict[str, Any]) -> str:
        """A path, or a map as JSON, as the input takes it."""
        if not isinstance(owner.get("substitutions"), dict):
            return self.text(owner, "substitutions", "a path, or a mapping of keys to texts")
        import json  # not worth its time to a run without such a map

        values = owner["substitutions"]
        return json.dumps({key: self.scalar(values, key) for key in values}, ensure_ascii=False)

    # -- values

    def each(self, owner: dict[str, Any], key: str, read: Callable[[dict[str, Any], str], _T]) -> dict[str, _T]:
        values = self.mapping(owner, key)
        return {name: read(values, name) for name in values}

    def mapping(self, owner: dict[str, Any], key: str) -> dict[str, Any]:
        value = owner.get(key)
        if isinstance(value, dict):
            return value
        if key in owner and not (is_scalar(value) and typed(value) is None):
            self.wrong(f"`{key}` must be a mapping.", owner, key)
        return {}

    def texts(self, owner: dict[str, Any], key: str) -> tuple[str, ...]:
        """A list of texts, or one alone."""
        value = owner.get(key)
        if not isinstance(value, list):
            found = self.text(owner, key, "a text or a list of texts")
            return (found,) if found else ()
        found_all = []
        for index, item in enumerate(value):
            if is_scalar(item) and isinstance(typed(item), str) and str(typed(item)).strip():
                found_all.append(str(typed(item)).strip())
            else:
                self.wrong(f"Each entry of `{key}` must be a text.", value, index)
        return tuple(found_all)

    def patterns(self, owner: dict[str, Any], key: str) -> tuple[str, ...]:
        found = self.texts(owner, key)
        for pattern in found:
            if pattern.startswith("!"):
                self.wrong(f"`{pattern}`: an entry of `{key}` is a path or a glob, without `!`.", owner, key)
        return found

    def path(self, owner: dict[str, Any], key: str) -> str:
        value = self.text(owner, key).replace("\\", "/")
        if value.startswith("/") or ".." in value.split("/") or re.match(r"[A-Za-z]:", value):
            self.wrong(f"`{key}` must be a path inside the workspace, relative to it.", owner, key)
        return value

    def word(self, owner: Any, key: str, accepted: tuple[str, ...], *, required: bool = False) -> str:
        """One of the accepted words; empty where it is absent, or null and not required."""
        if key not in owner:
            return ""
        found = typed(owner[key]) if is_scalar(owner[key]) else owner[key]
        if isinstance(found, str) and found in accepted:
            return found
        if found is not None or required:
            near = self.meant(found, accepted) if isinstance(found, str) else ""
            shown = f"`{key}` is `{found}`; accepted" if is_scalar(found) and found is not None else f"`{key}` takes"
            self.wrong(f"{shown}: {_listed(accepted)}.{near}", owner, key)
        return ""

    def text(self, owner: Any, key: str, what: str = "a text") -> str:
        """A text; empty where it is absent or null."""
        if key not in owner:
            return ""
        value = owner[key]
        found = typed(value) if is_scalar(value) else value
        if isinstance(found, str):
            return found.strip()
        if found is not None:
            self.wrong(f"`{key}` must be {what}.", owner, key)
        return ""

    def scalar(self, owner: Any, key: str) -> str:
        """The text of a scalar as the file has it, numbers included."""
        value = owner[key]
        found = text(value)
        if found is None:
            self.wrong(f"`{key}` must be one text.", owner, key)
        return found or ""

    def number(self, owner: Any, key: str) -> int | None:
        value = typed(owner[key]) if is_scalar(owner[key]) else None
        if type(value) is int and value >= 0:
            return value
        self.wrong(f"`{key}` must be a whole number from 0 on.", owner, key)
        return None

    # -- problems

    def keys(self, owner: dict[str, Any], known: tuple[str, ...], of: str) -> None:
        for key in owner:
            if key not in known:
                near = self.meant(key, known) or f" Known are {_listed(known)}."
                self.wrong(f"Unknown key `{key}`{of}.{near}", owner, key, "key")

    def meant(self, word: str, known: Iterable[str]) -> str:
        from ivr_action.check.words import near

        found = near(word.replace("_", "-"), known)
        return f" Did you mean `{found}`?" if found is not None else ""

    def wrong(self, message: str, element: Any, key: str | int | None, of: str = "value") -> None:
        place = self.doc.where(element, key, of=of)
        self.problems.append((place.line or 1, place.column or 1, message))


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)
