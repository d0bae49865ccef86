"""Connections that write an answer which is at hand themselves: no task and no messages.

uvicorn makes a task of every request and looks at every header line again while it writes it; both together
cost more than to choose a feed's answer (docs/decisions/0014). All else about a connection stays uvicorn's:
reading, order, shutdown.
"""

from asyncio import TimerHandle
from collections.abc import Callable
from typing import Any, Protocol, cast, runtime_checkable

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from syndicator.web.answers import Headers, Ready, lines
from syndicator.web.bounds import Bounded

_GOES_ON = b"\r\n"
_CLOSES = b"connection: close\r\n\r\n"
_REMEMBERED = 2048


@runtime_checkable
class HasAnswers(Protocol):
    """An ASGI application that can tell some of its answers without waiting."""

    def at_hand(self, scope: Scope) -> Ready | None:
        """What the application would send for this request; nothing if it has to wait for anything."""


class Connection(Bounded):
    """uvicorn's own within limits, except for a request whose turn comes as it is received and whose answer is at hand.

    Everything else goes the ordinary way: what is pipelined behind another request, since answering it here
    would keep all other connections waiting; what comes from a reader who does not keep up, since only a
    task can wait. A uvicorn that never calls ``_start_asgi_task`` sends everything that way.
    """

    def __init__(self, *args: Any, **named: Any) -> None:  # noqa: ANN401 (uvicorn's own affair)
        super().__init__(*args, **named)
        takes_part = isinstance(self.app, HasAnswers)
        self._at_hand: Callable[[Scope], Ready | None] = self.app.at_hand if takes_part else _nothing_at_hand
        self._reading = False
        self._begun: RequestResponseCycle | None = None
        self._messages = 0  # of which something was in the bytes received last
        self._is_between = True
        self._last = b""  # what was received, and answered at once: one request, whole
        self._last_scope: Scope = {}
        self._idle_from_s: float | None = None
        self._timer: TimerHandle | None = None
        self._always: Headers = []
        self._always_lines = b""

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        """Readers ask for the same again and again: equal bytes are the same request, where a request begins."""
        self._idle_from_s = None
        if data == self._last and self._is_idle and self._written(self._last_scope, keep_alive=True):
            self._unset_keepalive_if_required()  # uvicorn's own timer, where the answer before went the ordinary way
            self._rest()
            return
        self._reading = True
        self._messages = 0 if self._is_between else 1
        super().data_received(data)
        self._reading = False
        begun, self._begun = self._begun, None
        if begun is None:
            return
        if not self._answered(begun):
            super()._start_asgi_task(begun, self.app)
        elif len(data) <= _REMEMBERED and begun.keep_alive and self._messages == 1 and self._is_between:
            self._last, self._last_scope = data, cast("Scope", begun.scope)

    def on_message_begin(self) -> None:
        self._messages += 1
        self._is_between = False
        super().on_message_begin()

    def on_message_complete(self) -> None:
        self._is_between = True
        super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:  # noqa: ANN401 (a type of uvicorn's)
        """Whose turn has come waits until all that was received is read, as uvicorn's task does: more may follow."""
        if self._reading and app is self.app:
            self._begun = cycle
        else:
            super()._start_asgi_task(cycle, app)

    @property
    def _is_idle(self) -> bool:
        """Whether all that was asked is answered, and what comes now is the beginning of a request."""
        return self._is_between and self.cycle.response_complete and not self.pipeline

    def _answered(self, cycle: RequestResponseCycle) -> bool:
        """Whether the answer was at hand and is written."""
        if not self._written(cast("Scope", cycle.scope), keep_alive=cycle.keep_alive):
            return False
        cycle.response_complete = True
        if not cycle.keep_alive:
            self.transport.close()
        if self.pipeline or not cycle.keep_alive:
            cycle.on_response()
        else:
            self._rest()
        cycle.on_response = _nothing_follows  # as uvicorn does: else each holds the other
        return True

    def _written(self, scope: Scope, *, keep_alive: bool) -> bool:
        """Whether the reader keeps up and the answer was at hand: then it is written."""
        if self.flow.write_paused or self.transport.is_closing():
            return False
        try:
            answer = self._at_hand(scope)
            if answer is None:
                return False
            head = self._head(answer, keep_alive=keep_alive)
        except Exception:  # noqa: BLE001 (the ordinary way meets the same error, logs it and answers 500)
            return False
        # Not by ``writelines``: that of asyncio in Python 3.12 and 3.13 forgets to say when its buffer is full.
        self.transport.write(head)
        if answer.body and scope["method"] != "HEAD":
            self.transport.write(answer.body)
        return True

    def _rest(self) -> None:
        """What ``on_response`` does where nothing is queued, with one timer for many answers.

        To set a timer and to drop it at the next request takes a tenth of all the time for a 304.
        """
        self.server_state.total_requests += 1
        self.flow.resume_reading()
        self._idle_from_s = self.loop.time()
        if self._timer is None:
            self._timer = self.loop.call_later(self.timeout_keep_alive, self._end_if_idle)

    def _end_if_idle(self) -> None:
        self._timer = None
        if self._idle_from_s is None:
            return  # a request is under way: what follows its answer sets a timer
        left_s = self._idle_from_s + self.timeout_keep_alive - self.loop.time()
        if left_s > 0:
            self._timer = self.loop.call_later(left_s, self._end_if_idle)
        else:
            self.timeout_keep_alive_handler()

    def _head(self, answer: Ready, *, keep_alive: bool) -> bytes:
        always = self.server_state.default_headers
        if always is not self._always:  # a new list each second, for the time in it
            self._always, self._always_lines = always, lines(always)
        ends = _GOES_ON if keep_alive else _CLOSES
        return b"".join((answer.status_line, self._always_lines, answer.header_lines, ends))


def _nothing_follows() -> None:
    return None


def _nothing_at_hand(_scope: Scope) -> None:
    return None
