"""One reusable libcurl handle: what is set once, what is set for each attempt, and what came of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import pycurl

from syndicator.delivery.transport.sockets import Sockets
from syndicator.delivery.transport.wire import NO_ANSWER, Goal, Order, Outcome, Terms

if TYPE_CHECKING:  # a sender needs no more than the names
    from syndicator.delivery.transport.protocol import Phase

_BUFFER_BYTES: Final = 4096
_MOST_SENDS: Final = 2
_UPLOAD_BYTES: Final = 16_384  # libcurl's least; its default of 64 kB takes 50 MB with 2,000 under way
_ABORT: Final = -1
_MAY: Final[int] = pycurl.PREREQFUNC_OK
_REFUSED: Final[int] = pycurl.PREREQFUNC_ABORT
_OPENED: Final[int] = pycurl.SOCKOPT_OK
_RETRY_AFTER: Final = b"retry-after:"
_CODED: Final = b"transfer-encoding:"
_NO_FAREWELL: Final = "unexpected eof"  # OpenSSL's words
_NO_MORE: Final = frozenset({b"\r\n", b"\n"})
_INTERIM: Final = frozenset(range(100, 200)) - {101}
_PROTOCOL: Final = b"HTTP/"
_SWITCHES: Final = (b"HTTP/1.0 101", b"HTTP/1.1 101")
# libcurl's own ones are left out; what the request brings under these names is sent.
_OWN_HEADERS: Final = ("Expect:", "Accept:", "User-Agent:", "Content-Type:")

_PHASES: Final["dict[int, Phase]"] = {
    pycurl.E_COULDNT_RESOLVE_HOST: "dns",
    pycurl.E_COULDNT_CONNECT: "connect",
    pycurl.E_OPERATION_TIMEDOUT: "timeout",
    pycurl.E_ABORTED_BY_CALLBACK: "guard",
    pycurl.E_SEND_ERROR: "send",
    pycurl.E_SSL_CONNECT_ERROR: "tls",
    pycurl.E_PEER_FAILED_VERIFICATION: "tls",
    pycurl.E_SSL_CERTPROBLEM: "tls",
    pycurl.E_SSL_CIPHER: "tls",
    pycurl.E_SSL_CACERT_BADFILE: "tls",
}


class Slot:
    """One attempt at a time uses it. It is used again and again, since a libcurl handle is expensive to make.

    Where a kept connection turns out to be dead, libcurl sends once more, over another one; the receiver may have read
    both. Then ``bytes_sent`` counts the body twice, and a third time it is not sent. Nothing is sent over a kept
    connection with something left to read, which would be taken for the answer: then it goes over a new one.
    """

    host: str
    """Of the last order, to count by."""

    def __init__(self, terms: Terms, allows: Callable[[str], bool], sockets: Sockets) -> None:
        self._terms, self._allows, self._sockets = terms, allows, sockets
        self._opened: int | None = None
        self._is_unclean = self._must_connect = False
        self._number = 0
        self._address = ""
        self._others: list[Goal] = []
        self._not_reached = ""
        self._pinned = False
        self._body = bytearray()
        self._read = self._sends = self._length = 0
        self._retry_after: str | None = None
        self._is_cut = False
        self._other_line = b""  # in the place of a status line
        self._has_head = self._is_coded = self._switches = False
        self._spent_s = 0.0
        self.easy = self._make_easy()
        self._set_deadlines(0)

    def _make_easy(self) -> pycurl.Curl:
        easy = pycurl.Curl()
        easy.slot = self
        for option, value in (
            (pycurl.POST, 1),
            (pycurl.PROXY, ""),
            (pycurl.NOPROXY, "*"),
            (pycurl.NETRC, pycurl.NETRC_IGNORED),
            (pycurl.FOLLOWLOCATION, 0),
            (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
            (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1),
            (pycurl.NOSIGNAL, 1),
            (pycurl.SSL_VERIFYPEER, 1),
            (pycurl.SSL_VERIFYHOST, 2),
            (pycurl.CAINFO, self._terms.ca_file),
            # Only literal addresses get here, and ten thousand of them remembered would be searched again and again.
            (pycurl.DNS_CACHE_TIMEOUT, 0),
            (pycurl.BUFFERSIZE, _BUFFER_BYTES),
            (pycurl.UPLOAD_BUFFERSIZE, _UPLOAD_BYTES),
            (pycurl.TCP_NODELAY, 1),
            (pycurl.WRITEFUNCTION, self._take_body),
            (pycurl.HEADERFUNCTION, self._take_header),
            (pycurl.SOCKOPTFUNCTION, self._take_socket),
            (pycurl.PREREQFUNCTION, self._may_send),
        ):
            easy.setopt(option, value)
        return easy

    def prepare(self, order: Order, body: bytes) -> None:
        """Sets what this attempt sends, where it may go, and the time that its lookup has left it."""
        self._number, self.host, origin, target, (goal, *self._others), lines, spent_s, _ = order
        self._not_reached = ""
        self._read, self._sends, self._length, self._retry_after = 0, 0, len(body), None
        self._is_cut = self._has_head = self._is_coded = self._switches = self._is_unclean = False
        self._opened = None
        self._other_line = b""
        self._body.clear()
        easy = self.easy
        easy.setopt(pycurl.URL, origin)
        easy.setopt(pycurl.REQUEST_TARGET, target)  # libcurl would resolve dots in a URL's path
        easy.setopt(pycurl.POSTFIELDS, body)
        easy.setopt(pycurl.HTTPHEADER, [*_OWN_HEADERS, *lines])
        self._aim(goal)
        self._connect_anew(must=False)
        if spent_s != self._spent_s:
            self._set_deadlines(spent_s, spent_s)

    def _aim(self, goal: Goal) -> None:
        self._address, pinned = goal
        if pinned:
            self.easy.setopt(pycurl.CONNECT_TO, [pinned])
            self._pinned = True
        elif self._pinned:
            self.easy.unsetopt(pycurl.CONNECT_TO)
            self._pinned = False

    def _connect_anew(self, *, must: bool) -> None:
        if must != self._must_connect:
            self._must_connect = must
            self.easy.setopt(pycurl.FRESH_CONNECT, must)

    def goes_on(self, error: int, text: str) -> bool:
        """Whether there was no connection, or none that is clean, and it is ready for another one.

        That is to another address, if there was none to this one and there is time left. Each address has the whole
        time to connect, and all of them the attempt's.
        """
        spent_s = self._spent_s + self.easy.getinfo(pycurl.TOTAL_TIME)
        if self._is_unclean:
            self._is_unclean = False
            self._connect_anew(must=True)
        elif self._others and self._phase(error) == "connect" and spent_s < self._terms.total_timeout_s:
            self._not_reached += f"{text}; "
            self._aim(self._others.pop(0))
        else:
            return False
        self._opened = None
        self._set_deadlines(spent_s)
        return True

    def _set_deadlines(self, spent_s: float, of_connecting_s: float = 0) -> None:
        """The time that is left of an attempt, and of connecting."""
        self._spent_s = spent_s
        self.easy.setopt(pycurl.CONNECTTIMEOUT_MS, _left_ms(self._terms.connect_timeout_s, of_connecting_s))
        self.easy.setopt(pycurl.TIMEOUT_MS, _left_ms(self._terms.total_timeout_s, spent_s))

    @property
    def descriptor(self) -> int:
        """Of the socket that the attempt under way uses."""
        descriptor: int = self.easy.getinfo(pycurl.ACTIVESOCKET)
        return descriptor

    def cut(self) -> tuple[int, str]:
        """What ``outcome`` is to be told of an attempt that ends because its receiver never does."""
        self._is_cut = True
        return pycurl.E_WRITE_ERROR, ""

    def outcome(self, error: int, text: str) -> Outcome:
        """What came of the attempt; ``error`` and ``text`` are libcurl's, 0 for none."""
        easy = self.easy
        duration_s = self._spent_s + easy.getinfo(pycurl.TOTAL_TIME)
        address = easy.getinfo(pycurl.PRIMARY_IP) or self._address
        bytes_sent = int(easy.getinfo(pycurl.SIZE_UPLOAD_T)) + self._sent_before()
        status = easy.getinfo(pycurl.RESPONSE_CODE)
        has_ended = error == 0 or self._is_cut or self._ends_with_connection(error, text)
        if has_ended and self._has_head and status not in _INTERIM:
            return self._number, status, self._retry_after, bytes(self._body), address, duration_s, bytes_sent
        phase = self._phase(error)
        if self._is_cut:
            text = f"more than {self._terms.max_answer_bytes} bytes and no whole head among them"
        elif self._other_line:
            text = NO_ANSWER.format(self._other_line.decode("latin-1"))
        elif error == 0:  # to libcurl the end of a connection is the end of a head as well
            text = "the head of the answer breaks off"
        elif self._sends > _MOST_SENDS:
            phase, text = "send", "sent twice over kept connections, both of which broke off before an answer"
        elif phase == "guard":
            text = f"{address} is no public address"
        text = self._not_reached + text
        return self._number, phase, text, b"", address, duration_s, bytes_sent

    def _ends_with_connection(self, error: int, text: str) -> bool:
        """Whether the body had no other end, and all that is missing is the farewell of TLS, which many leave out."""
        is_open_end = not self._is_coded and self.easy.getinfo(pycurl.CONTENT_LENGTH_DOWNLOAD_T) < 0
        return error == pycurl.E_RECV_ERROR and is_open_end and _NO_FAREWELL in text

    def _sent_before(self) -> int:
        """Bytes of the body that went out over connections which were dead: libcurl counts those of the last one."""
        return self._length * max(0, self._sends - 1)

    def _phase(self, error: int) -> "Phase":
        if self._is_cut:
            return "answer"
        if error == pycurl.E_OPERATION_TIMEDOUT and not self.easy.getinfo(pycurl.REQUEST_SIZE):
            return "connect"
        return _PHASES.get(error, "answer")

    def _take_header(self, line: bytes) -> int | None:
        self._read += len(line)
        if self._read > self._terms.max_answer_bytes:
            self._is_cut = True
            return _ABORT
        if not line.startswith(_PROTOCOL) and line[: len(_PROTOCOL)].upper() == _PROTOCOL:
            self._other_line = line  # libcurl takes it in any letters (RFC 9112, section 2.3: these alone)
            return _ABORT
        self._switches |= line.startswith(_SWITCHES)
        if self._has_head:  # then it is a trailer, or the first line of another head
            if line.startswith(_PROTOCOL):
                self._has_head = self._is_coded = False
                self._retry_after = None
        elif (start := line[:18].lower()).startswith(_RETRY_AFTER):
            self._retry_after = line[12:].strip().decode("latin-1") or None
        elif start == _CODED:
            self._is_coded = True
        elif line in _NO_MORE:
            self._has_head = True
            if self._switches:  # what follows is another protocol's, and libcurl would wait for its end
                self._is_cut = True
                return _ABORT
        return None

    def _take_body(self, part: bytes) -> int | None:
        self._read += len(part)
        room = self._terms.kept_answer_bytes - len(self._body)
        if room > 0:
            self._body += part[:room]
        if self._read > self._terms.max_answer_bytes:
            self._is_cut = True
            return _ABORT
        return None

    def _take_socket(self, descriptor: int, _purpose: int) -> int:
        self._opened = descriptor
        return _OPENED

    def _may_send(self, remote: str, local: str, remote_port: int, local_port: int) -> int:
        ends = f"{remote}:{remote_port} {local}:{local_port}"
        if self._opened is not None:
            self._sockets.opened(self._opened, ends)
            self._opened = None
        elif self._sockets.has_unread(ends):
            self._is_unclean = True
            return _REFUSED
        self._sends += 1
        may = self._sends <= _MOST_SENDS and (remote == self._address or self._allows(remote))
        return _MAY if may else _REFUSED


def _left_ms(limit_s: float, spent_s: float) -> int:
    return max(1, int((limit_s - spent_s) * 1000))  # 0 would be no limit
