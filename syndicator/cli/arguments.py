"""Arguments that are judged before anything is sent. What is wrong with them is gathered, to be told together."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import click

from syndicator.errors import Fault

_GATHERED: Final = "syndicator.faults"
_ADDRESS: Final = re.compile(r"https?://", re.IGNORECASE)

Callback = Callable[[click.Context, click.Parameter, str | None], str | None]
Judged = tuple[str, list[Fault]]
"""The value, and what is wrong with it."""


def argument_faults() -> list[Fault]:
    """What is wrong with the arguments of this call: whoever finds more tells it in the same message."""
    return _gathered(click.get_current_context())


def _gathered(ctx: click.Context) -> list[Fault]:
    found: list[Fault] = ctx.meta.setdefault(_GATHERED, [])
    return found


def _judging(judge: Callable[[str], Judged]) -> Callback:
    """A callback that gathers faults: click's own way of refusing a value ends the call at the first one."""

    def callback(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
        if value is None:
            return None
        text, faults = judge(value)
        _gathered(ctx).extend(replace(fault, place=_name(param, ctx)) for fault in faults)
        return text

    return callback


def _name(param: click.Parameter, ctx: click.Context) -> str:
    """As the help names it."""
    return param.opts[0] if isinstance(param, click.Option) else param.make_metavar(ctx)


def _id(noun: str, pattern: str, shown: str, *, below: str = "") -> Callback:
    """An id, or the address of a page or answer that shows it, as a browser has it."""
    alone, in_address = re.compile(f"({pattern})"), re.compile(rf"/{below}({pattern})(?:[/?#]|$)")
    fix = f"give {shown}, or the address of a page of the service that shows it"

    def judge(text: str) -> Judged:
        given = text.strip()
        found = in_address.search(given) if _ADDRESS.match(given) else alone.fullmatch(given)
        if found:
            return found[1], []
        return text, [Fault("", f"{text!r:.80} is no {noun} id ({shown})", fix)]

    return _judging(judge)


def _note(text: str) -> Judged:
    if not text.strip():
        return text, [Fault("", "this note is empty", "say in one sentence why; readers see it")]
    from syndicator.intake.records.faults import faults_in
    from syndicator.model.text import Text

    return text, faults_in(Text, text)


def _time(text: str) -> Judged:
    from syndicator.intake.records.faults import faults_in
    from syndicator.model.timing import StatedTime

    return text, faults_in(StatedTime, text)


def _instant(text: str) -> Judged:
    from syndicator.intake.records.faults import faults_in
    from syndicator.model.timing import StatedInstant

    return text, faults_in(StatedInstant, text)


def _reason(text: str) -> Judged:
    if not text.strip():
        return text, [Fault("", "this reason is empty", "say in a few words why; it is recorded")]
    from syndicator.intake.records.faults import faults_in
    from syndicator.model.text import Line

    return text, faults_in(Line, text)


def _key(text: str) -> Judged:
    from syndicator.client import key_faults

    return text, key_faults(text)


RELEASE: Final = _id("release", "rel_[0-9a-z]{1,64}", "rel_…")
ENDPOINT: Final = _id("endpoint", "end_[0-9a-z]{1,64}", "end_…")
SUBSCRIPTION: Final = _id("subscription", "sub_[0-9a-z]{1,64}", "sub_…")
DELIVERY: Final = _id("delivery", "[0-9]{1,18}", "a number, such as 17", below="deliveries/")
NOTE: Final = _judging(_note)
TIME: Final = _judging(_time)
"""A time as releases state it, with its offset or local."""
INSTANT: Final = _judging(_instant)
"""A time with its offset."""
REASON: Final = _judging(_reason)
KEY: Final = _judging(_key)
"""An idempotency key."""
