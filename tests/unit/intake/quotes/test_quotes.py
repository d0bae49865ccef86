"""Quotes: spans inside of paragraphs, who said them, and what they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.intake.quotes.spans import find_quotes
from syndicator.model.body import Paragraph

SPOKEN = [
    (
        "Lead author Dr Rhian Probert, from the School of Biosciences, said:\u2028“We expected the lines to confuse them.”",
        "“”",
        "Dr Rhian Probert",
        "Lead author",
    ),
    ("Co-author Professor Daniel Osei said: “Lines are part of the land.”", "“”", "Professor Daniel Osei", "Co-author"),
    ("“Puebla es el lugar ideal”, agregó la gobernadora Carmen Ruiz.", "“”", "Carmen Ruiz", "gobernadora"),
    (
        "„Wir haben viel vor“, unterstreicht Thomas Müller (CEO der Acme AG).",
        "„“",
        "Thomas Müller",
        "CEO der Acme AG",
    ),
    (
        '"Siamo orgogliosi di questo risultato", ha commentato l\'assessore Luca Bianchi.',
        '""',
        "Luca Bianchi",
        "assessore",
    ),
    ('"We did not expect it," says writer and co-creator Joe Roe.', '""', "Joe Roe", "co-creator"),
    (
        "„Wir freuen uns sehr über den Erfolg“, sagt Geschäftsführer Max Mustermann.",
        "„“",
        "Max Mustermann",
        "Geschäftsführer",
    ),
    (
        "»Das ist ein großer Schritt für alle«, so Petra Schmidt, Leiterin Vertrieb bei Acme.",
        "»«",
        "Petra Schmidt",
        "Leiterin Vertrieb bei Acme",
    ),
    (
        'Der Bürgermeister von Kawasaki City, Norihiko Fukuda, erklärte: "Wir danken."',
        '""',
        "Norihiko Fukuda",
        "Bürgermeister von Kawasaki City",
    ),
    (
        "Bei der Feier betonte Tetsuya Kimura, Generalkonsul von Japan: „Wir danken.“",
        "„“",
        "Tetsuya Kimura",
        "Generalkonsul von Japan",
    ),
    (
        "Dr. Eva Klein, Leiterin der Abteilung Recht, sagte: „Das gilt ab morgen.“",
        "„“",
        "Dr. Eva Klein",
        "Leiterin der Abteilung Recht",
    ),
    ("“We did what nobody believed in,” said Jane Doe, CEO of Acme Inc.", "“”", "Jane Doe", "CEO of Acme Inc"),
    ("“This is the best we ever made,” says Acme CEO Jane Doe.", "“”", "Jane Doe", "Acme CEO"),
    (
        '"It is a necessity," said Kim Norris, co-founder and president of LCFA.',
        '""',
        "Kim Norris",
        "co-founder and president of LCFA",
    ),
    (
        "According to John van der Berg, head of research: “It works at night.”",
        "“”",
        "John van der Berg",
        "head of research",
    ),
    (
        "« Nous sommes très heureux », a déclaré Marie Dupont, directrice générale.",
        "«»",
        "Marie Dupont",
        "directrice générale",
    ),
    ("«Estamos muy contentos hoy», afirmó Juan Pérez, director de Acme.", "«»", "Juan Pérez", "director de Acme"),
    (
        "“Siamo molto contenti”, ha dichiarato Mario Rossi, direttore della scuola.",
        "“”",
        "Mario Rossi",
        "direttore della scuola",
    ),
    (
        "“This is great for all of us,” said Acme Robotics President Michael Shuler.",
        "“”",
        "Michael Shuler",
        "Acme Robotics President",
    ),
    (
        "“It is here,” shares Acme’s Chief Business Officer, Dave Murry.",
        "“”",
        "Dave Murry",
        "Acme’s Chief Business Officer",
    ),
    ("“We are the first,” Victoria Hall, Town League President said.", "“”", "Victoria Hall", "Town League President"),
    (
        'Emma Hill, Director of Content for the Best Bars, says: "It shines."',
        '""',
        "Emma Hill",
        "Director of Content for the Best Bars",
    ),
    ("“We are glad,” said Karl Nowak, CEO of Scan, adding that more will come.", "“”", "Karl Nowak", "CEO of Scan"),
    (
        "“We are glad that it is done.” – Jason Hill, Chief Executive Officer.",
        "“”",
        "Jason Hill",
        "Chief Executive Officer",
    ),
    ("‘We are proud of it,’ said Keir Hardie, Chairman of Acme.", "‘’", "Keir Hardie", "Chairman of Acme"),
    ("Laut Bürgermeisterin Petra Klein (SPD) ist es ernst: „Wir handeln.“", "„“", "Petra Klein", "Bürgermeisterin"),
    (
        "Pour Marie Curie, directrice de recherche : « C’est une découverte. »",
        "«»",
        "Marie Curie",
        "directrice de recherche",
    ),
    ("«Es un gran día», ha señalado el alcalde de Vigo, Juan Pérez.", "«»", "Juan Pérez", "alcalde de Vigo"),
    ('"We are glad to welcome you,” said Jane Doe, CEO.', '"”', "Jane Doe", "CEO"),
    (
        "“It is a milestone,” said Priya Raman, M.D., Ph.D., FAHA, Chief Medical Officer of Halcyon.",
        "“”",
        "Priya Raman",
        "Chief Medical Officer of Halcyon",
    ),
    ("“We trust her with everything.” – Anna Marie T., Caregiver", "“”", "Anna Marie T.", "Caregiver"),
    ('"You should know what is in it," said Administrator Helen Cho.', '""', "Helen Cho", "Administrator"),
    (
        "“We want a class of young people to lead,” Jane Doe, Town League of Leeds President said.",
        "“”",
        "Jane Doe",
        "Town League of Leeds President",
    ),
    ('Jane Doe, CEO: "We never closed this quote because we forgot', '"', "Jane Doe", "CEO"),
]


@pytest.mark.parametrize(("text", "marks", "speaker", "role"), SPOKEN, ids=[spoken[2] + spoken[1] for spoken in SPOKEN])
def test_speaker_and_role(text: str, marks: str, speaker: str, role: str) -> None:
    (quote,) = find_quotes([Paragraph(text=text)])
    assert (quote.marks, quote.speaker, quote.role) == (marks, speaker, role)


def test_a_span_lies_inside_of_its_marks() -> None:
    text = "« Nous sommes très heureux », a déclaré Marie Dupont."
    (quote,) = find_quotes([Paragraph(text=text)])
    assert text[quote.start : quote.end] == "Nous sommes très heureux"


@pytest.mark.parametrize(
    "text",
    ['The "King Skyfront" is a place.', "Das sogenannte „Memorandum“ liegt vor.", 'A 5" pipe and a 6" pipe.', '"'],
)
def test_a_term_in_quotation_marks_is_no_quote(text: str) -> None:
    assert find_quotes([Paragraph(text=text)]) == ()


def test_quotes_inside_of_quotes_stay_inside() -> None:
    text = 'Jane Doe sagte: „In Kawasaki hat sich "King Skyfront" etabliert.“'
    (quote,) = find_quotes([Paragraph(text=text)])
    assert text[quote.start : quote.end].endswith("etabliert.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "“We asked: ‘can a bee say “four”?’ It turns out she can,” said Jane Doe.",
            "We asked: ‘can a bee say “four”?’ It turns out she can,",
        ),
        (
            "« Le maire a dit « oui » hier au projet de la gare », déclare Anne Roy.",
            "Le maire a dit « oui » hier au projet de la gare",
        ),
        ("“We said “yes” to the plan for the new station, said Jane Doe.", None),
    ],
)
def test_marks_of_the_same_kind_may_stand_inside(text: str, said: str | None) -> None:
    """What stands between the first that closes and the next that opens was nobody's speech."""
    quotes = find_quotes([Paragraph(text=text)])
    assert [text[quote.start : quote.end] for quote in quotes] == ([said] if said else [])


