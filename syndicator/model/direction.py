"""Which way a language is written: texts do not say it, and their first letters mislead."""

from typing import Final, Literal

Direction = Literal["ltr", "rtl"]

# Scripts and languages that CLDR (supplemental data, likely subtags) writes from right to left.
_SCRIPTS: Final = frozenset({"Adlm", "Arab", "Aran", "Hebr", "Mand", "Mend", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"})
_LANGUAGES: Final = frozenset(
    {"ar", "arc", "azb", "bal", "bgn", "ckb", "dv", "fa", "glk", "he", "iw", "ks", "lrc", "luz", "mzn", "nqo", "pnb"}
    | {"ps", "sd", "sdh", "syr", "ug", "ur", "yi"}
)


def direction(language: str) -> Direction:
    """Of text in that language (a BCP 47 tag): by its script where the tag names one, else by the usual one."""
    main, _, rest = language.partition("-")
    script = rest.partition("-")[0]
    is_rtl = script in _SCRIPTS if len(script) == len("Arab") else main in _LANGUAGES
    return "rtl" if is_rtl else "ltr"
