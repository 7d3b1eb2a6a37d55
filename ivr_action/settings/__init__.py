"""Every input and output of the action, declared once; one file for each theme.

`python -m ivr_action.generate` writes `action.yml`, `docs/inputs.md` and the CLI's options from what is here. The step
imports it, and those commands of the terminal that talk to the platform: pydantic costs more time than a whole check
from the terminal.
"""

from __future__ import annotations

from ivr_action.settings.kinds import read_duration, read_jobs
from ivr_action.settings.outputs import EMPTY, OUTPUTS
from ivr_action.settings.read import Input, Settings, environment_name, inputs, read_settings

__all__ = [
    "EMPTY",
    "OUTPUTS",
    "Input",
    "Settings",
    "environment_name",
    "inputs",
    "read_duration",
    "read_jobs",
    "read_settings",
]
