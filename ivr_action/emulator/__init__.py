"""Genesys Cloud on loopback: what the platform answers, for tests and rehearsals without an organisation.

`docs/emulator.md` says what is faithful, what is simplified and what is not there. Starlette and uvicorn come with
the extra `emulator`; they are imported when the emulator is first used, so that the command line stays quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ivr_action.emulator.server import Emulator
    from ivr_action.emulator.time import ScaledTime, SimulatedTime

__all__ = ["Emulator", "ScaledTime", "SimulatedTime"]


def __getattr__(name: str) -> Any:
    if name == "Emulator":
        from ivr_action.emulator.server import Emulator

        return Emulator
    if name in ("ScaledTime", "SimulatedTime"):
        from ivr_action.emulator import time

        return getattr(time, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
