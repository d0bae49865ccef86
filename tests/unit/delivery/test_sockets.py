"""What is known of kept connections, by the ends that libcurl names and the descriptors that it opens."""

import socket

from syndicator.delivery.transport.sockets import Sockets

ONE = "192.0.2.1:443 192.0.2.2:50001"
OTHER = "192.0.2.1:443 192.0.2.2:50002"


def test_a_descriptor_belongs_to_the_last_connection_that_was_opened_with_it() -> None:
    """Of one that was closed nothing is kept: a worker opens millions."""
    sockets = Sockets()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sockets.opened(ours.fileno(), ONE)
        assert not sockets.has_unread(ONE)
        theirs.sendall(b"more")
        assert sockets.has_unread(ONE)
        sockets.opened(ours.fileno(), OTHER)
        assert (sockets.has_unread(ONE), sockets.has_unread(OTHER)) == (False, True)


def test_ends_that_come_again_belong_to_their_new_descriptor() -> None:
    sockets = Sockets()
    first, *_ = before = socket.socketpair()
    again, theirs = after = socket.socketpair()
    with before[0], before[1], after[0], after[1]:
        sockets.opened(first.fileno(), ONE)
        sockets.opened(again.fileno(), ONE)
        sockets.opened(first.fileno(), OTHER)
        theirs.sendall(b"more")
        assert (sockets.has_unread(ONE), sockets.has_unread(OTHER)) == (True, False)
