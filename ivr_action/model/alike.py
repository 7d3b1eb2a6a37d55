"""Values of JSON: whether two are the same, and what `json` does not know as one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def alike(one: Any, other: Any) -> bool:
    """Whether two values of JSON are the same: `1` is neither `true` nor `"1"`, but it is `1.0`.

    Python's `==` takes `True` for `1`, so a change from one to the other would look like none. Mappings are compared
    without their order. Not recursive: any depth will do.
    """
    todo = [(one, other)]
    while todo:
        left, right = todo.pop()
        if left is right:
            continue
        if isinstance(left, Mapping):
            if not isinstance(right, Mapping) or len(left) != len(right):
                return False
            for key, value in left.items():
                if key not in right:
                    return False
                todo.append((value, right[key]))
        elif isinstance(left, (list, tuple)):
            if not isinstance(right, (list, tuple)) or len(left) != len(right):
                return False
            todo.extend(zip(left, right, strict=True))
        elif isinstance(left, bool) or isinstance(right, bool):
            return False  # `True is True` was seen above
        elif left != right:
            return False
    return True


def as_dict(value: Any) -> dict[Any, Any]:
    """For `json.dumps(default=…)`: any mapping as a dict; raises TypeError for what JSON cannot say."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a value is of type {type(value).__name__}")
