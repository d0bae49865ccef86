"""``python -m syndicator`` is the command ``syndicator``."""

from syndicator.cli.main import main

main()
