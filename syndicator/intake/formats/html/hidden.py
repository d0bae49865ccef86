"""Text that a page hides or strikes out: nobody has approved it, or somebody took it back, so it is not published."""

import re
from html import unescape
from typing import Final

from syndicator.intake.formats.html.style_sheets import HIDDEN, STRUCK, Unseen
from syndicator.intake.lines.sheet import Oddity

# Sanitised pages only: there, "<" and ">" stand in tags alone, and every element but these is closed.
_TAG: Final = re.compile(r"<(/?)([a-z][a-z0-9]*)([^<>]*)>")
_VOID: Final = frozenset({"br", "hr", "img", "wbr"})
_HIDDEN: Final = re.compile(r"\shidden=")
_NEVER: Final = re.compile(r"(?!)")
# What browsers state of these elements; a page may say otherwise.
_STRIKING: Final = "s, del, strike { text-decoration: line-through }"
_STYLE: Final = re.compile(r"\sstyle=\"([^\"]*)\"")
_SHOWN: Final = 80


def visible(page: str, source: str = "") -> tuple[str, list[str]]:
    """A sanitised page as a browser shows it, and the texts that it hides.

    They are hidden by ``hidden``, by an element's style, or by the style sheets of ``source``, the page as it was.
    """
    return _without(page, Unseen(source, HIDDEN), _HIDDEN)


def unstruck(page: str, source: str = "") -> tuple[str, list[str]]:
    """A sanitised page without what is struck out on it, and those texts: by an element, its style or a style sheet."""
    return _without(page, Unseen(source, STRUCK, _STRIKING), _NEVER)


def _without(page: str, unseen: Unseen, attribute: re.Pattern[str]) -> tuple[str, list[str]]:
    """A page without the elements that a style or the attribute takes out, and their texts."""
    shown: list[str] = []
    texts: list[str] = []
    at = depth = start = 0
    for tag in _TAG.finditer(page):
        if tag[2] in _VOID:
            continue
        if depth:
            depth += -1 if tag[1] else 1
            if not depth:
                texts.append(_words(page[start : tag.start()]))
                at = tag.end()
        elif tag[1]:
            unseen.closes()
        elif attribute.search(tag[3]) or unseen.opens(tag[2], tag[3], _style(tag[3])):
            shown.append(page[at : tag.start()])
            start, depth = tag.end(), 1
    return "".join((*shown, page[at:])), [text for text in texts if text]


def _style(attributes: str) -> str:
    style = _STYLE.search(attributes)
    return unescape(style[1]) if style else ""


def _words(markup: str) -> str:
    return " ".join(unescape(_TAG.sub(" ", markup)).split())


def hidden_text(text: str) -> Oddity:
    """What is said of a text that was left out."""
    return Oddity("W123", 0, f"hidden text was left out: {_short(text)}")


def struck_text(text: str) -> Oddity:
    """What is said of a text that was struck out."""
    return Oddity("W126", 0, f"struck-out text was left out: {_short(text)}")


def _short(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
