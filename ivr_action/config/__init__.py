"""The configuration file `.ivr-action.yml`: rules, what is left out, and defaults for options."""

from __future__ import annotations

from ivr_action.config.parse import ConfigError, parse_config
from ivr_action.config.values import BASELINE, DEFAULT_PATH, Config, Environment, changed_keys, strictest

__all__ = [
    "BASELINE",
    "DEFAULT_PATH",
    "Config",
    "ConfigError",
    "Environment",
    "changed_keys",
    "parse_config",
    "strictest",
]
