"""A finding about a field stands where the source names that field, whatever other fields say the same."""

import json

import pytest

from syndicator.intake.findings.diagnostics import Diagnostic
from syndicator.intake.findings.lint import diagnose
from syndicator.intake.read import read

HALL = "Die neue Halle in Hull"
LONG = "Eine lange Überschrift " * 6
GERMAN = (
    "Die Werkstatt ist für die Auszubildenden der Stadt und wird von der Firma mit dem Land betrieben, sie ist neu."
)
RECORD = {
    "teaser": LONG.strip(),
    "language": "en",
    "headline": LONG.strip(),
    "body": [
        {"type": "paragraph", "text": HALL},
        {"type": "paragraph", "text": "See hall.png, and https://acme.example/hall.png."},
        {"type": "paragraph", "text": "They wrote to us."},
        {"type": "paragraph", "text": GERMAN},
    ],
    "media": [{"caption": "A door.", "credit": "Eva Moss"}, {"caption": HALL, "file": "hall.png"}],
    "quotes": [],
    "publisher": {"name": "Acme"},
    "contacts": [{"name": "Jane Doe", "email": "jane@acme.example"}],
}
TOML = """\
language = "en"
headline = "The hall"
publisher = {name = "Acme"}
body = [{type = "paragraph", text = "Die neue Halle in Hull"}, {type = "paragraph", text = "hall.png"}]
contacts = [{name = "Jane Doe", email = "jane@acme.example"}]

[[media]]
caption = "A door."
credit = "Eva Moss"

[[media]]
caption = "Die neue Halle in Hull"
file = "hall.png"
"""
FRONT = """\
---
teaser: Die neue Halle in Hull
media:
  - caption: A door.
    credit: Eva Moss
  - file: hall.png
    caption: Die neue Halle in Hull
---

# The hall

Die neue Halle in Hull, hall.png
"""


def found(source: str, name: str) -> dict[str, Diagnostic]:
    return {one.code: one for one in diagnose(read(source.encode(), name))}


def test_in_json_it_stands_at_its_key() -> None:
    source = json.dumps(RECORD, indent=1, ensure_ascii=False)
    lines = source.split("\n")
    seen = found(source, "r.json")
    for code, text in (("W102", '"headline"'), ("W106", '"caption"'), ("W107", '"file"')):
        one = seen[code]
        assert lines[one.line - 1] == one.text
        assert one.text[one.column - 1 :][: one.length] == text, code
    assert lines[seen["W106"].line - 1].strip() == f'"caption": "{HALL}",'
    assert lines[seen["W108"].line].strip() == '"type": "paragraph",'
    assert GERMAN in lines[seen["W108"].line + 1]


def test_a_text_with_escapes_is_found_all_the_same() -> None:
    source = json.dumps({**RECORD, "media": [{"caption": 'Die "neue" Halle\nin Hull'}]}, indent=1)
    assert '"caption"' in found(source, "r.json")["W106"].text


@pytest.mark.parametrize(("source", "name"), [(TOML, "r.toml"), (FRONT, "r.md")])
def test_in_toml_and_front_matter_it_stands_at_its_name(source: str, name: str) -> None:
    seen = found(source, name)
    caption = max(n for n, line in enumerate(source.split("\n"), 1) if line.lstrip().startswith("caption"))
    file = next(n for n, line in enumerate(source.split("\n"), 1) if "file" in line)
    assert (seen["W106"].line, seen["W107"].line) == (caption, file)


def test_a_link_is_looked_for_where_it_stands() -> None:
    address = "https://acme.example/?utm_source=x"
    source = f"# The hall\n\nA page `{address}` and more.\n\nSee [the page]({address}).\n"
    assert found(source, "r.md")["W117"].line == 5
