"""All inputs in one value, read from the step's environment or from the command line."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from ivr_action.errors import UsageError
from ivr_action.settings.gate import GateInputs
from ivr_action.settings.platform import DriftInputs, PlatformInputs, RestoreInputs
from ivr_action.settings.results import ResultInputs
from ivr_action.settings.saving import SavingInputs
from ivr_action.settings.telling import TellingInputs

INPUT_PREFIX = "INPUT_"
ENVIRONMENT_PREFIX = "IVR_ACTION_"
_RUNNERS_OWN = frozenset(("ENTRYPOINT", "ARGS"))
"""`with: entrypoint` and `with: args` are the runner's own settings of a container step."""
_THEMES: dict[str, tuple[type[BaseModel], ...]] = {
    "What is checked": (GateInputs,),
    "Where results go": (ResultInputs,),
    "The platform": (PlatformInputs,),
    "Saving": (SavingInputs,),
    "Restore and drift": (RestoreInputs, DriftInputs),
    "Who is told": (TellingInputs,),
}
"""Heading of the documentation → where its inputs are declared."""


class Settings(
    TellingInputs, DriftInputs, RestoreInputs, SavingInputs, PlatformInputs, ResultInputs, GateInputs
):  # fmt: skip
    """The inputs of one run. Field names are the inputs' names with `_` for `-`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    def secrets(self) -> tuple[str, ...]:
        """Every secret that was given, to be hidden before anything is printed."""
        found: list[str] = []
        for name in type(self).model_fields:
            value = getattr(self, name)
            for item in value if isinstance(value, tuple) else (value,):
                if isinstance(item, SecretStr) and item.get_secret_value():
                    found.append(item.get_secret_value())
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Input:
    """One input as documentation and `action.yml` show it."""

    name: str
    description: str
    default: str
    choices: tuple[str, ...]
    """Accepted values; empty where any text is."""
    cli: bool
    """True where commands without the platform have it as an option too."""
    metavar: str
    action_default: str = ""
    """What GitHub fills in where a workflow says nothing, instead of leaving the input out."""
    theme: str = ""
    """Heading under which the documentation has it."""
    secret: bool = False
    """True for what is hidden in the log, and is no option of the command line, where everybody could read it."""

    @property
    def environment(self) -> str:
        """The environment variable that stands in where the input is absent or empty."""
        return environment_name(self.name)


def inputs() -> tuple[Input, ...]:
    """All inputs in the order of their declaration."""
    return tuple(
        _declared(name, field, theme)
        for theme, groups in _THEMES.items()
        for group in groups
        for name, field in group.model_fields.items()
    )


def environment_name(name: str) -> str:
    """`fail-on` → `IVR_ACTION_FAIL_ON`."""
    return ENVIRONMENT_PREFIX + name.replace("-", "_").upper()


def read_settings(
    environ: Mapping[str, str], get_input: Callable[[str], str], *, what: str = "Input", dashes: str = ""
) -> Settings:
    """The settings of this run: input > environment > default. An empty value equals an absent one.

    Args:
        environ: the step's environment.
        get_input: the value of an input by name, empty where it is absent.
        what: what an input is called in messages; the command line says `Option`.
        dashes: what stands before its name there.

    Raises:
        UsageError: an input that no action has, or values that cannot be used, all of them in one message.
    """
    declared = inputs()
    problems = _unknown(environ, [item.name for item in declared])
    given: dict[str, str] = {}
    for item in declared:
        value = get_input(item.name).strip() or environ.get(item.environment, "").strip()
        if value:
            given[item.name.replace("-", "_")] = value
    settings = None
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        problems += [_worded(detail, declared, given, f"{what} `{dashes}") for detail in error.errors()]
    if problems or settings is None:
        raise UsageError(
            "\n".join(problems), "docs/inputs.md lists every input with the values that it accepts."
        ) from None
    return settings


def _declared(name: str, field: Any, theme: str) -> Input:
    extra = field.json_schema_extra or {}
    arguments = get_args(field.annotation)
    default = field.default if isinstance(field.default, str) else ""
    name = name.replace("_", "-")
    choices = tuple(item for item in arguments if isinstance(item, str))
    return Input(
        name,
        field.description,
        default,
        choices,
        bool(extra.get("cli")),
        extra.get("metavar", ""),
        extra.get("action_default", ""),
        theme,
        _is_secret(field),
    )


def _is_secret(field: Any) -> bool:
    return "SecretStr" in str(field.annotation)


def _unknown(environ: Mapping[str, str], names: list[str]) -> list[str]:
    """The runner hands over a misspelt name in `with:` too; nobody would see that it has no effect."""
    known = {name.upper() for name in names} | _RUNNERS_OWN
    problems = []
    for variable in sorted(environ):
        name = variable.removeprefix(INPUT_PREFIX)
        if name != variable and name not in known:
            near = difflib.get_close_matches(name.replace("_", "-").lower(), names, 1)
            meant = f" Did you mean `{near[0]}`?" if near else ""
            problems.append(f"Unknown input `{name.lower()}`.{meant} Inputs are: {', '.join(names)}.")
    return problems


def _worded(detail: Any, declared: tuple[Input, ...], given: Mapping[str, str], called: str) -> str:
    field = str(detail["loc"][0])
    name = field.replace("_", "-")
    choices = next(item.choices for item in declared if item.name == name)
    accepted = ", ".join(choices) if choices else str(detail["msg"]).removeprefix("Value error, ")
    if _is_secret(Settings.model_fields[field]):
        return f"{called}{name}` cannot be used; accepted: {accepted}."
    return f"{called}{name}` is `{given[field]}`; accepted: {accepted}."
