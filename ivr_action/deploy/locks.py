"""Flows that somebody has open: waited for, taken by force, or released where a run of ours left them locked.

A lock by our own OAuth client is that of another run's job, or was left by a job that died. The platform tells neither
when it was taken nor by which job, so only time tells the two apart: it is released once it has stood still for longer
than any job takes. The end of a lock that is released too early would be the end of the other run's job.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ivr_action.deploy.look import Look, Planner
from ivr_action.deploy.values import Ground
from ivr_action.genesys.errors import OutOfTimeError
from ivr_action.genesys.flow_state import FlowState
from ivr_action.genesys.job import BUDGET
from ivr_action.genesys.job_errors import HeldError
from ivr_action.genesys.job_times import LONGEST_PAUSE
from ivr_action.model.plan import Verdict

OWN = BUDGET
"""Seconds that a lock by our own client is left alone: another run's job may take so long."""
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
    _, done = released(state, planner.ground, told)
    return _noted(planner.look(look.deployable), done)


def released(state: FlowState, ground: Ground, told: Callable[[str], None]) -> tuple[FlowState, list[str]]:
    """Waits until a lock of our own client is gone, and releases it where it is certain that no job holds it.

    Args:
        state: of a flow that our own client has locked.
        ground: looks again.
        told: is told what is waited for and what is done.

    Returns:
        The flow, which somebody else may have locked meanwhile; and what was done, where anything was.

    Raises:
        HeldError: there is not the time to find out.
        StoppedError: the run was told to stop.
        PlatformError: the platform refused to unlock it.
    """
    clock, pause = ground.pace.clock, _PAUSE
    told(
        f"`{state.name}`: locked by our own OAuth client, so another run may be publishing it. Waiting until that is "
        f"over, at most {OWN / 60:.0f} minutes."
    )
    since = clock.now()
    while (left := since + OWN - clock.now()) > 0:
        seconds = min(left, pause + ground.pace.backoff(1, base=pause / 4, cap=pause))
        try:
            ground.pace.wait(seconds, f"`{state.name}` is locked by our own OAuth client", ground.deadline)
        except OutOfTimeError:
            raise HeldError(state, own=True) from None
        pause = min(LONGEST_PAUSE, pause * 1.5)
        now = ground.inspector.state(state.id)
        if not now.is_locked or now.locked_by_client != state.locked_by_client:
            return now, []
        if _at_work(now) != _at_work(state):
            since = clock.now()
        state = now
    said = (
        f"A lock of our own OAuth client was released: nothing had happened for {OWN / 60:.0f} minutes, longer than a "
        "publish job takes, so a run that ended early had left it."
    )
    told(f"`{state.name}`: {said}")
    return ground.inspector.unlock(state.id), [said]


def _at_work(state: FlowState) -> tuple[object, ...]:
    """What changes when one job ends and another begins."""
    return state.published, state.checked_in, state.saved, state.operation, state.raw.get("currentOperation")


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
    return _noted(planner.look(look.deployable), [said])


def _noted(look: Look, said: Sequence[str]) -> Look:
    return replace(look, planned=replace(look.planned, notices=(*look.planned.notices, *said)))