def test_the_role_is_taken_from_another_paragraph() -> None:
    body = [
        Paragraph(text="Es kam Prof. Dr. Horst Domdey, Geschäftsführer der BioM GmbH, Martinsried, aus München."),
        Paragraph(text="Prof. Dr. Horst Domdey erläuterte: „Wir sind überzeugt.“"),
    ]
    (quote,) = find_quotes(body)
    assert (quote.paragraph, quote.role) == (1, "Geschäftsführer der BioM GmbH")


def speakers_of(*texts: str) -> list[tuple[str | None, str | None]]:
    return [
        (quote.speaker, quote.role) for quote in find_quotes([Paragraph.model_construct(text=text) for text in texts])
    ]


def test_a_surname_is_the_person_named_before() -> None:
    texts = (
        "“We are thrilled by this,” said Jane Doe, CEO of Acme, at the opening of the new hall of the company in Leeds.",
        "“It was a big day for all of us,” Doe added.",
        "“And it will go on,” she said.",
    )
    assert speakers_of(*texts) == [("Jane Doe", "CEO of Acme")] * 3


def test_a_surname_is_spelt_out_as_the_text_does_elsewhere() -> None:
    texts = (
        "“Prices will rise again in the spring,” Gordon notes.",
        "The buyers in the valley have been asked by Mark Gordon, broker in Vail, and they are not at all sure of it.",
    )
    assert speakers_of(*texts) == [("Mark Gordon", "broker in Vail")]


