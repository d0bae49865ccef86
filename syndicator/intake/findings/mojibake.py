"""UTF-8 that was read as Windows-1252 before it came here: ``MÃ¼ller``, ``â€œ``. It is told, and never repaired."""

import re
from collections.abc import Iterator
from typing import Final

from syndicator.intake.fields.reading import Reading
from syndicator.intake.findings.diagnostics import Diagnostic
from syndicator.intake.findings.locate import at_line, lines_with_text

# What the bytes behind the first one of a character in UTF-8 are read as, by Windows-1252 or by Latin-1.
_REST: Final = "\x80-\xbf" + "".join(
    sign for byte in range(0x80, 0xA0) if (sign := bytes([byte]).decode("cp1252", "ignore"))
)
# Of those, the ones that end a quotation or a clause: «VILÃ», IRMÃ…
_ENDS: Final = "\u00ab\u00bb\u2013\u2014\u2018\u2019\u201a\u201c\u201d\u201e\u2026\u2039\u203a"
# In the languages of releases no word has these in this order. "Ã" ends words in capitals, and what follows it there
# ends what they say; "Å“" counts only between letters, for Swedish quotes its "Å".
_MISREAD: Final = re.compile(
    rf"(?:\u00c3(?![{_ENDS}])[{_REST}]|\u00c3[{_ENDS}](?=[^\W\d_])|(?<=[a-z\u00df-\u00ff])\u00c3[{_ENDS}]"
    rf"|\u00c2[{_REST}]|\u00e2[\u20ac\u201a\u201e\x80\x82\x84][{_REST}]"
    r"|(?<=[^\W\d_])\u00c5[\u201c\x93](?=[^\W\d_]))+"
)
_WIDEST: Final = 40


def misread_characters(reading: Reading) -> Iterator[Diagnostic]:
    """A warning at the first such place of each line, with what was probably meant."""
    for number, line in lines_with_text(reading):
        found = _MISREAD.search(line)
        meant = _meant(found[0]) if found else None
        if found and meant:
            problem = f"{found[0][:_WIDEST]!r} was probably {meant[:_WIDEST]!r}: UTF-8 that was read as Windows-1252"
            one = Diagnostic("W128", problem, "save the text once more from where it is right, or correct it")
            yield at_line(reading, one, number, found.start() + 1, len(found[0]))


def _meant(text: str) -> str | None:
    try:
        return b"".join(_byte(sign) for sign in text).decode()
    except UnicodeDecodeError:
        return None


def _byte(sign: str) -> bytes:
    try:
        return sign.encode("cp1252")
    except UnicodeEncodeError:
        return sign.encode("latin-1")
