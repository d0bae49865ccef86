"""What hindered an attempt of the requests transport: how far it got, and why, in words for the attempt log.

Three libraries wrap one error into the next: a refused connection reads "Max retries exceeded with url", though
nothing is retried, and shows the insides of all three. What counts is the innermost one.
"""

import ssl
from http.client import BadStatusLine, IncompleteRead, RemoteDisconnected

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from syndicator.delivery.transport.protocol import Phase
from syndicator.delivery.transport.wire import NO_ANSWER


def phase_of(error: BaseException) -> Phase:
    """How far the attempt got, as far as the error tells."""
    if isinstance(error, requests.exceptions.SSLError):
        return "tls"
    if isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(_root(error), NewConnectionError):
        return "connect"
    return "timeout" if isinstance(error, requests.exceptions.Timeout) else "answer"


def reason_of(error: BaseException, address: str) -> str:
    """Why, in at most 300 characters; ``address`` is the one that was tried."""
    root = _root(error)
    if isinstance(root, NewConnectionError | ConnectTimeoutError):
        return f"no connection to {address}: {_words(root.__cause__ or root)}"
    return _words(root)[:300]


def _root(error: BaseException) -> BaseException:
    """What the others are wrapped around; of a connection that did not come about, what says so."""
    inner: BaseException | None = error
    while inner is not None:
        error = inner
        inner = error.reason if isinstance(error, MaxRetryError) else None
        inner = inner or next((each for each in error.args if isinstance(each, BaseException)), None)
    return error


def _words(error: BaseException) -> str:
    if isinstance(error, ssl.SSLError) and (words := _words_of_tls(error)):
        return words
    if isinstance(error, TimeoutError):
        return "not in time"
    if isinstance(error, BadStatusLine) and not isinstance(error, RemoteDisconnected):
        return NO_ANSWER.format(error.args[0])
    if isinstance(error, IncompleteRead):
        return "the body of the answer breaks off"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _words_of_tls(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {error.verify_message}"
    if isinstance(error, ssl.SSLZeroReturnError):  # its words name a line of Python's own source
        return "no TLS: the connection was closed"
    reason = getattr(error, "reason", None)  # one that was not made by ssl has none
    return f"no TLS: {reason.replace('_', ' ').lower()}" if reason else ""
