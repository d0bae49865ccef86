"""Structured log lines on stderr: one event with its facts, never a release's text."""

import logging
import sys
from typing import Any

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
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def logger(name: str) -> Any:  # noqa: ANN401 (structlog's loggers are proxies)
    return structlog.get_logger(name)
