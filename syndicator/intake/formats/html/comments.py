"""Comments of colleagues, which Google Docs and Word write into the pages that they make of a document."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Final

# Sanitised pages only: there, "<" and ">" stand in tags alone, and every element but these is closed.
_TAG: Final = re.compile(r"<(/?)([a-z][a-z0-9]*)([^<>]*)>")
_VOID: Final = frozenset({"br", "hr", "img", "wbr"})
_SIGNS: Final = ("cmnt", "msocom", "comment-list")
_WORDS: Final = re.compile(r'\s(?:class="[^"]*\bmsocomtxt\b|style="[^"]*mso-element\s*:\s*comment-list)')
# A paragraph, or the box around some, that begins with the way back to the place that it is about.
_LEADS_BACK: Final = re.compile(
    r"(?:\s|<(?:p|span|sup)\b[^<>]*>){0,20}<a\b[^<>]*\shref=\"#(?:cmnt_ref|_msoanchor_)\d+\""
)
_MARK: Final = re.compile(r"\shref=\"#(?:cmnt|_msocom_)\d+\"")
_NAME: Final = re.compile(r"^\[\w{1,8}\]\s*")


def uncommented(page: str) -> tuple[str, list[str]]:
    """A sanitised page without its comments and the marks of their places, and the comments."""
    if not any(sign in page for sign in _SIGNS):
        return page, []
    shown: list[str] = []
    comments: list[str] = []
    at = 0
    for first, start, end, last, is_mark in _spans(page):
        shown.append(page[at:first])
        text = "" if is_mark else _NAME.sub("", " ".join(unescape(_TAG.sub(" ", page[start:end])).split()))
        comments.extend([text] if text else [])
        at = last
    return "".join((*shown, page[at:])), comments


def _spans(page: str) -> Iterator[tuple[int, int, int, int, bool]]:
    """Where comments and marks stand, with their tags and without, and whether it is a mark."""
    depth = first = start = 0
    is_mark = False
    for tag in _TAG.finditer(page):
        if tag[2] in _VOID:
            continue
        if depth:
            depth += -1 if tag[1] else 1
            if not depth:
                yield first, start, tag.start(), tag.end(), is_mark
        elif not tag[1] and (_is_mark(tag) or _is_comment(page, tag)):
            depth, first, start, is_mark = 1, tag.start(), tag.end(), _is_mark(tag)


def _is_mark(tag: re.Match[str]) -> bool:
    return tag[2] == "a" and _MARK.search(tag[3]) is not None


def _is_comment(page: str, tag: re.Match[str]) -> bool:
    if tag[2] not in {"div", "p"}:
        return False
    return _WORDS.search(tag[3]) is not None or _LEADS_BACK.match(page, tag.end()) is not None
