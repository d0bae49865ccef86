"""Texts in languages whose layouts are not known: what they say stays text, and an embargo is one."""

import pytest

from syndicator.errors import Rejected
from syndicator.intake.fields.reading import to_record
from syndicator.intake.read import read

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


STORY = (
    "Acme opened a bakery today, and it bakes bread for the whole town, as it has not been done for a long time.\n\n"
)


@pytest.mark.parametrize(
    ("about", "contact"),
    [
        ("Yıldız Holding Hakkında", "Basın İletişim:"),
        ("YILDIZ HOLDİNG HAKKINDA", "BASIN İLETİŞİM"),
        ("O Grupie Nowak", "Kontakt dla mediów"),
        ("نبذة عن شركة أكمي", "للتواصل الإعلامي:"),
        ("O společnosti Acme", "Kontakt pro média"),
        ("Om Acme", "För mer information, kontakta:"),
        ("Om Acme A/S", "For yderligere information:"),
        ("Om oss", "Kontaktinformasjon"),
        ("Tietoa Acmesta", "Lisätietoja:"),
        ("Az Acme Zrt.-ről", "Sajtókapcsolat:"),
        ("Despre Acme", "Contact presă:"),
        ("Σχετικά με την Acme", "Επικοινωνία:"),
        ("О компании Acme", "Контакты для прессы:"),
        ("Про компанію Acme", "Контакти для ЗМІ:"),
        ("株式会社アクメについて", "お問い合わせ先："),
        ("关于我们", "媒体联系："),
    ],
)
def test_boilerplate_and_contact_are_told_by_their_headings(about: str, contact: str) -> None:
    person = "Jane Doe\nTelefon: +48 22 123 45 67\nE-posta: jane@acme.example\n"
    draft = read(f"Acme 2027\n\n{STORY}{STORY}{about}\n\n{STORY}{contact}\n{person}".encode(), "x.txt").draft
    assert [each["heading"] for each in draft["boilerplates"]] == [about]
    assert draft["contacts"] == [{"name": "Jane Doe", "phone": "+48 22 123 45 67", "email": "jane@acme.example"}]
    assert [block["text"] for block in draft["body"]] == [STORY.strip(), STORY.strip()]


@pytest.mark.parametrize(
    "heading", ["O Presidente da Acme", "Over Half of Leeds", "Про", "Zukunft hakkında mı", "について"]
)
def test_a_heading_that_only_begins_or_ends_alike_is_of_the_text(heading: str) -> None:
    draft = read(f"Acme 2027\n\n{STORY}{STORY}{heading}\n\n{STORY}".encode(), "x.txt").draft
    assert "boilerplates" not in draft
