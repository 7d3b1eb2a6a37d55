"""Which configuration and which baseline count, and what a reviewer must know about them.

On a pull request whatever can weaken the check comes from the base commit, so that nobody switches it off from inside;
a change to it is said first of all.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ivr_action.check.baseline import Baseline, Comparison, apply_baseline, compare, growth, parse_baseline
from ivr_action.config import BASELINE, DEFAULT_PATH, Config, changed_keys, parse_config, strictest
from ivr_action.errors import UsageError
from ivr_action.flow.read import Reading, read_flow
from ivr_action.flow.suppressions import find_suppressions
from ivr_action.model import Report, Suppression
from ivr_action.model.kinds import KINDS

if TYPE_CHECKING:
    from ivr_action.check import Rule
    from ivr_action.settings import Settings

_SIZE_LIMIT = 32 * 1024 * 1024
_OTHER_PATH = ".ivr-action.yaml"
"""What somebody may call the configuration, who would then believe that it counts."""

ReadBefore = Callable[[str], "bytes | None"]
"""A file's bytes at the base commit, None where there was none; raises `UnknownBeforeError`."""


class UnknownBeforeError(Exception):
    """Nobody can tell what a file was at the base commit; the text says why in one line."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What counts in one run."""

    config: Config
    baseline: Baseline
    config_path: str = DEFAULT_PATH
    baseline_path: str = BASELINE
    alerts: tuple[str, ...] = ()
    """What comes before the verdict: the pull request changes what counts."""
    notices: tuple[str, ...] = ()
    tells_gone: bool = True
    """False where entries that no longer occur are no news: the pull request changes the baseline itself."""
    substitutions_changed: bool = False
    environments_changed: bool = False


def local_policy(
    root: str, rules: Sequence[Rule], *, config_path: str = "", baseline_path: str = "", confined: bool = True
) -> Policy:
    """The policy as the files in the workspace have it.

    Args:
        root: the workspace.
        rules: every rule; what simulated calls find is known without them.
        config_path: as an option or input names it; empty for the default, which need not exist.
        baseline_path: the same; here no path need exist.
        confined: refuse a file that lies outside `root`.

    Raises:
        UsageError: a file that cannot be read or used.
    """
    path = config_path or DEFAULT_PATH
    data = _read(root, path, "configuration", confined=confined)
    if data is None and config_path and config_path != DEFAULT_PATH:
        raise UsageError(f"The configuration `{path}` does not exist.", "Check the path of `config`.")
    if data is None and os.path.lexists(os.path.join(root, _OTHER_PATH)):
        raise UsageError(
            f"`{_OTHER_PATH}` is not read: the configuration's name is `{DEFAULT_PATH}`.",
            f"Rename it, or name it: `config: {_OTHER_PATH}`, on the terminal `--config {_OTHER_PATH}`.",
        )
    config = Config() if data is None else parse_config(path, data, (*rules, *KINDS))
    where = _baseline_path(baseline_path, config)
    data = _read(root, where, "baseline", confined=confined)
    baseline = Baseline(where) if data is None else parse_baseline(where, data)
    notices: tuple[str, ...] = ()
    if data is None and where != BASELINE:
        notices = (f"The baseline `{where}` does not exist, so every finding counts.",)
    return Policy(config, baseline, path, where, notices=notices)


def review_policy(
    root: str, rules: Sequence[Rule], before: ReadBefore, *, config_path: str = "", baseline_path: str = ""
) -> Policy:
    """The policy of a pull request or a merge group: what can weaken the check comes from the base commit.

    Args:
        root: the workspace.
        rules: every rule; what simulated calls find is known without them.
        before: reads files of the base commit.
        config_path: as for `local_policy`.
        baseline_path: as for `local_policy`.

    Raises:
        UsageError: a file of the pull request that cannot be read or used: merged, it would stop every run.
    """
    head = local_policy(root, rules, config_path=config_path, baseline_path=baseline_path)
    try:
        data = before(head.config_path)
        base = Config() if data is None else parse_config(head.config_path, data, (*rules, *KINDS))
        where = _baseline_path(baseline_path, base)
        data = before(where)
        baseline = Baseline(where) if data is None else parse_baseline(where, data)
    except (UnknownBeforeError, UsageError) as error:
        return _strict(head, rules, str(error))
    changed = changed_keys(base, head.config)
    config = replace(base, substitutions=head.config.substitutions, environments=head.config.environments)
    alerts = []
    if changed:
        alerts.append(
            f"This change touches the configuration `{head.config_path}` ({', '.join(changed)}). The check goes by "
            "the base commit's rules, files and baseline; the change counts once it is merged."
        )
    more, fewer = growth(baseline, head.baseline)
    if more or fewer:
        words = [f"{number:,} {word}" for number, word in ((more, "more"), (fewer, "fewer")) if number]
        alerts.append(
            f"This change touches the baseline `{head.baseline_path}` ({' and '.join(words)} accepted). The check "
            "goes by the base commit's; the change counts once it is merged."
        )
    return Policy(
        config,
        baseline,
        head.config_path,
        where,
        tuple(alerts),
        tells_gone=not (more or fewer),
        substitutions_changed="substitutions" in changed,
        environments_changed="environments" in changed,
    )


