"""Words of the network in another language than the release: who reads aloud is told, and no line is turned round."""

from datetime import UTC, datetime

import pytest

from syndicator.article.compose import Audience, compose
from syndicator.bootstrap import read_networks
from syndicator.intake.records.strict import record_of
from syndicator.model.lifecycle import ReleaseState
from syndicator.model.release import Release
from tests.unit.web.served import record

NETWORK = next(iter(read_networks(None)))
AT = datetime(2027, 5, 1, tzinfo=UTC)


def composed(language: str, state: ReleaseState = ReleaseState.PUBLISHED) -> str:
    attached = NETWORK.attach(language, AT.date())
    release = Release(
        id="rel_0",
        guid="urn:newsml:wire.example:20270501:rel_0",
        version=1,
        state=state,
        record=record_of(record(language=language, network=None)),
        published_at=AT,
        updated_at=AT,
        note="A note.",
        texts=attached.id,
    )
    return compose(release, attached, Audience.PUBLIC, {}).html


@pytest.mark.parametrize("language", ["de", "de-AT", "en"])
def test_nothing_is_marked_where_all_is_in_one_language(language: str) -> None:
    for state in (ReleaseState.PUBLISHED, ReleaseState.WITHHELD):
        assert " lang=" not in composed(language, state)
        assert "<bdi>" not in composed(language, state)


def test_words_of_the_network_are_marked_in_a_language_that_it_has_none_of() -> None:
    spoken = f'lang="{NETWORK.default_language}" dir="ltr"'
    whole = composed("ar")
    assert whole.count(f"<h2 {spoken}>") == 3, "captions, publisher, contacts"
    assert whole.count(f"<p {spoken}><small>") == 1
    assert whole.count(spoken) == 4, "and nothing that the publisher wrote"
    stub = composed("ar", ReleaseState.WITHDRAWN)
    assert stub.startswith(f"<p {spoken}>")
    assert stub.endswith("<p>A note.</p>")


def test_lines_of_an_address_stay_as_they_are_among_text_from_right_to_left() -> None:
    assert "<bdi>82152 Martinsried</bdi><br>" in composed("ar")
    assert "<br>82152 Martinsried<br>" in composed("fr")
