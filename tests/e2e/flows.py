"""The flows that the container tests check: small, readable, in Architect's YAML."""

from __future__ import annotations

import json


def flow(name: str = "Main line", *, start: str = "./menus/menu[mainMenu]", menu: str = "Main Menu") -> str:
    """An inbound call flow with one menu; another `start` than the menu's reference breaks it."""
    return f"""\
inboundCall:
  name: {json.dumps(name)}
  defaultLanguage: en-us
  supportedLanguages:
    en-us:
      defaultLanguageSkill:
        noValue: true
  startUpRef: {json.dumps(start)}
  menus:
    - menu:
        name: {json.dumps(menu)}
        refId: mainMenu
        audio:
          tts: Press nine to leave.
        choices:
          - menuDisconnect:
              name: Disconnect
              dtmf: digit_9
"""


def broken(name: str = "Broken line", start: str = "./menus/menu[gone]") -> str:
    """A flow whose start refers to a menu that is not there; the error belongs to `BROKEN_LINE`."""
    return flow(name, start=start)


BROKEN_LINE = 8
