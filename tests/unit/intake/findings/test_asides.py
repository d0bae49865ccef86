"""Notes to colleagues that were left in a text: readers must not be the first to see them."""

import pytest

from syndicator.intake.findings.lint import diagnose
from syndicator.intake.read import read

TEXT = "Acme opens a bakery\n\nHull, 1 March 2027 – Acme opened a bakery today. It employs forty people.\n\n"


def warned(line: str, name: str = "x.txt") -> list[tuple[int, str]]:
    findings = diagnose(read((TEXT + line).encode(), name))
    return [(one.line, one.text) for one in findings if one.code == "W129"]


@pytest.mark.parametrize(
    "line",
    [
        "INTERN – bitte noch kürzen: Freigabe des Kanzlers fehlt",
        "[intern] Kaufpreis 12 Mio. Euro",
        "Interner Vermerk, nicht zur Veröffentlichung: Rückfragen zum Kaufpreis bitte nicht beantworten",
        "*Nur für Redaktionen – nicht zur Veröffentlichung bestimmt: Trainerwechsel geplant.*",
        "INTERNAL NOTE: the board has not approved the price",
        "Not for publication: the mayor will resign.",
        "Confidential",
        "Note interne : prix à confirmer",
        "Ne pas publier les noms des mineurs.",
        "Nota interna: no publicar los nombres de los menores.",
        "Da non pubblicare: il prezzo è di 12 milioni",
    ],
)
@pytest.mark.parametrize("name", ["x.txt", "x.md"])
def test_a_line_that_says_so_is_told(line: str, name: str) -> None:
    assert warned(line, name) == [(5, line)]


@pytest.mark.parametrize(
    "line",
    [
        "NOT FOR RELEASE, PUBLICATION OR DISTRIBUTION IN WHOLE OR IN PART IN THE UNITED STATES",
        "Not for publication or distribution in Canada",
        "Not for publication until 1 March 2099",
        "Internal medicine: a new ward opens in May",
        "Internationaler Wettbewerb: Acme gewinnt",
        "Interne Stellenausschreibungen helfen, sagt die Studie.",
        "The report is strictly confidential and was seen by nobody.",
    ],
)
def test_other_lines_are_not(line: str) -> None:
    assert warned(line) == []
