"""What XML 1.0 can carry, and how libxml2 writes it."""

import re

# XML 1.0, production [2] Char, negated.
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def unfit_for_xml(text: str) -> tuple[int, ...]:
    """Positions of the characters that no XML 1.0 document can hold, ascending.

    They are the C0 controls but tab, newline and carriage return, U+FFFE, U+FFFF
    and lone surrogates; a character reference does not help (XML 1.0, section 2.2).
    """
    return tuple(match.start() for match in _UNFIT.finditer(text))


def is_fit_for_xml(text: str) -> bool:
    # What is printable is fit, and asked for twenty times as fast.
    return text.isprintable() or _UNFIT.search(text) is None


# Plain texts of Atom and RSS; what stands in content, description and content:encoded is HTML.
_PLAIN_TEXT = re.compile(
    rb"<(?:media:description|(?:dc:|media:)?(?:title|subtitle|summary|rights|copyright|category|source|name|creator|"
    rb"credit))(?: [^<>]*)?>[^<]*| title=\"[^\"]*"
)
_SEEMING_MARKUP = re.compile(rb"&lt;[/a-zA-Z]")


def without_seeming_markup(document: bytes) -> bytes:
    """The same document with < written as &#x3C; in plain texts that look like markup.

    A reader cannot tell otherwise whether "<b>" in a title was meant as it stands (the RSS
    Advisory Board's profile, section "Character Data"). The ampersand stays &amp;: some
    readers decode no numeric references, and Ruby's decodes &#x26;amp; twice.
    """
    if _SEEMING_MARKUP.search(document) is None:
        return document
    return _PLAIN_TEXT.sub(lambda found: _numeric(found.group()), document)


def _numeric(text: bytes) -> bytes:
    return text.replace(b"&lt;", b"&#x3C;") if _SEEMING_MARKUP.search(text) else text


def escape_content(text: str) -> str:
    """Character data as libxml2 writes it inside an element."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def escape_attribute(content: str) -> str:
    """The same between double quotes; takes what `escape_content` gives."""
    return content.replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
