"""What a configuration file says, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Protocol

from ivr_action.model import Level

DEFAULT_PATH = ".ivr-action.yml"
BASELINE = ".ivr-action-baseline.json"
"""The baseline's path where nobody gives another."""


class RuleFacts(Protocol):
    """What the configuration needs to know of a rule."""

    @property
    def id(self) -> str: ...

    @property
    def level(self) -> Level: ...

    @property
    def enabled(self) -> bool: ...

    @property
    def binding(self) -> bool: ...

    @property
    def summary(self) -> str: ...

    @property
    def settings(self) -> Mapping[str, int]: ...


@dataclass(frozen=True, slots=True)
class Environment:
    """One place that flows are deployed to. Only its shape is checked here."""

    region: str = ""
    organisation: str = ""
    substitutions: str = ""
    """A path, or a map as JSON; empty for none."""
    flow_ids: Mapping[str, str] = field(default_factory=dict)
    """Path of a flow file → id of the flow on the platform."""
    deploy_tags: tuple[str, ...] = ()
    prompts: Mapping[str, str] = field(default_factory=dict)
    """Id of an audio resource in node graphs → name of the prompt on the platform."""


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration file; an absent one equals an empty one. Empty texts mean that the file says nothing."""

    path: str = ""
    """Of the file; empty where there is none."""
    levels: Mapping[str, Level | None] = field(default_factory=dict)
    """Rule id → level, None for `off`."""
    settings: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Rule id → option → value."""
    ignore: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    fail_on: str = ""
    cycles: str = ""
    substitutions: str = ""
    """A path, or a map as JSON."""
    baseline: str = ""
    environments: Mapping[str, Environment] = field(default_factory=dict)

    def option(self, name: str) -> str:
        """What the file says about an option of the command line or an input, by its name; empty for nothing."""
        return str(getattr(self, name.replace("-", "_"), ""))


def changed_keys(before: Config, after: Config) -> list[str]:
    """Keys of the file, as it spells them, about which two configurations differ."""
    names = {"levels": "rules", "settings": "rules"}
    differing = [
        names.get(item.name, item.name.replace("_", "-"))
        for item in fields(Config)
        if item.name != "path" and getattr(before, item.name) != getattr(after, item.name)
    ]
    return list(dict.fromkeys(differing))


def strictest(config: Config, rules: Iterable[RuleFacts]) -> Config:
    """The configuration without whatever makes the check weaker than it is by default.

    What stays: a rule that is switched on or raised, a `fail-on` that fails sooner, and what says how to read the flows
    (`substitutions`, `environments`). Nothing is left out of the check, and there is no baseline.
    """
    by_id = {rule.id: rule for rule in rules}
    levels = {
        id_: level
        for id_, level in config.levels.items()
        if level is not None and (not by_id[id_].enabled or level.rank >= by_id[id_].level.rank)
    }
    fail_on = config.fail_on if config.fail_on in ("warning", "note") else ""
    kept: dict[str, Any] = {"levels": levels, "settings": {}, "ignore": (), "flows": (), "fail_on": fail_on}
    return replace(config, **kept, cycles="", baseline="")
