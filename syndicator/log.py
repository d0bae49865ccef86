"""Structured log lines on stderr: one event with its facts, never a release's text."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO


@contextmanager
def _as_if_missing(module: str) -> Iterator[None]:
    """For the time of the block, imports of it fail as if it were not installed."""
    kept = sys.modules.get(module)
    sys.modules[module] = None  # type: ignore[assignment]  # as the import system has it (Python reference, 5.3.1)
    try:
        yield
    finally:
        del sys.modules[module]
        if kept is not None:
            sys.modules[module] = kept


# It takes Rich, and Pygments behind it, wherever the command line's tables have it installed: 8 MB in every worker.
with _as_if_missing("rich"):
    import structlog


def configure(level: str) -> None:
    """Sends every line from ``level`` on to stderr: readable on a terminal, JSON elsewhere."""
    shown: Any = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    first: list[Any] = [structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True)]
    last: list[Any] = [structlog.processors.format_exc_info, shown]
    logging.basicConfig(level=logging.WARNING, handlers=[_of_libraries(first, last)], force=True)
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *first, *last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=_Lines,
        cache_logger_on_first_use=False,
    )


def _of_libraries(first: list[Any], last: list[Any]) -> logging.Handler:
    """Has what libraries say (Celery's failed tasks above all) written as our own lines are, one for each event."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *first],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    return handler


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
