"""Flows that somebody has open: waited for, taken by force, or released where a run of ours left them locked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ivr_action.deploy.look import Look, Planner
from ivr_action.genesys.errors import OutOfTimeError
from ivr_action.genesys.flow_state import FlowState
from ivr_action.model.plan import Verdict

OWN = 60.0
"""Seconds that a lock by our own client is left alone: another run of ours may be publishing."""
_PAUSE = 5.0


def free(look: Look, planner: Planner, told: Callable[[str], None]) -> Look:
    """The flow as it is once nobody has it open, or as long as the user allows to wait for it.

    Args:
        look: what was seen.
        planner: looks again.
        told: is told what is waited for and what is done.

    Raises:
        StoppedError: the run was told to stop.
        PlatformError: the platform refused to unlock it.
    """
    state, options = look.state, planner.options
    if state is None or not state.is_locked or not (look.planned.verdict.saves or _is_locked(look)):
        return look
    name = look.planned.name
    if state.locked_against(planner.client_id):
        if options.lock_wait > 0:
            told(f"`{name}`: waiting up to {options.lock_wait:.0f} s for {state.locked_by}, who has the flow open.")
            look = _waited(look, planner, options.lock_wait)
            state = look.state
        if state is None or not state.is_locked or not options.force_unlock:
            return look
        said = f"The lock of {state.locked_by} was taken, since `force-unlock` is set."
        told(f"`{name}`: {said} What they had not checked in is a version now.")
        return _unlocked(look, state, planner, said)
    told(f"`{name}`: locked by our own OAuth client; waiting up to {OWN:.0f} s, in case another run is at work.")
    look = _waited(look, planner, OWN)
    state = look.state
    if state is None or not state.is_locked or state.locked_against(planner.client_id):
        return look
    said = "A lock of our own OAuth client, left by a run that ended early, was released."
    told(f"`{name}`: {said}")
    return _unlocked(look, state, planner, said)


def _is_locked(look: Look) -> bool:
    return look.planned.verdict is Verdict.LOCKED


def _waited(look: Look, planner: Planner, seconds: float) -> Look:
    """A new look as soon as the lock is gone; the same one where it is not."""
    state, ground = look.state, planner.ground
    if state is None:
        return look
    clock = ground.pace.clock
    until = clock.now() + seconds
    while True:
        left = until - clock.now()
        if left <= 0:
            return look
        pause = min(left, _PAUSE + ground.pace.backoff(1, base=_PAUSE / 2, cap=_PAUSE))
        try:
            ground.pace.wait(pause, f"`{state.name}` is open for editing by {state.locked_by}", ground.deadline)
        except OutOfTimeError:
            return look
        if not ground.inspector.state(state.id).is_locked:
            return planner.look(look.deployable)


def _unlocked(look: Look, state: FlowState, planner: Planner, said: str) -> Look:
    planner.ground.inspector.unlock(state.id)
    again = planner.look(look.deployable)
    return replace(again, planned=replace(again.planned, notices=(*again.planned.notices, said)))
