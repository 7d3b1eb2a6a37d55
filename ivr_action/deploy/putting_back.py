"""What a run has deployed undone, since another of its flows could not be."""

from __future__ import annotations

from dataclasses import replace

from ivr_action.deploy.restore import RefusedError, Restoring, Wish
from ivr_action.deploy.saving import Saver
from ivr_action.errors import IvrError
from ivr_action.genesys.flow_state import FlowState
from ivr_action.genesys.store import FlowRef
from ivr_action.model.deployment import DeployedFlow, Result


def put_back(result: DeployedFlow, saver: Saver) -> DeployedFlow:
    """Undoes a flow of this run, where nobody has published since.

    Args:
        result: what this run has made of it.
        saver: of the run.
    """
    if result.result is Result.CREATED or not result.from_version:
        said = f"Version {result.to_version} stays live: there was nothing before it that could be put back."
        return replace(result, message=_added(result.message, said))
    planner = saver.planner
    wish = Wish(FlowRef(result.name, result.type, result.flow_id), result.from_version, result.path)
    options = replace(planner.options, on_draft="stop", force_unlock=False)
    restoring = Restoring(wish, planner.ground, options, planner.client_id, saver.journal, saver.told)
    saver.told(f"`{result.name}`: version {result.from_version} is put back.")
    try:
        live = planner.ground.inspector.state(result.flow_id)
        now = _version_of(live)
        if now != result.to_version:
            said = f"Version {result.to_version} was not put back: version {now} was published on top of it."
            return replace(result, message=_added(result.message, said))
        found = restoring.run()
    except RefusedError as error:
        found = restoring.result(Result.REFUSED, error.decision.reason)
    except (IvrError, KeyboardInterrupt) as error:
        found = restoring.result(Result.FAILED, str(error) or "interrupted")
    if restoring.intended:
        saver.journal.outcome(found)
    if found.result is not Result.RESTORED:
        said = f"Version {result.to_version} stays live: it could not be put back: {found.message}"
        return replace(result, message=_added(result.message, said))
    said = (
        f"Version {result.to_version} was live; since another flow was not deployed, version {result.from_version} was "
        f"published again, as version {found.to_version}."
    )
    return replace(result, result=Result.RESTORED, to_version=found.to_version, message=_added(result.message, said))


def _version_of(state: FlowState) -> str:
    if state.holds_nodes:
        return str(state.raw["version"])
    return state.published.id if state.published is not None else ""


def _added(message: str, said: str) -> str:
    return f"{message}\n{said}" if message else said
