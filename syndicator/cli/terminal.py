"""What commands say: nothing that somebody else wrote moves the cursor, clears the screen or turns letters round."""

import codecs
import json
import os
import re
import shlex
import string
import sys
from typing import Final, TextIO

import click

# Control characters but tab and line feed, and what overrides or isolates the direction of writing.
_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

_PLAIN: Final = frozenset(string.ascii_letters + string.digits + " -./_")


def say(text: str = "", *, err: bool = False, nl: bool = True) -> None:
    """Prints it, on stdout or stderr, with its unseen characters made visible."""
    click.echo(visible(text), err=err, nl=nl)


def show_json(value: object) -> None:
    """Prints it as JSON, which is UTF-8: unseen characters, and in another encoding all beyond ASCII, are escaped."""
    text = json.dumps(value, ensure_ascii=not _is_utf8(sys.stdout), indent=2)
    click.echo(_UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def tell(words: str, answer: object, *, as_json: bool) -> None:
    """Prints a command's result: the service's answer as JSON where that was asked for, otherwise in these words."""
    if as_json:
        show_json(answer)
    else:
        say(words)


def visible(text: str) -> str:
    r"""The text as it may stand on a terminal: an escape character becomes ``\x1b``, an override ``\u202e``."""
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def for_shell(word: str) -> str:
    """The word as it can be pasted into a shell, by its bytes where a terminal would not show all of it."""
    if word.isprintable():
        return shlex.quote(word)
    escaped = "".join(chr(byte) if chr(byte) in _PLAIN else f"\\x{byte:02x}" for byte in os.fsencode(word))
    return f"$'{escaped}'"


def _is_utf8(stream: TextIO) -> bool:
    return codecs.lookup(stream.encoding).name == "utf-8"
