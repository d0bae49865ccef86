"""Readable names for addresses, made of what people wrote."""

import hashlib
import re
import unicodedata

_LONGEST = 64
_MARK = 8
# Letters that Unicode does not take apart into one of ASCII and a mark.
_SPELT_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
    | {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
    | {"Æ": "Ae", "Œ": "Oe", "Ø": "O", "Ł": "L", "Đ": "D", "Ð": "D", "Þ": "Th"}
)


def own_name(text: str) -> str:
    """ASCII letters and digits in lower case with hyphens between, at most 64 characters.

    Where that drops letters, a mark of the whole text stands behind it: two texts share a
    name only if they differ in nothing but case, accents and punctuation.
    """
    spelt_out = unicodedata.normalize("NFKD", text.translate(_SPELT_OUT))
    plain = re.sub(r"[^a-z0-9]+", "-", spelt_out.encode("ascii", "ignore").decode().lower()).strip("-")
    if plain and len(plain) <= _LONGEST and not any(map(_is_lost, spelt_out)):
        return plain
    whole = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    mark = hashlib.sha256(whole.encode()).hexdigest()[:_MARK]
    return f"{plain[: _LONGEST - _MARK - 1].rstrip('-')}-{mark}".lstrip("-")


def _is_lost(character: str) -> bool:
    """Whether it is a letter, a number or a sign such as the plus of C++, and no address shows it."""
    kind = unicodedata.category(character)
    return kind == "Sm" or (kind[0] in "LN" and not character.isascii())
