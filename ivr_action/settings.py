"""Every input and output of the action, declared once.

`python -m ivr_action.generate` writes `action.yml`, `docs/inputs.md` and the CLI's options from what is
here. Only the step imports this file: pydantic costs more time than a whole check from the terminal.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from ivr_action.errors import UsageError
from ivr_action.model.coverage import read_limits
from ivr_action.model.patience import read_choices, read_seconds

INPUT_PREFIX = "INPUT_"
ENVIRONMENT_PREFIX = "IVR_ACTION_"
_RUNNERS_OWN = frozenset(("ENTRYPOINT", "ARGS"))
"""`with: entrypoint` and `with: args` are the runner's own settings of a container step."""


def _split(value: object) -> object:
    """One item per line or comma; blank items are nothing."""
    if not isinstance(value, str):
        return value
    return tuple(item.strip() for line in value.splitlines() for item in line.split(",") if item.strip())


def _word(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _relative_path(value: object) -> object:
    """A path below the workspace: anything else could be a mistake, and a container step is root."""
    if not isinstance(value, str):
        return value
    path = value.strip().replace("\\", "/")
    if path.startswith("/") or ".." in path.split("/") or path[1:2] == ":" or "\0" in path:
        raise ValueError("a path inside the workspace, relative to it")
    return path


def _limits(value: str) -> str:
    """A least coverage; what it says is read again where it is needed."""
    try:
        read_limits(value)
    except ValueError:
        raise ValueError("a number from 0 to 100, or `nodes: 80, transitions: 70`") from None
    return value


def _choices(value: str) -> str:
    """A number of choices; what it says is read again where it is needed."""
    try:
        read_choices(value)
    except ValueError:
        raise ValueError("a whole number from 0 on, 0 for no limit") from None
    return value


def _seconds(value: str) -> str:
    """A number of seconds; what it says is read again where it is needed."""
    try:
        read_seconds(value)
    except ValueError:
        raise ValueError("a number of seconds from 0 on, 0 for no limit") from None
    return value


_Lines = Annotated[tuple[str, ...], BeforeValidator(_split)]
_Path = Annotated[str, BeforeValidator(_relative_path)]
_Switch = Annotated[Literal["true", "false"], BeforeValidator(_word)]


class Settings(BaseModel):
    """The inputs of one run. Field names are the inputs' names with `_` for `-`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    flows: _Lines = Field(
        default=(),
        description=(
            "Flow files to check: paths, folders or globs (`*`, `**`, `?`, `[…]`), one per line or "
            "separated by commas; a leading `!` takes files out again. Every match is read, and a "
            "match that is no flow is a finding. Empty: every file in the workspace that looks like a"
            " flow."
        ),
    )
    changed_only: Annotated[Literal["auto", "true", "false"], BeforeValidator(_word)] = Field(
        default="auto",
        description=(
            "Which of them to check. `auto`: on `pull_request`, `push` and `merge_group` those that "
            "the event changed, otherwise all. `true`: always those that changed; where the event "
            "names no earlier commit, since the checked-out commit's first parent. `false`: all. Flows that "
            "call a changed one are checked too. When neither Git nor GitHub can tell what changed, all are "
            "checked and the summary says why; see docs/changed-files.md."
        ),
    )
    substitutions: str = Field(
        default="",
        description=(
            "Values for `{{key}}` in flow files: the path of a YAML or JSON file with one map of key "
            "to value, or such a map itself."
        ),
        json_schema_extra={"cli": True, "metavar": "FILE|MAP"},
    )
    cycles: Annotated[Literal["forbid", "caller-input", "allow"], BeforeValidator(_word)] = Field(
        default="forbid",
        description=(
            "Cycles in node-graph flows. `forbid`: every cycle is an error. `caller-input`: only one "
            "that never waits for the caller is. `allow`: none is. Architect flows do not need it: "
            "there a cycle that never waits for the caller is always an error."
        ),
        json_schema_extra={"cli": True},
    )
    fail_on: Annotated[Literal["error", "warning", "note", "never"], BeforeValidator(_word)] = Field(
        default="error",
        description=(
            "The lowest level of finding that fails the step (exit status 1). `never`: findings are "
            "reported and the step succeeds."
        ),
        json_schema_extra={"cli": True},
    )
    config: _Path = Field(
        default=".ivr-action.yml",
        description=(
            "Path of the configuration file, relative to the workspace. The default need not exist. On a pull "
            "request, what it says about rules, files to leave out and the baseline counts as it is in the base "
            "commit; see docs/configuration.md."
        ),
        json_schema_extra={"cli": True, "metavar": "FILE"},
    )
    baseline: _Path = Field(
        default=".ivr-action-baseline.json",
        description=(
            "Path of the baseline file, relative to the workspace: findings that are known and do not count. It "
            "need not exist. On a pull request it counts as it is in the base commit; see docs/baseline.md."
        ),
        json_schema_extra={"cli": True, "metavar": "FILE"},
    )
    scenarios: _Lines = Field(
        default=(),
        description=(
            "Scenario files: paths, folders or globs, one per line or separated by commas. Their calls must go as "
            "they say; a failed expectation is an error. See docs/trace.md."
        ),
    )
    explore: _Switch = Field(
        default="true",
        description=(
            "`true`: find calls that come through each flow that is checked, and tell which calls of the version "
            "before end differently now. `false`: run scenarios only."
        ),
    )
    min_coverage: Annotated[str, AfterValidator(_limits)] = Field(
        default="",
        description=(
            "The least share of each flow that its calls must come through, in percent: `80`, or "
            "`nodes: 80, transitions: 70`; less is an error. Where `scenarios` are given, only their calls count, "
            "else those that were explored. Empty: nothing is asked for."
        ),
    )
    max_choices: Annotated[str, AfterValidator(_choices)] = Field(
        default="",
        description=(
            "The most things that a caller may have to do (press keys, say something) before a person or an end of the "
            "call; where even the shortest call to one takes more, that is a warning. Empty or 0: no limit."
        ),
        json_schema_extra={"cli": True, "metavar": "N"},
    )
    max_seconds: Annotated[str, AfterValidator(_seconds)] = Field(
        default="",
        description=(
            "The most seconds of prompts that a caller may have to hear before a person or an end of the call, "
            "estimated from the flow's text (see docs/trace.md); more is a warning. Empty or 0: no limit."
        ),
        json_schema_extra={"cli": True, "metavar": "M"},
    )
    allow_empty: _Switch = Field(
        default="false",
        description=(
            "`true`: succeed where no flow file is found at all, which is otherwise an error (exit status 2)."
        ),
    )
    summary: _Switch = Field(
        default="true",
        description="`true`: write the job summary.",
    )
    comment: Annotated[Literal["auto", "true", "false"], BeforeValidator(_word)] = Field(
        default="auto",
        description=(
            "One comment on the pull request, kept up to date. `auto`: where the token may write, which it may not "
            "for a fork. `true`: the same, and it is said why there is none. `false`: none. It needs "
            "`permissions: pull-requests: write`; see docs/comment.md."
        ),
    )
    comment_key: str = Field(
        default="",
        description=(
            "Keeps the comments of several steps apart: steps with the same key share one. Empty: every step of "
            "every job has its own; the jobs of a matrix share one."
        ),
    )
    github_token: SecretStr = Field(
        default=SecretStr(""),
        description=(
            "Token for the comment, and for asking GitHub what changed where the checkout lacks the history. "
            "Everything else works without one."
        ),
        json_schema_extra={"action_default": "${{ github.token }}"},
    )
    report_file: _Path = Field(
        default=".ivr-action/report.json",
        description="Where to write the JSON report, relative to the workspace.",
    )
    sarif_file: _Path = Field(
        default=".ivr-action/results.sarif",
        description="Where to write the SARIF file, relative to the workspace.",
    )
    coverage_file: _Path = Field(
        default=".ivr-action/coverage.xml",
        description="Where to write the coverage as Cobertura XML, relative to the workspace.",
    )


OUTPUTS: dict[str, str] = {
    "valid": ("`true` where no flow that was checked has an error, otherwise `false`. Independent of `fail-on`."),
    "error-count": "Number of errors.",
    "warning-count": "Number of warnings.",
    "changed-flows": (
        "Paths of the flow files that changed, relative to the workspace, as a JSON list. Where "
        "nobody can tell what changed: all flow files."
    ),
    "report": ("Path of the JSON report, relative to the workspace. Empty where the run failed before there was one."),
    "sarif-file": (
        "Path of the SARIF file, relative to the workspace. Empty where the run failed before there was one."
    ),
    "coverage": (
        "What the calls came through, as JSON: path of the flow → `{nodes, transitions}`, shares from 0 to 1."
    ),
    "calls-passed": "Number of calls that did what they should.",
    "calls-failed": "Number of calls that did not: an expectation was not met, or a caller was left stranded.",
    "coverage-file": ("Path of the Cobertura XML, relative to the workspace. Empty where no call was simulated."),
}


@dataclass(frozen=True, slots=True)
class Input:
    """One input as documentation and `action.yml` show it."""

    name: str
    description: str
    default: str
    choices: tuple[str, ...]
    """Accepted values; empty where any text is."""
    cli: bool
    metavar: str
    action_default: str = ""
    """What GitHub fills in where a workflow says nothing, instead of leaving the input out."""

    @property
    def environment(self) -> str:
        """The environment variable that stands in where the input is absent or empty."""
        return environment_name(self.name)


def inputs() -> tuple[Input, ...]:
    """All inputs in the order of their declaration."""
    return tuple(_declared(name, field) for name, field in Settings.model_fields.items())


def environment_name(name: str) -> str:
    """`fail-on` → `IVR_ACTION_FAIL_ON`."""
    return ENVIRONMENT_PREFIX + name.replace("-", "_").upper()


def read_settings(environ: Mapping[str, str], get_input: Callable[[str], str]) -> Settings:
    """The settings of this run: input > environment > default. An empty value equals an absent one.

    Args:
        environ: the step's environment.
        get_input: the value of an input by name, empty where it is absent.

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
        problems += [_worded(detail, declared) for detail in error.errors()]
    if problems or settings is None:
        raise UsageError(
            "\n".join(problems), "docs/inputs.md lists every input with the values that it accepts."
        ) from None
    return settings


def _declared(name: str, field: Any) -> Input:
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
    )


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


def _worded(detail: Any, declared: tuple[Input, ...]) -> str:
    name = str(detail["loc"][0]).replace("_", "-")
    choices = next(item.choices for item in declared if item.name == name)
    accepted = ", ".join(choices) if choices else str(detail["msg"]).removeprefix("Value error, ")
    return f"Input `{name}` is `{detail['input']}`; accepted: {accepted}."
