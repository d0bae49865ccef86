"""``python -m tests.corpus DIR``: what ``make corpus`` runs."""

import sys

from tests.corpus.read_releases import main

if __name__ == "__main__":
    sys.exit(main())