@pytest.mark.parametrize("house", ["Barlen Group’s", "Cedar Analytics'"])
def test_a_house_that_speaks_by_its_office_is_no_name(house: str) -> None:
    assert speakers_of(f"“We serve all of Europe with it,” said {house} CEO.") == [(None, f"{house} CEO")]


def test_a_rank_is_no_name() -> None:
    texts = (
        "Petty Officer Third Class Miguel Santiago and Cadet Chief Petty Officer Shivah Sundar took part in it.",
        '"It was hard work from the first day on," Santiago said.',
        '"We did it together, and it was fun," Shivah says.',
    )
    assert speakers_of(*texts) == [
        ("Miguel Santiago", "Petty Officer Third Class"),
        ("Shivah Sundar", "Cadet Chief Petty Officer"),
    ]


def test_a_small_word_that_is_a_verb_elsewhere_announces_no_speech() -> None:
    text = "Noch nie hat das Tierheim Waldau so viele Katzen gehabt. „Wir sind am Limit“, so die Leiterin des Tierheims, Sandra Böhm."
    assert speakers_of(text) == [("Sandra Böhm", "Leiterin des Tierheims")]


@pytest.mark.parametrize(
    ("gap", "role"), [("\n", "CEO of Acme Robotics"), ("\u2028", "CEO of Acme Robotics"), ("\x01", None)]
)
def test_a_role_is_one_line_that_a_record_can_carry(gap: str, role: str | None) -> None:
    text = f"“We did what nobody believed in,” said Jane Doe, CEO of Acme{gap}Robotics."
    assert speakers_of(text) == [("Jane Doe", role)]


def test_a_text_of_nothing_but_quotes_is_read_up_to_a_bound() -> None:
    text = "„Wir freuen uns auf das neue Jahr“, sagt Anna Beispiel. " * 700
    assert len(find_quotes([Paragraph(text=text)])) == 200


def test_a_defined_term_is_no_quote() -> None:
    text = 'Helvetia SE (the "Company") today announced an agreement with Lumen Ltd., Cambridge.'
    assert speakers_of(text) == []


def test_a_german_noun_is_no_name() -> None:
    text = "„Wir sind stolz auf die Mitarbeitenden“, so das Unternehmen, das in der Stadt und auf dem Land mit vielen Menschen arbeitet."
    assert speakers_of(text, "„Es geht weiter mit uns allen“, betont Geschäftsführung.") == [(None, None), (None, None)]


def test_a_signature_stands_in_the_paragraph_beside_the_quote() -> None:
    spoken = "“The best ring we ever made is out now.”"
    assert speakers_of("Andrey Hill, CEO of Tang:", spoken) == [("Andrey Hill", "CEO of Tang")]
    assert speakers_of(spoken, "Andrey Hill, CEO of Tang") == [("Andrey Hill", "CEO of Tang")]
    assert speakers_of(spoken, "The ring, made by the Tang Company, is blue.") == [(None, None)]


def test_who_says_the_next_quote_did_not_say_this_one() -> None:
    text = '"It is honest work that we do." Matt Hill, Vice President, says: "We agree with all of it."'
    assert speakers_of(text) == [(None, None), ("Matt Hill", "Vice President")]


@pytest.mark.parametrize(
    "text",
    [
        "“Infernal Traps and Other Tales of Weird Terror” by Alex Grass",
        "Paula “Pixie” Hill commented on it.",
        "Das Projekt „Zukunft Stadt“ wird gefördert, sagt Anna Müller.",
    ],
)
def test_titles_and_nicknames_are_no_quotes(text: str) -> None:
    assert speakers_of(text) == []


def test_two_quotes_of_one_paragraph() -> None:
    text = "“We did what nobody believed in,” said Jane Doe. “And we will do it again next year,” she added."
    first, second = find_quotes([Paragraph(text=text)])
    assert first.speaker == "Jane Doe"
    assert text[second.start : second.end].startswith("And we")


