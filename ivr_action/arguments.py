"""Options of the command line that are inputs of the action too."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Mapping
from typing import Any

from ivr_action.errors import UsageError
from ivr_action.options import OPTIONS, PLATFORM_OPTIONS, Option

_SWITCH = ("true", "false")


def add_options(parser: argparse.ArgumentParser, names: Collection[str]) -> None:
    """Adds the options of these names; what is absent on the command line is looked up when it is needed."""
    for option in (*OPTIONS, *PLATFORM_OPTIONS):
        if option.name in names:
            _add(parser, option)


def _add(parser: argparse.ArgumentParser, option: Option) -> None:
    flag, help_ = f"--{option.name}", f"{option.help} Default: {option.default or 'none'}."
    if option.choices == _SWITCH:
        said = option.help.removeprefix("true: ")
        help_ = f"{said[:1].upper()}{said[1:]} Default: {'yes' if option.default == 'true' else 'no'}."
        parser.add_argument(flag, action=argparse.BooleanOptionalAction, help=help_)
    elif option.choices:
        # An empty value equals an absent one; nobody need read that.
        shown = f"{{{','.join(option.choices)}}}"
        parser.add_argument(flag, metavar=option.metavar or shown, choices=("", *option.choices), help=help_)
    else:
        parser.add_argument(flag, metavar=option.metavar or None, help=help_)


def value(options: argparse.Namespace, environ: Mapping[str, str], name: str, config: Any) -> str:
    """Option > environment > configuration > default; an empty value equals an absent one.

    Raises:
        UsageError: the environment has a value that is not accepted.
    """
    return given(options, environ, name) or config.option(name) or _named(name).default


def given(options: argparse.Namespace, environ: Mapping[str, str], name: str) -> str:
    """Option > environment; empty where neither says anything.

    Raises:
        UsageError: the environment has a value that is not accepted.
    """
    option = _named(name)
    said: str = getattr(options, name.replace("-", "_"), None) or environ.get(option.environment, "").strip()
    if said and option.choices and said not in option.choices:
        raise UsageError(f"{option.environment} is `{said}`; accepted: {', '.join(option.choices)}.")
    return said


def _named(name: str) -> Option:
    return next(option for option in OPTIONS if option.name == name)
