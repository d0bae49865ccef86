"""Receivers on real sockets, most of them hostile. Each handles one connection in a thread of its own."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Handler = Callable[[socket.socket], None]

DRIP = threading.Event()
"""Never set: a pause that ends with the test's process."""


@contextmanager
def listening(handle: Handler, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port of a receiver that handles every connection like this."""
    server = socket.create_server(("127.0.0.1", 0), backlog=256)

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            if context is None:
                handle(connection)
                return
            with context.wrap_socket(connection, server_side=True) as secured:
                handle(secured)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server.getsockname()[1]
    finally:
        server.close()


def request_of(connection: socket.socket) -> bytes:
    """One whole request, head and body; empty when the client is gone."""
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(65536)
        if not part:
            return b""
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answering(answer: bytes, seen: list[bytes] | None = None) -> Handler:
    """Gives the same answer to every request of a connection, and keeps the requests."""

    def handle(connection: socket.socket) -> None:
        while request := request_of(connection):
            if seen is not None:
                seen.append(request)
            connection.sendall(answer)

    return handle


def drip_head(connection: socket.socket) -> None:
    request_of(connection)
    for byte in b"HTTP/1.1 200 OK\r\nx-slow: " + b"y" * 10_000:
        connection.sendall(bytes([byte]))
        DRIP.wait(0.05)


def drip_body(connection: socket.socket) -> None:
    request_of(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 10000\r\n\r\n")
    while True:
        connection.sendall(b"z")
        DRIP.wait(0.05)


def continue_for_ever(connection: socket.socket) -> None:
    request_of(connection)
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        DRIP.wait(0.01)


def hang(connection: socket.socket) -> None:
    request_of(connection)
    connection.recv(1)


def hang_before_tls(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def drip_tls(connection: socket.socket) -> None:
    """The head of a long handshake record, then a byte at a time."""
    connection.sendall(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03")
    while True:
        connection.sendall(b"\x00")
        DRIP.wait(0.05)


def headers_for_ever(connection: socket.socket) -> None:
    request_of(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"x-more: " + b"y" * 4000 + b"\r\n")


def interim_for_ever(connection: socket.socket) -> None:
    request_of(connection)
    while True:
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\n" * 100)


def read_nothing(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    DRIP.wait(5)


def cut_short(answer: bytes, arrived: threading.Event) -> Handler:
    """Sends this much, then waits for the other side to hang up."""

    def handle(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(answer)
        arrived.set()
        connection.recv(1)

    return handle


class Busy:
    """Answers nobody before ``release`` is set, and counts how many it has at once."""

    def __init__(self) -> None:
        self.most = self._now = 0
        self.arrived, self.release = threading.Semaphore(0), threading.Event()
        self._lock = threading.Lock()

    def __call__(self, connection: socket.socket) -> None:
        while request_of(connection):
            with self._lock:
                self._now += 1
                self.most = max(self.most, self._now)
            self.arrived.release()
            self.release.wait(10)
            with self._lock:
                self._now -= 1
            connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    connection.close()


def reset_after_reading(connection: socket.socket) -> None:
    request_of(connection)
    reset(connection)


def break_off(connection: socket.socket) -> None:
    request_of(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort")


class Flood:
    """Sends this without end under this head, and counts what it got rid of."""

    def __init__(self, head: bytes, unit: bytes = b"y" * 65_536) -> None:
        self.head, self.unit = head, unit
        self.sent = 0
        self.ended = threading.Event()

    def __call__(self, connection: socket.socket) -> None:
        try:
            request_of(connection)
            connection.sendall(self.head)
            while True:
                connection.sendall(self.unit)
                self.sent += len(self.unit)
        finally:
            self.ended.set()


def certificate(folder: Path, name: str, days: int = 1) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate for that name, signed by itself; and the file to trust it by."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)  # noqa: TID251 (certificates are judged by the machine's clock)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}-{days}.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context, file
