"""Genesys Cloud on loopback: what the platform answers, for tests and rehearsals without an organisation.

`docs/emulator.md` says what is faithful, what is simplified and what is not there. Starlette and uvicorn come with
the extra `emulator`; they are imported when the emulator is first used, so that the command line stays quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ivr_action.emulator.server import Emulator

__all__ = ["Emulator"]


def __getattr__(name: str) -> Any:
    if name != "Emulator":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ivr_action.emulator.server import Emulator

    return Emulator
