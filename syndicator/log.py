"""Structured log lines on stderr: one event with its facts, never a release's text."""

import logging
import sys
from contextlib import suppress
from typing import Any, TextIO

import structlog


def configure(level: str) -> None:
    """Sends every line from ``level`` on to stderr: readable on a terminal, JSON elsewhere."""
    shown: Any = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    # What libraries say (Celery's failed tasks above all) goes the same way.
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, force=True)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            shown,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=_Lines,
        cache_logger_on_first_use=False,
    )


class _Lines(structlog.PrintLogger):
    """Lines on stderr. What cannot be written (its disk is full, its reader is gone) is lost, and stops nobody.

    Threads that outlive a broken database by logging the error would otherwise die of the log.
    """

    def __init__(self, *_: object) -> None:
        stream: TextIO = sys.stderr
        super().__init__(stream)

    def msg(self, message: str) -> None:
        with suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


def logger(name: str) -> Any:  # noqa: ANN401 (structlog's loggers are proxies)
    return structlog.get_logger(name)