@given(st.text(alphabet='ab Ä.,:"„“”«»\n\u00a0', max_size=120))
def test_spans_fit_into_any_paragraph(text: str) -> None:
    if text.strip():
        for quote in find_quotes([Paragraph(text=text)]):
            assert 0 <= quote.start < quote.end <= len(text)


def test_the_paragraph_above_may_announce_who_speaks() -> None:
    above = Paragraph(text="Sarah Quinn, Chief Executive Officer, commented:")
    (quote,) = find_quotes([above, Paragraph(text='"The first half shows the strength of our portfolio."')])
    assert (quote.paragraph, quote.speaker, quote.role) == (1, "Sarah Quinn", "Chief Executive Officer")


EACH_WITH_ITS_SPEAKER = [
    (
        "“We are glad to have it in our hands,” said Jane Doe, CEO of Acme Inc. “This will help our many clients,” added John Roe, Chief Financial Officer.",
        [("Jane Doe", "CEO of Acme Inc"), ("John Roe", "Chief Financial Officer")],
    ),
    (
        '"We are glad to have it in our hands," said Jane Doe. "This will help our many clients," CFO John Roe added.',
        [("Jane Doe", None), ("John Roe", "CFO")],
    ),
    (
        "„Das ist ein guter Tag für uns alle“, sagte Jana Doe, Vorstand der Muster AG. „Wir freuen uns sehr darüber“, ergänzte Finanzchef Max Roe.",
        [("Jana Doe", "Vorstand der Muster AG"), ("Max Roe", "Finanzchef")],
    ),
    (
        "« Nous sommes très heureux de cela », déclare Jeanne Doe, présidente de Acme. « Cela va nous aider beaucoup », ajoute Jean Roe, directeur financier.",
        [("Jeanne Doe", "présidente de Acme"), ("Jean Roe", "directeur financier")],
    ),
    (
        "«Estamos muy contentos con la obra», afirmó Juana Pérez, directora de Acme. «Ayudará mucho a nuestros clientes», ha señalado el alcalde de Vigo, Juan Ruiz.",
        [("Juana Pérez", "directora de Acme"), ("Juan Ruiz", "alcalde de Vigo")],
    ),
    (
        "“Siamo molto contenti di questo”, ha dichiarato Maria Rossi, direttore della scuola. “Ci aiuterà per molti anni ancora”, ha commentato l'assessore Luca Bianchi.",
        [("Maria Rossi", "direttore della scuola"), ("Luca Bianchi", "assessore")],
    ),
    (
        "Jane Doe said: “We are glad to have it in our hands.” “This will help our many clients,” added John Roe.",
        [("Jane Doe", None), ("John Roe", None)],
    ),
    (
        "“We are glad to have it in our hands,” said Jane Doe, and “this will help our many clients,” added John Roe.",
        [("Jane Doe", None), ("John Roe", None)],
    ),
    (
        "“We are glad to have it in our hands,” said Jane Doe. “Is it not good for all of us?” asked John Roe.",
        [("Jane Doe", None), ("John Roe", None)],
    ),
    (
        "“We are glad to have it in our hands,” said Jane Doe. “It is a good day for all!” John Roe added.",
        [("Jane Doe", None), ("John Roe", None)],
    ),
    (
        "„Das ist ein guter Tag für uns alle“, sagte Jana Doe. „Wir freuen uns sehr darüber.“ Max Roe sagte das so.",
        [("Jana Doe", None), ("Jana Doe", None)],
    ),
    (
        "“We are glad to have it in our hands,” said Jane Doe. “It is a good day for all.” John Roe said he would come.",
        [("Jane Doe", None), ("Jane Doe", None)],
    ),
    (
        "“We are glad to have it in our hands,” said Jane Doe. Ann Poe said: “It is a good day”, and John Roe said so, too.",
        [("Jane Doe", None), ("Ann Poe", None)],
    ),
    (
        "Jane Doe said: “We are glad to have it in our hands”, added John Roe: “This will help our many clients.”",
        [("Jane Doe", None), ("John Roe", None)],
    ),
]


@pytest.mark.parametrize(("text", "speakers"), EACH_WITH_ITS_SPEAKER, ids=range(len(EACH_WITH_ITS_SPEAKER)))
def test_who_spoke_in_front_did_not_say_what_another_says(text: str, speakers: list[tuple[str, str | None]]) -> None:
    assert speakers_of(text) == speakers
