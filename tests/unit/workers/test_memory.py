"""The transport of the embedded worker: who waits for a message has it as soon as it comes."""

import threading
import time

from kombu import Connection, Consumer, Message, Producer, Queue

from workers.memory import SCHEME

PATIENCE_S = 10


def test_who_waits_is_woken_by_the_message() -> None:
    got = threading.Event()

    def take(_body: object, message: Message) -> None:
        message.ack()
        got.set()

    with Connection(f"{SCHEME}://localhost/") as inbox, Connection(f"{SCHEME}://localhost/") as outbox:
        queue = Queue("test-of-waking", channel=inbox.default_channel)
        with Consumer(inbox, [queue], callbacks=[take]):

            def drain() -> None:
                while not got.is_set():
                    inbox.drain_events(timeout=PATIENCE_S)

            waiting = threading.Thread(target=drain)
            waiting.start()
            waiting.join(0.02)
            began = time.monotonic()
            Producer(outbox).publish({}, routing_key=queue.name, retry=False)
            waiting.join(PATIENCE_S / 2)
            assert got.is_set()
            assert time.monotonic() - began < PATIENCE_S / 2
