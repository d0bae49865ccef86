"""Lists of releases: each is read and composed once, and shows the state that it is in now all the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text

from tests.unit.web.served import Served

LISTS = ["/", "/channels/all"]


@contextmanager
def statements(served: Served) -> Iterator[list[str]]:
    """What is read from the database meanwhile."""
    heard: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: object) -> None:
        heard.append(statement)

    reader = served.service.database._reader
    event.listen(reader, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(reader, "before_cursor_execute", hear)


def reads_of_records(served: Served, path: str) -> int:
    with statements(served) as heard:
        assert served.public.get(path).status == 200
    assert heard
    return sum("v.record" in statement for statement in heard)


def test_a_record_is_read_once_however_often_it_is_listed(served: Served) -> None:
    for number in range(3):
        served.submit(headline=f"Number {number}")
    served.render()
    assert [reads_of_records(served, path) for path in LISTS * 2] == [3, 0, 0, 0]
    served.submit(headline="One more")
    served.render()
    assert [reads_of_records(served, path) for path in LISTS * 2] == [1, 0, 0, 0]


@pytest.mark.parametrize("path", LISTS)
def test_lists_show_the_state_that_a_release_is_in_now(served: Served, path: str) -> None:
    release_id = served.submit(headline="As it was", teaser="Ask Ada Ameise.")["id"]
    served.render()
    assert "As it was" in served.public.get(path).text
    served.revise(release_id, "withhold", note="Under review.")
    assert "As it was" not in served.public.get(path).text
    served.revise(release_id, "reinstate")
    assert "As it was" in served.public.get(path).text
    served.revise(release_id, "withdraw", note="Not ours.")
    assert "As it was" not in served.public.get(path).text


@pytest.mark.parametrize("path", LISTS)
def test_lists_believe_a_database_that_went_back(served: Served, path: str) -> None:
    served.submit(headline="Of a lost version")
    served.render()
    assert "Of a lost version" in served.public.get(path).text
    with served.service.database.write() as connection:
        connection.execute(text("UPDATE versions SET record = replace(record, 'a lost', 'the new'), created_at = 1"))
    assert "Of the new version" in served.public.get(path).text
