"""Which command an event means, for which environment, and what is refused for it. Pure: nothing is asked or read."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ivr_action.errors import UsageError
from ivr_action.runner.context import Context

REVIEW = ("pull_request", "pull_request_target", "merge_group")
"""Events that ask whether a change may go in."""
WRITES = ("deploy", "restore")
_TAGS = "refs/tags/"
_GUARDED = (
    "What a pull request proposes nobody has agreed to yet, and it may come from a stranger. Deploy on a push: "
    "of a tag, or to the branch that it is merged into; docs/deploy.md has a workflow."
)


class UnclearEnvironmentError(UsageError):
    """Nobody says which of several environments is meant.

    Args:
        message: what is wrong.
        hint: what to do.
        command: what would be done there.
    """

    def __init__(self, message: str, hint: str, command: str) -> None:
        super().__init__(message, hint)
        self.command = command


@dataclass(frozen=True, slots=True)
class Decision:
    """What the run does."""

    command: str
    """`validate`, `plan`, `deploy`, `drift` or `restore`; all but `validate` check the flows where that makes sense."""
    environment: str = ""
    """Empty for none: then the configuration's own substitutions count, and any organisation is right."""
    platform: bool = False
    """Whether the platform is asked; a plan without it compares with the base commit."""
    why: str = ""
    """Why this, in a sentence; empty where the user has said all of it."""
    warning: str = ""
    """What somebody may have expected to happen and does not."""

    @property
    def writes(self) -> bool:
        """Whether anything on the platform may change."""
        return self.command in WRITES


def decide(
    context: Context, command: str, environment: str, environments: Mapping[str, Sequence[str]], *, credentials: bool
) -> Decision:
    """What the run does.

    Args:
        context: the event.
        command: the input.
        environment: the input; empty where nobody says.
        environments: name → globs of the tags that deploy to it.
        credentials: whether there is anything to log in with.

    Raises:
        UnclearEnvironmentError: it is not clear which environment is meant.
        UsageError: the event does not allow the command, or something is missing.
    """
    if environment and environment not in environments:
        raise _unknown_environment(environment, environments)
    if command in WRITES:
        refused = why_refused(context)
        if refused:
            raise UsageError(f"`command: {command}` is refused here: {refused}.", _GUARDED)
    if command == "auto":
        return _auto(context, environment, environments, credentials=credentials)
    if command == "validate":
        return Decision("validate", environment)
    if command == "plan" and not credentials:
        where = environment or (next(iter(environments)) if len(environments) == 1 else "")
        return Decision("plan", where, why="There are no credentials, so the plan compares with the base commit.")
    chosen, why = _environment(context, environment, environments)
    if not chosen and environments:
        raise _several(environments, f"`command: {command}` needs an environment", command)
    if not chosen and command in WRITES:
        raise UsageError(
            f"`command: {command}` needs an environment, and the configuration has none.",
            "Add `environments:` with a name and the `organisation` that it leads to, so that nothing is ever saved "
            "in "
            "another one; docs/deploy.md shows how.",
        )
    return Decision(command, chosen, platform=True, why=why)


def why_refused(context: Context) -> str:
    """Why an event may not change anything on the platform; empty where it may."""
    event, payload = context.event, context.payload
    if event == "merge_group":
        return "the merge queue tries changes that are not merged yet"
    if event.startswith("pull_request") or isinstance(payload.get("pull_request"), Mapping):
        whose = " from a fork" if context.from_fork else ""
        return f"the event `{event}` is about a pull request{whose}"
    issue = payload.get("issue")
    if isinstance(issue, Mapping) and issue.get("pull_request"):
        return f"the event `{event}` is about a pull request, and anybody may comment on one"
    if event == "workflow_run":
        ran = context.text("workflow_run", "event")
        if ran.startswith("pull_request") or ran in ("merge_group", "issue_comment"):
            return f"the workflow before ran for the event `{ran}`"
        head = context.text("workflow_run", "head_repository", "full_name")
        if head.lower() != (context.text("repository", "full_name") or context.repository).lower():
            return f"the workflow before ran for `{head or 'a repository that is gone'}`, which is a fork"
    if payload.get("deleted") is True:
        return f"`{context.ref}` was deleted"
    return ""


