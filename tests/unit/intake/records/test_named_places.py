"""Faults in TOML and front matter stand at the line and the name they are about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.intake.findings.lint import diagnose
from syndicator.intake.read import read
from syndicator.intake.records.named_places import place_of

TOML = """language = "de"
headline = 5
keywords = ["a", 3]

[publisher]
name = "Acme"
emial = "x"

[[contacts]]
name = "Eva"
email = "eva@x.example"

[[contacts]]
name = "Ute"
emial = "x"

[[body]]
type = "paragraph"
txt = "Hallo"
"""

YAML = """---
language: de
headline: 5
keywords: [a, 3]
publisher: {name: Acme, emial: x}
contacts:
- name: Eva
  email: eva@x.example
- name: Ute
  emial: x
media:
  - file: a.jpg
    "crdit": x
---
Text.
"""


@pytest.mark.parametrize(
    ("path", "toml", "yaml"),
    [
        ("headline", (2, 1), (3, 1)),
        ("keywords[1]", (3, 1), (4, 1)),
        ("publisher.emial", (7, 1), (5, 25)),
        ("publisher.name", (6, 1), (5, 13)),
        ("publisher.street", (5, 2), (5, 1)),
        ("contacts[1].emial", (15, 1), (10, 3)),
        ("contacts[0].name", (10, 1), (7, 3)),
        ("contacts[1].phone", (13, 3), (9, 1)),
        ("body[0].txt", (19, 1), None),
        ("media[0].crdit", None, (13, 6)),
        ("teaser", None, None),
        ("record", None, None),
        ("", None, None),
    ],
)
def test_the_place_of_a_field(path: str, toml: tuple[int, int] | None, yaml: tuple[int, int] | None) -> None:
    for source, want in ((TOML, toml), (YAML, yaml)):
        place = place_of(tuple(source.split("\n")), path)
        assert (place and (place.line, place.column)) == want


@pytest.mark.parametrize(("name", "source", "line"), [("x.toml", TOML, 15), ("x.md", YAML, 10)])
def test_a_finding_shows_the_line_with_the_name_marked(name: str, source: str, line: int) -> None:
    found = diagnose(read(source.encode(), name))
    (one,) = [each for each in found if each.place == "contacts[1].emial"]
    assert (one.line, one.text[one.column - 1 :][: one.length]) == (line, "emial")


@given(st.lists(st.text(alphabet="ab:-[]= .", max_size=9), max_size=6), st.text(alphabet="ab.[]01", max_size=9))
def test_whatever_stands_there_is_looked_through(lines: list[str], path: str) -> None:
    place = place_of(tuple(lines), path)
    assert place is None or 1 <= place.line <= len(lines)
