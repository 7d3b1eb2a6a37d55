"""`ivr-action doctor`: tries the way to the platform and prints one check a line."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any, TextIO

_USAGE, _PLATFORM = 2, 3


def add_doctor(commands: Any) -> argparse.ArgumentParser:
    """Adds the command.

    Args:
        commands: where commands are added.
    """
    parser: argparse.ArgumentParser = commands.add_parser(
        "doctor",
        help="check credentials, region, organisation, permissions and pace",
        description=(
            "Check the way to Genesys Cloud; reads only. Credentials come from the environment: IVR_ACTION_CLIENT_ID "
            "and IVR_ACTION_CLIENT_SECRET, or IVR_ACTION_ACCESS_TOKEN, or the names of Genesys' own tools "
            "(GENESYSCLOUD_OAUTHCLIENT_ID and so on). What a plan and a deployment need: docs/permissions.md."
        ),
    )
    parser.add_argument(
        "--for", dest="purpose", choices=("plan", "deploy"), default="deploy", help="default: deploy, which needs more"
    )
    parser.add_argument(
        "--region", default="", help="AWS's name or the domain. Default: IVR_ACTION_REGION, else us-east-1"
    )
    parser.add_argument("--organisation", metavar="ID|NAME", default="", help="fail where it is another one")
    parser.set_defaults(run=run)
    return parser


def run(options: argparse.Namespace, environ: Mapping[str, str], out: TextIO) -> int:
    """Prints the checks; 0 where none failed, 2 where something must be given first, else 3."""
    from ivr_action.genesys.doctor import doctor
    from ivr_action.genesys.settings import PlatformSettings

    settings = PlatformSettings.from_environ(environ, region=options.region)
    checks = doctor(settings, purpose=options.purpose, organisation=options.organisation)
    failed = [check for check in checks if check.status == "failed"]
    for check in checks:
        out.write(f"{check}\n")
    if not failed:
        return 0
    return _USAGE if failed[0].name in ("credentials", "region") else _PLATFORM
