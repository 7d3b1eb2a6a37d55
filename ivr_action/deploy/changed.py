"""What is otherwise than a plan said that somebody has seen."""

from __future__ import annotations

from ivr_action.model.plan import Plan, PlannedFlow


def since(before: Plan | None, now: Plan) -> list[str]:
    """In sentences; empty where nothing is otherwise, or no plan was shown.

    Args:
        before: the plan that was shown.
        now: the plan of the moment.
    """
    if before is None:
        return []
    shown = {flow.path: flow for flow in before.flows}
    found = []
    for flow in now.flows:
        was = shown.pop(flow.path, None)
        if was is None:
            found.append(f"`{flow.name}` ({flow.path}) was not in the plan.")
        else:
            found += _differing(was, flow, before.against == now.against)
    found += [f"`{was.name}` ({was.path}) was in the plan and is not among the flows now." for was in shown.values()]
    return [f"Since the plan: {text}" for text in found]


def _differing(was: PlannedFlow, now: PlannedFlow, comparable: bool) -> list[str]:
    found = []
    if was.digest and was.digest != now.digest:
        found.append(f"the file of `{now.name}` is another one.")
    if not comparable:
        return found
    if was.live_version != now.live_version:
        by = f" by {now.by}" if now.by else ""
        found.append(
            f"`{now.name}` was at version {was.live_version or 'none'} and is at {now.live_version or 'none'}{by}."
        )
    if was.verdict is not now.verdict:
        reason = f": {now.reason.splitlines()[0]}" if now.reason else "."
        found.append(f"`{now.name}` was to be `{was.verdict.value}` and is `{now.verdict.value}`{reason}")
    return found
