"""Batches between a worker and its sender come whole, in order, however the bytes come."""

import socket
from collections.abc import Iterator
from threading import Thread

import pytest

from syndicator.delivery.transport.wire import Terms, Wire

TERMS = Terms(5.0, 15.0, 5.0, 65_536, 2048, 2000, 64, ["10.0.0.0/8"], "/etc/ca.pem")
ORDER = (7, "news.example:443", "https://news.example/", "192.0.2.1", "", ["webhook-id: evt_1"], 0.25, 1.5)


Ends = tuple[socket.socket, socket.socket]


@pytest.fixture
def ends() -> Iterator[Ends]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_batches_come_whole_and_in_order_when_the_bytes_come_one_by_one(ends: Ends) -> None:
    ours, theirs = ends
    Wire(theirs).send([(b"body", [ORDER, ORDER])])
    Wire(theirs).send([])
    bytes_ = ours.recv(65_536)
    wire = Wire(theirs)
    seen: list[object] = []
    for byte in bytes_:
        ours.send(bytes([byte]))
        seen += wire.receive() or []
    assert seen == [[(b"body", [ORDER, ORDER])], []]
    ours.send(bytes_ + bytes_[:3])
    assert wire.receive() == [[(b"body", [ORDER, ORDER])], []], "several at once, and the beginning of another"


def test_a_batch_larger_than_any_buffer_comes_whole(ends: Ends) -> None:
    ours, theirs = ends
    body = bytes(5_000_000)
    sending = Thread(target=Wire(ours).send, args=([(body, [])],))
    sending.start()
    wire = Wire(theirs)
    seen: list[object] = []
    while not seen:
        seen += wire.receive() or []
    sending.join()
    assert seen == [[(body, [])]]


def test_what_is_no_batch_is_not_waited_for(ends: Ends) -> None:
    ours, theirs = ends
    ours.sendall(b"\xff\xff\xff\xff")
    with pytest.raises(ValueError, match="a batch of 4294967295 bytes"):
        Wire(theirs).receive()


def test_both_ends_learn_that_the_other_one_is_gone(ends: Ends) -> None:
    ours, theirs = ends
    Wire(ours).end()
    assert Wire(theirs).receive() is None
    assert Wire(ours).receive() is None
    Wire(ours).end()
    with pytest.raises(OSError, match="Broken pipe"):
        Wire(theirs).send([])


def test_an_end_that_went_without_reading_is_gone_and_no_fault(ends: Ends) -> None:
    ours, theirs = ends
    wire = Wire(ours)
    wire.send([])
    theirs.close()
    assert wire.receive() is None
    wire.close()
    wire.end()


def test_the_terms_come_as_they_were_told() -> None:
    assert Terms.from_json(TERMS.as_json()) == TERMS
