"""Values for `{{key}}` in flow files: a map in a file, or the map itself."""

from __future__ import annotations

import os
from collections.abc import Mapping

from ivr_action.errors import UsageError

_HINT = "Give one map of key to value in YAML or JSON, or the path of a file that holds one."
_SIZE_LIMIT = 1024 * 1024


def load_substitutions(given: str, root: str) -> tuple[dict[str, str] | None, str]:
    """The values and the path of the file that they came from, which is empty for a map that was given itself.

    Args:
        given: a path, a map, or nothing: then there are no values (which is not the same as an empty map).
        root: the folder that a path is relative to.

    Raises:
        UsageError: the file cannot be read, or it is no map of scalars, or a key occurs twice.
    """
    return load_map(given, root, "substitutions")


def load_map(given: str, root: str, what: str) -> tuple[dict[str, str] | None, str]:
    """As `load_substitutions`, for any map of texts.

    Args:
        given: a path, a map, or nothing.
        root: the folder that a path is relative to.
        what: what the map is called in messages.

    Raises:
        UsageError: as there.
    """
    if not given.strip():
        return None, ""
    if _is_map(given):
        return _parse(given, f"`{what}`"), ""
    try:
        with open(os.path.join(root, given), "rb") as file:
            data = file.read(_SIZE_LIMIT + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"The {what} file `{given}` cannot be read: {error.strerror}.", _HINT) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"The {what} file `{given}` is not UTF-8.", _HINT) from error
    if len(data) > _SIZE_LIMIT:
        raise UsageError(f"The {what} file `{given}` is larger than {_SIZE_LIMIT >> 20} MiB.", _HINT)
    return _parse(text, f"The {what} file `{given}`"), given


def rendered(text: str, values: Mapping[str, str] | None) -> str:
    """A flow file's text with the values put in, as it was read with them; without values it stays as it is.

    Args:
        text: of the file.
        values: each `{{key}}` has one, or the check has refused the file.
    """
    if values is None or "{{" not in text:
        return text
    from ivr_action.flow.yamltext import PLACEHOLDER

    return PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


def _is_map(given: str) -> bool:
    return given.lstrip().startswith("{") or "\n" in given.strip() or ": " in given


def _parse(text: str, what: str) -> dict[str, str]:
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        # BaseLoader: a value is the text that stands there, never a number or a boolean.
        node = yaml.compose(text, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark is not None else ""
        raise UsageError(f"{what} is not valid YAML{place}: {getattr(error, 'problem', error)}.", _HINT) from error
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise UsageError(f"{what} is no map.", _HINT)
    values: dict[str, str] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or not isinstance(value, yaml.ScalarNode):
            raise UsageError(f"{what}, line {key.start_mark.line + 1}: a value must be one text.", _HINT)
        if key.value in values:
            raise UsageError(f"{what}, line {key.start_mark.line + 1}: `{key.value}` occurs twice.", _HINT)
        values[key.value] = value.value
    return values
