"""Texts in languages whose layouts are not known: what they say stays text, and an embargo is one."""

import pytest

from syndicator.errors import Rejected
from syndicator.intake.read import read
from syndicator.intake.reading import to_record

FIELDS = {"publisher": {"name": "Acme"}, "contacts": [{"name": "Jane Doe", "email": "jane@acme.example"}]}


@pytest.mark.parametrize(
    ("language", "headline", "text"),
    [
        ("ja", "アクメ社、リーズにパン工場を開設", "アクメ社は本日、リーズにパン工場を開設した。町全体にパンを焼く。"),
        ("zh", "艾克美在利兹开设面包店", "艾克美今天在利兹开设了一家面包店，为整个城镇烤面包！"),
        ("hi", "एक्मे ने लीड्स में बेकरी खोली", "एक्मे ने आज लीड्स में एक बेकरी खोली।"),
        ("ur", "ایکمی نے بیکری کھولی", "ایکمی نے آج لیڈز میں ایک بیکری کھولی۔"),
    ],
)
def test_a_sentence_below_a_headline_is_text(language: str, headline: str, text: str) -> None:
    source = f"{headline}\n\n{text}\n\n{text * 3}\n"
    record = to_record(read(source.encode(), "x.txt", {**FIELDS, "language": language}))
    assert record.headline == headline
    assert record.subheadline is None
    assert len(record.body) == 2


@pytest.mark.parametrize(
    "line",
    [
        "Embargo tot 5 maart 2099",
        "Onder embargo tot en met 5 maart 2099, 6.00 uur",
        "EMBARGO até 5 de março de 2099",
        "Sob embargo até às 6h de 5 de março de 2099",
        "Embargo do dnia 5 marca 2099",
        "Embargo till 5 mars 2099",
        "Embargo til 5. marts 2099",
    ],
)
def test_an_embargo_is_refused_in_more_languages_than_layouts_are_known_of(line: str) -> None:
    source = f"Acme opens a bakery\n\n{line}\n\nAcme opened a bakery, and it bakes bread for the whole town.\n"
    with pytest.raises(Rejected, match="states an embargo"):
        to_record(read(source.encode(), "x.txt", {**FIELDS, "language": "nl"}))


@pytest.mark.parametrize("line", ["Embargo do Brasil a 5 países", "Embargo till trots: 5 nya avtal"])
def test_a_headline_about_an_embargo_stays_one(line: str) -> None:
    source = f"{line}\n\nAcme opened a bakery, and it bakes bread for the whole town.\n"
    assert to_record(read(source.encode(), "x.txt", {**FIELDS, "language": "pt"})).headline == line


@pytest.mark.parametrize(
    ("kicker", "dateline", "headline"),
    [
        ("Informacja prasowa", "Warszawa, 3 marca 2027 r.", "Grupa Acme otwiera fabrykę w Łodzi"),
        ("BASIN BÜLTENİ", "İstanbul, 3 Mart 2027", "Acme İzmir’de yeni tesis açtı"),
        ("بيان صحفي", "دبي، 3 مارس 2027", "شركة أكمي تفتتح مركزاً جديداً للطاقة الشمسية في أبوظبي"),
        ("プレスリリース", "2027年3月3日", "アクメ社、川崎市に新研究所を開設"),
        ("PRESSEMITTEILUNG", "Gera, 3. März 2027", "Acme eröffnet ein Werk in Gera"),
        ("PERSBERICHT", "Utrecht, 3 maart 2027", "Acme opent bakkerij in Utrecht"),
        ("Comunicado de imprensa", "Lisboa, 3 de março de 2027", "Acme abre padaria em Lisboa"),
        ("PRESSMEDDELANDE", "Lund, 3 augusti 2027", "Acme öppnar bageri i Lund"),
        ("Пресс-релиз", "Москва, 3 марта 2027", "Акме открывает пекарню"),
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize("below", ["\n", "\n\n"])
def test_neither_the_word_for_a_release_nor_a_date_is_the_headline(
    kicker: str, dateline: str, headline: str, gap: str, below: str
) -> None:
    text = "Acme 2027. " * 12
    draft = read(f"{kicker}{gap}{dateline}{below}{headline}\n\n{text}\n".encode(), "x.txt").draft
    assert draft["headline"] == headline
    assert "subheadline" not in draft
    # A date line that the text's language would print otherwise stays text.
    printed = [block["text"] for block in draft["body"] if "dateline" not in draft][:-1]
    assert [block["text"] for block in draft["body"]] == [*printed, text.strip()]
    assert printed in ([], [dateline])
