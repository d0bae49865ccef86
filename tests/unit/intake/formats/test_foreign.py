"""Files that look like text and are none: refused by what they are."""

import pytest

from syndicator.intake.read import read

MAIL = """\
Return-Path: <jane@acme.example>
Received: from a.example (a.example [192.0.2.1])
\tby b.example with ESMTPS; Wed, 3 Mar 2027 09:00:00 +0100
From: Jane Doe <jane@acme.example>
Subject: =?UTF-8?Q?Acme_er=C3=B6ffnet?=
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b1"

--b1
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Acme er=C3=B6ffnet eine B=C3=A4ckerei
"""


@pytest.mark.parametrize("name", ["mail.eml", "mail.txt", "mail"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_stored_mail_is_refused_for_what_it_is(name: str, ends: str) -> None:
    [fault] = read(MAIL.replace("\n", ends).encode(), name).faults
    assert fault.problem == "this is a mail as mail programs store it"
    assert "copy its text" in fault.fix


@pytest.mark.parametrize(
    "text",
    [
        "From: Jane Doe\nSubject: Acme opens\nDate: 3 March 2027\n\nAcme opened a bakery today.",
        "Acme opens\n\nContent-Type: text/plain is what the bakery sends.",
        "Headline: Acme opens\n\nMIME-Version: 1.0 is old.",
    ],
)
def test_a_text_below_a_copied_header_is_read(text: str) -> None:
    assert read(text.encode(), "x.txt").faults == ()


def test_a_long_header_is_read_once() -> None:
    assert read(b"a:\n b\n" * 100_000, "x.txt").format == "text"
