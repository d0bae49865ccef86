"""For operators: the processes, and the demo."""

from pathlib import Path

import click

from syndicator.cli.options import as_json, read_settings
from syndicator.cli.terminal import say, show_json
from syndicator.errors import ConfigError

_EXAMPLE = Path(__file__).with_name("examples") / "biom-kawasaki.json"
_CHECKERS = ("feedparser", "standardwebhooks")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=_EXAMPLE)
@click.option("--keep", is_flag=True, help="Leave it running until Ctrl-C, and say what to open.")
@click.option("--deadline", "deadline_s", type=float, default=20.0, show_default=True, help="Seconds to wait at most.")
@as_json
def demo(file: Path, deadline_s: float, *, keep: bool, as_json: bool) -> None:
    """Do the whole job once on a real release, and show what happened.

    Example: syndicator demo --keep
    """
    _need_checkers()
    from syndicator import log
    from syndicator.cli.demo import demonstrated, lines

    log.configure("warning")  # on stderr, apart from what the demo prints; what goes well it tells itself
    with demonstrated(file, deadline_s) as facts:
        if as_json:
            show_json(facts)
        else:
            say("\n".join(lines(facts)))
        if keep:
            say(f"\nOpen {facts['service']}/ and {facts['release']['url']} — Ctrl-C ends it.", err=True)
            _wait()


def _need_checkers() -> None:
    """ConfigError where the packages are missing that the demo reads our work with: services run without them."""
    from importlib.util import find_spec

    missing = [name for name in _CHECKERS if find_spec(name) is None]
    if missing:
        message = f"the demo checks what comes out with packages that are missing: pip install {' '.join(missing)}"
        raise ConfigError(message)


def _wait() -> None:
    import signal

    try:
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
    except KeyboardInterrupt:
        return


@click.command()
def run() -> None:
    """Run everything: HTTP server, Celery worker, SQLite.

    All of it is one process, which starts another one that sends. Everything is kept in SYNDICATOR_DATA_DIR
    (./syndicator-data), where commands on this machine find the token.

    Example: syndicator run
    """
    from syndicator.cli import compose

    compose.run(read_settings())


@click.command()
def web() -> None:
    """Run the HTTP server of the scaled-out size.

    Example: SYNDICATOR_DATABASE_URL=postgresql+psycopg://… SYNDICATOR_BROKER_URL=redis://… syndicator web
    """
    from syndicator.cli import compose

    compose.web(read_settings())


@click.command()
def worker() -> int:
    """Run one worker of the scaled-out size; start as many as you like.

    Example: SYNDICATOR_DATABASE_URL=postgresql+psycopg://… SYNDICATOR_BROKER_URL=redis://… syndicator worker
    """
    from syndicator.cli import compose

    return compose.worker(read_settings())
