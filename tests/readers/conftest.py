from collections.abc import Sequence

import pytest

from tests.readers.house import Document, documents, fill
from tests.unit.web.served import serving


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Document]:
    """All documents of a service that keeps six entries in the current ones."""
    folder = tmp_path_factory.mktemp("published")
    with serving(folder, feed_window=6, hub_url="https://hub.example/", authority="wire.example") as served:
        fill(served)
        served.public.until("/feeds/all.json", lambda answer: len(answer.json["items"]) > 0)
        return tuple(documents(served))
