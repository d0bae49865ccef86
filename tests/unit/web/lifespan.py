"""The lifespan of an application that has nothing to begin or to end (ASGI, lifespan protocol)."""

from starlette.types import Receive, Send


async def live(receive: Receive, send: Send) -> None:
    """Says that it is there, and when told to end, that it has."""
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
