"""The standard library's logging on a stream of ours, while a run lasts."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import Protocol

_NAME = "ivr_action"


class Stream(Protocol):
    """What lines are printed on."""

    def write(self, text: str, /) -> object: ...

    def flush(self) -> object: ...


@contextlib.contextmanager
def logging_to(
    stream: Stream, formatter: logging.Formatter, *, debug: bool = False, without: str = ""
) -> Iterator[None]:
    """Prints what our own modules log; other libraries' loggers stay as they are.

    Args:
        stream: takes whole lines.
        formatter: hides secrets.
        debug: also what is only of use to find a mistake of ours.
        without: name of a logger whose lines are left out but for warnings; empty for none.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    if without:
        handler.addFilter(lambda record: record.levelno >= logging.WARNING or not record.name.startswith(without))
    logger = logging.getLogger(_NAME)
    level, propagate = logger.level, logger.propagate
    logger.setLevel(logging.DEBUG if debug else logging.INFO)
    logger.propagate = False
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate
