"""JSON as every result of ours is written."""

from __future__ import annotations

import json
import re
from typing import Any

_RISKY = re.compile("##\\[|[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def dumps(value: Any, *, indent: int | None = 2) -> str:
    """JSON that ends with a newline and means the same wherever it is shown.

    What turns or hides text, halves of surrogate pairs, and the runner's old command prefix `##[` are written as
    escapes: a reader gets the same value, and a log that it lands in no command.
    """
    return _RISKY.sub(_escaped, json.dumps(value, ensure_ascii=False, indent=indent)) + "\n"


def _escaped(match: re.Match[str]) -> str:
    found = match[0]
    return "##\\u005b" if found == "##[" else f"\\u{ord(found):04x}"
