"""The language of a text too short to tell it: one option says it, to every command that reads the text."""

import io
import json
import shlex
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from tests.unit.cli.conftest import Call
from tests.unit.web.served import Served

LINES = (
    "Halle eröffnet",
    "Die neue Halle ist offen.",
    "Pressekontakt:",
    "Jana Doe",
    "jana@muster.example",
    "Herausgeber:",
    "Muster AG",
)
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)


def docx() -> bytes:
    paragraphs = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in LINES)
    document = f'<w:document xmlns:w="{_W}"><w:body>{paragraphs}</w:body></w:document>'
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as parts:
        parts.writestr("[Content_Types].xml", _CONTENT_TYPES)
        parts.writestr("_rels/.rels", _RELATIONS)
        parts.writestr("word/document.xml", document)
    return made.getvalue()


@pytest.fixture(params=["txt", "html", "docx", "md"])
def short(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    form = str(request.param)
    texts = {
        "txt": "{}\n\n{}\n\n{}\n{}\n{}\n\n{}\n{}\n",
        "md": "# {}\n\n{}\n\n{}\n{}\n{}\n\n{}\n{}\n",
        "html": "<h1>{}</h1><p>{}</p><p>{}<br>{}<br>{}</p><p>{}<br>{}</p>",
    }
    path = tmp_path / f"kurz.{form}"
    path.write_bytes(docx() if form == "docx" else texts[form].format(*LINES).encode())
    return path


@pytest.mark.usefixtures("served")
def test_what_check_takes_with_a_language_every_command_takes_with_it(cli: Call, short: Path) -> None:
    german = ("--language", "de")
    assert cli("check", short, *german).code == 0
    assert "Halle eröffnet" in cli("render", short, *german).out
    assert cli("preview", short, *german).code == 0
    submitted = cli("submit", short, *german, "--json")
    assert submitted.code == 0, submitted.err
    release = submitted.json["id"]
    assert cli("update", release, "--file", short, *german).code == 0
    assert cli("correct", release, "--file", short, *german, "--note", "Ein Name war falsch.").code == 0
    assert cli("status", release, "--json").json["record"]["language"] == "de"


def test_without_it_the_fault_says_how_to_name_it(cli: Call, served: Served, short: Path) -> None:
    release = served.submit()["id"]
    commands = (("check", short), ("submit", short), ("render", short), ("preview", short))
    for command in (*commands, ("update", release, "--file", short)):
        done = cli(*command)
        told = done.out + done.err
        assert done.code == 3
        assert "this field is missing" in told
        assert "--language de" in told
        assert "language: de in the front matter" in told


def test_a_language_that_is_none_is_told_as_such(call: Call, short: Path) -> None:
    done = call("render", short, "--language", "German!")
    assert done.code == 3
    assert "'German!' does not fit" in done.err
    assert "--language de" not in done.err


def test_the_command_that_sends_again_sends_the_same(call: Call, short: Path) -> None:
    done = call("submit", short, "--language", "de", "--to", "http://127.0.0.1:1")
    assert done.code == 6
    again = shlex.split(done.err.splitlines()[-1])
    assert again[-2:] == ["--language", "de"]


def test_a_record_states_its_language_itself(call: Call, tmp_path: Path) -> None:
    (tmp_path / "record.json").write_text(json.dumps({"headline": "Kurz"}))
    assert "language (1:1): this field is missing — add language\n" in call("render", "record.json").err
