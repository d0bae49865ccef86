"""What the law asks of an ad-hoc release is said to people, too; what was issued before there were words for it stays."""

from datetime import UTC, datetime

import pytest

from syndicator.article.compose import Article, Audience, compose
from syndicator.bootstrap import read_networks
from syndicator.intake.records.strict import record_of
from syndicator.model.lifecycle import ReleaseState
from syndicator.model.network import Attached
from syndicator.model.release import Release
from tests.unit.web.served import record

AT = datetime(2027, 5, 1, tzinfo=UTC)
NETWORKS = {network.name: network for network in read_networks(None)}
STATED = {
    "issuer": "Müller & Söhne SE",
    "notifier": "Jane Doe",
    "notifier_position": "CFO",
    "subject": "Forecast <raised>",
    "inside_information": True,
}


def composed(attached: Attached, regulatory: dict[str, object] | None) -> Article:
    release = Release(
        id="rel_0",
        guid="urn:newsml:wire.example:20270501:rel_0",
        version=1,
        state=ReleaseState.PUBLISHED,
        record=record_of(record(network=None, regulatory=regulatory)),
        published_at=AT,
        updated_at=AT,
        texts=attached.id,
    )
    return compose(release, attached, Audience.PUBLIC, {})


def with_template(name: str, language: str, version: str) -> Attached:
    network = NETWORKS[name]
    kept = tuple(template for template in network.templates if template.version == version)
    return network.model_copy(update={"templates": kept}).attach(language, AT.date())


@pytest.mark.parametrize("name", sorted(NETWORKS))
@pytest.mark.parametrize(
    ("language", "inside", "outside", "notifier"),
    [
        ("de", "enthält Insiderinformationen", "keine Insiderinformationen", "Mitteilende Person: Jane Doe, CFO"),
        ("en", "contains inside information", "no inside information", "making the notification: Jane Doe, CFO"),
    ],
)
def test_people_read_it_below_the_text(name: str, language: str, inside: str, outside: str, notifier: str) -> None:
    attached = NETWORKS[name].attach(language, AT.date())
    article = composed(attached, STATED)
    for text in (article.text, article.html):
        assert inside in text
        assert notifier in text
        assert text.index(notifier) < text.index(attached.template.labels.publisher.rstrip(":"))
    assert "Müller & Söhne SE" in article.text
    assert "Müller &amp; Söhne SE" in article.html
    assert "Forecast &lt;raised&gt;" in article.html
    assert outside in composed(attached, {**STATED, "inside_information": False}).text


def test_other_releases_say_nothing_of_it() -> None:
    attached = NETWORKS["unn"].attach("de", AT.date())
    article = composed(attached, None)
    assert "Insiderinformation" not in article.text + article.html
    assert "Emittent" not in article.text + article.html


# Of wording and template as they were stored before templates had the words.
@pytest.mark.parametrize(
    ("name", "language", "sha256"),
    [
        ("default", "de", "0b9d9bba6bd24bfa76225c1582ab9191d47a6d1ccbb5e2dcc3a27cd2251f6ccb"),
        ("default", "en", "fc2a0be8c80c5c371fe73772d177b3204cebd52159f1098f570c87f1c3568db8"),
        ("unn", "de", "c5b111ce2ca9eb86b77deb45c26fbd1b9b08b8458abc2c6c2b10e5cf2d7ab8fd"),
        ("unn", "en", "15757a32d2856ba9ed4fe1c0b5d16bc203dddeebdac9a91c7d4a4467b5e5acba"),
    ],
)
def test_what_was_issued_with_an_older_template_is_named_and_read_as_before(
    name: str, language: str, sha256: str
) -> None:
    attached = with_template(name, language, "1")
    stored = Attached.model_validate_json(attached.model_dump_json())
    assert stored.sha256 == attached.sha256 == sha256
    assert "regulatory" not in attached.model_dump_json()
    assert "Jane Doe" not in composed(stored, STATED).text + composed(stored, STATED).html