def _auto(
    context: Context, environment: str, environments: Mapping[str, Sequence[str]], *, credentials: bool
) -> Decision:
    tag = context.ref.removeprefix(_TAGS) if context.ref.startswith(_TAGS) and context.event == "push" else ""
    warning = ""
    if tag and not context.payload.get("deleted"):
        fitting = [name for name in ([environment] if environment else environments) if _fits(tag, environments[name])]
        if len(fitting) > 1 and credentials:
            raise _several(fitting, f"The tag `{tag}` deploys to several", "deploy")
        if fitting:
            return _tagged(tag, fitting, environment, credentials=credentials)
        warning = _fits_none(tag, environment, environments) if environments and (environment or credentials) else ""
    if not credentials:
        return Decision("validate", environment, warning=warning)
    if context.from_fork:
        return Decision(
            "validate", environment, why="The pull request comes from a fork: the platform is not asked for it."
        )
    chosen, why = _environment(context, environment, environments)
    if not chosen and environments:
        raise _several(environments, "There are credentials, so a plan is made", "plan")
    return Decision("plan", chosen, platform=True, why=why, warning=warning)


def _fits_none(tag: str, environment: str, environments: Mapping[str, Sequence[str]]) -> str:
    """That a tag deploys nothing: who pushed it may believe that it did, since the step is green."""
    names = [environment] if environment else list(environments)
    globs = ", ".join(f"`{name}`: {', '.join(f'`{glob}`' for glob in environments[name]) or 'none'}" for name in names)
    return (
        f"Nothing is deployed: the tag `{tag}` matches no `deploy-tags` ({globs}). `command: deploy` would deploy it."
    )


def _tagged(tag: str, fitting: Sequence[str], environment: str, *, credentials: bool) -> Decision:
    """For a tag that deploys."""
    names = ", ".join(f"`{name}`" for name in fitting)
    if credentials:
        return Decision("deploy", fitting[0], platform=True, why=f"The tag `{tag}` deploys to {names}.")
    if environment:
        raise UsageError(
            f"The tag `{tag}` deploys to {names}, and there are no credentials to do so.",
            "Give `client-id` and `client-secret`, or `access-token`; a secret of a GitHub environment is empty where"
            " "
            "the job does not name that environment. `command: validate` only checks.",
        )
    return Decision(
        "validate",
        warning=f"Nothing is deployed: the tag `{tag}` deploys to {names}, and this step has no credentials.",
    )


def _environment(context: Context, environment: str, environments: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """The environment and why it is that one; empty where nobody can tell."""
    if environment:
        return environment, ""
    if context.ref.startswith(_TAGS):
        tag = context.ref.removeprefix(_TAGS)
        fitting = [name for name, globs in environments.items() if _fits(tag, globs)]
        if len(fitting) == 1:
            return fitting[0], f"The tag `{tag}` says that the environment is `{fitting[0]}`."
    if len(environments) == 1:
        name = next(iter(environments))
        return name, f"The environment is `{name}`, the only one in the configuration."
    return "", ""


def _fits(tag: str, globs: Sequence[str]) -> bool:
    return any(fnmatchcase(tag, glob) for glob in globs)


def _several(environments: Mapping[str, Sequence[str]] | Sequence[str], why: str, command: str) -> UsageError:
    names = ", ".join(f"`{name}`" for name in environments)
    return UnclearEnvironmentError(
        f"{why}, and nobody says which environment is meant: {names}.",
        "Name it with `environment`; `command: validate` only checks.",
        command,
    )


def _unknown_environment(name: str, known: Mapping[str, Sequence[str]]) -> UsageError:
    if not known:
        return UsageError(
            f"There is no environment `{name}`: the configuration has no `environments`.",
            "Add it to `.ivr-action.yml`; docs/deploy.md shows how.",
        )
    near = difflib.get_close_matches(name, known, 1)
    meant = f" Did you mean `{near[0]}`?" if near else ""
    return UsageError(
        f"There is no environment `{name}`.{meant} The configuration has: {', '.join(f'`{one}`' for one in known)}.",
        "Correct the input `environment`, or add the environment to the configuration.",
    )