def _strict(head: Policy, rules: Sequence[Rule], why: str) -> Policy:
    """Where the base commit does not say what counts, nothing counts that would weaken the check."""
    config = strictest(head.config, (*rules, *KINDS))
    lost = changed_keys(config, head.config)
    if not lost and not head.baseline.entries:
        return replace(head, notices=())
    reason = " ".join(why.split()).rstrip(".")
    alert = (
        f"The configuration of the base commit cannot be used: {reason}. So nothing counts here that would weaken the "
        "check: rules have at least their own level, no file is left out, and there is no baseline."
    )
    return Policy(config, Baseline(), head.config_path, head.baseline_path, (alert,), tells_gone=False)


def with_config(settings: Settings, config: Config) -> Settings:
    """The settings, where neither an input nor the environment says otherwise with the configuration's values."""
    names = [name for name in ("flows", "fail_on", "cycles", "substitutions") if name not in settings.model_fields_set]
    return settings.model_copy(update={name: getattr(config, name) for name in names if getattr(config, name)})


def judged(report: Report, policy: Policy, root: str) -> Report:
    """The report with what the baseline knows apart, and with the policy's own words.

    Args:
        report: of the rules.
        policy: what counts.
        root: the folder that the baseline's paths are relative to.
    """
    report = replace(report, alerts=(*policy.alerts, *report.alerts), notices=(*report.notices, *policy.notices))
    if not policy.baseline.entries:
        return report
    compared = compared_with(report, policy.baseline, root)
    gone = sum(entry.count for entry in compared.gone)
    if gone and policy.tells_gone:
        words = "1 finding in the baseline occurs" if gone == 1 else f"{gone:,} findings in the baseline occur"
        notice = (
            f"{words} no longer; `ivr-action baseline --write` takes what is mended out of `{policy.baseline.path}`."
        )
        report = replace(report, notices=(*report.notices, notice))
    return apply_baseline(report, compared)


def compared_with(report: Report, baseline: Baseline, root: str) -> Comparison:
    """A report against a baseline whose paths are relative to `root`."""
    from ivr_action.check import RULES

    binding = frozenset(rule.id for rule in RULES if rule.binding)
    return compare(report, baseline, lambda path: os.path.isfile(os.path.join(root, path)), binding)


def added_suppressions(
    readings: Iterable[Reading], before: ReadBefore, renamed: Mapping[str, str]
) -> tuple[tuple[Suppression, ...], str]:
    """Suppressions that the change adds, and why nobody knows where that is so (then all are given).

    Args:
        readings: the files that were checked.
        before: reads files of the base commit.
        renamed: new name → old name.
    """
    added: list[Suppression] = []
    unknown = ""
    for reading in readings:
        found = find_suppressions(reading)
        if not found:
            continue
        path = reading.document.path
        there: Counter[tuple[str, ...]] = Counter()
        try:
            data = before(renamed.get(path, path))
            if data is not None:
                there = Counter(one.text for one in find_suppressions(read_flow(path, data)))
        except UnknownBeforeError as error:
            unknown = f"Which suppressions are new cannot be told, so all are listed: {error}."
        for suppression in found:
            if there[suppression.text] > 0:
                there[suppression.text] -= 1
            else:
                added.append(suppression)
    return tuple(added), unknown


def _baseline_path(given: str, config: Config) -> str:
    return given or config.baseline or BASELINE


def _read(root: str, path: str, what: str, *, confined: bool) -> bytes | None:
    """A file's bytes; None where there is none."""
    real = os.path.realpath(os.path.join(root, path))
    top = os.path.realpath(root)
    if confined and os.path.commonpath([real, top]) != top:
        raise UsageError(
            f"The {what} `{path}` lies outside the workspace.", "Keep it in the repository, without a link."
        )
    try:
        with open(real, "rb") as file:
            data = file.read(_SIZE_LIMIT + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"The {what} `{path}` cannot be read: {error.strerror}.", "Check the path.") from error
    if len(data) > _SIZE_LIMIT:
        raise UsageError(f"The {what} `{path}` is larger than {_SIZE_LIMIT >> 20} MiB.", "Check the path.")
    return data
