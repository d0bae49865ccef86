"""UTF-8 that was read as Windows-1252 before it came here is told with its place, and left as it is."""

import pytest

from syndicator.intake.findings.lint import diagnose
from syndicator.intake.read import read

TITLE = "Acme opens a bakery"


def found(line: str) -> list[tuple[int, int, str]]:
    reading = read(f"{TITLE}\n\n{line}\n".encode(), "x.txt")
    assert reading.draft["body"][-1]["text"] == line
    return [(one.line, one.column, one.message) for one in diagnose(reading) if one.code == "W128"]


@pytest.mark.parametrize(
    "word",
    [
        "Müller",
        "Straße",
        "“bread”",
        "Bäcker’s",
        "50\u00a0€ – now…",
        "déjà vu",
        "España",
        "città",
        "cœur",
        "§ 18",
        "Acme™",
        "Österreich",
        "SCHÖN",
        "l’ÉTÉ",
        "dû",
        "Noël",
    ],
)
@pytest.mark.parametrize("charset", ["cp1252", "latin-1"])
def test_a_word_read_by_the_wrong_charset_is_told(word: str, charset: str) -> None:
    wrong = "".join(read_as(byte, charset) for byte in word.encode())
    place = next(at for at, sign in enumerate(word) if not sign.isascii())
    [(number, column, message)] = found(f"Acme and {wrong} open a bakery today.")
    assert (number, column) == (3, len("Acme and ") + place + 1)
    assert f" was probably {repr(word[place])[:-1]}" in message


def read_as(byte: int, charset: str) -> str:
    """Browsers read the bytes that Windows-1252 has no sign for as Latin-1 does."""
    try:
        return bytes([byte]).decode(charset)
    except UnicodeDecodeError:
        return chr(byte)


@pytest.mark.parametrize(
    "line",
    [
        "Müller, Straße, „Brot“, «CAFÉ», «déjà», ‚so‘ – 50 € … © 2027 §\u00a018.",
        "SÃO PAULO, ÂGE, PÂTÉ, «À», «Â la carte», Ångström, „Å“, „Ä“, „Ö“, É…",
        "«VILÃ», “IRMÔ, „Ô, ‘AMANHÒ, MAÇÃ… e MAÇÖ assim se diz.",
        "L’ÎLE, ŒUVRE, cœur, naïf, â la carte, â € 5.",
    ],
)
def test_right_words_are_no_finding(line: str) -> None:
    assert found(line) == []
