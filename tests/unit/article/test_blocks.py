"""What a body and its media look like as HTML and as text: numbers, heads of tables and captions stay what they are."""

from datetime import date

import pytest
from pydantic import TypeAdapter

from syndicator.article.html import block_html, media_html
from syndicator.article.plaintext import block_text, caption_text
from syndicator.bootstrap import read_networks
from syndicator.model.body import Block
from syndicator.model.media import Media

ATTACHED = next(iter(read_networks(None))).attach("en", date(2027, 5, 1))
PICTURE = "https://acme.example/a.jpg"


@pytest.mark.parametrize(
    ("block", "html", "text"),
    [
        ({"type": "paragraph", "text": "R&D\n<b>"}, "<p>R&amp;D<br>&lt;b&gt;</p>", "R&D\n<b>"),
        ({"type": "subheading", "text": "Bread"}, "<h2>Bread</h2>", "Bread"),
        ({"type": "list", "points": ["a", "b"]}, "<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        (
            {"type": "list", "ordered": True, "points": ["a", "b"]},
            "<ol><li>a</li><li>b</li></ol>",
            "1. a\n2. b",
        ),
        (
            {"type": "list", "ordered": True, "start": 9, "points": ["a", "b"]},
            '<ol start="9"><li>a</li><li>b</li></ol>',
            "9. a\n10. b",
        ),
        (
            {"type": "table", "header": ["Year", "€"], "rows": [["2026", "9"], ["2027", "<8"]]},
            (
                '<table><thead><tr><th scope="col">Year</th><th scope="col">€</th></tr></thead><tbody>'
                "<tr><td>2026</td><td>9</td></tr><tr><td>2027</td><td>&lt;8</td></tr></tbody></table>"
            ),
            "Year\t€\n2026\t9\n2027\t<8",
        ),
        (
            {"type": "table", "rows": [["2026", "9"]]},
            "<table><tbody><tr><td>2026</td><td>9</td></tr></tbody></table>",
            "2026\t9",
        ),
    ],
)
def test_a_block(block: dict[str, object], html: str, text: str) -> None:
    read = TypeAdapter[Block](Block).validate_python(block)
    assert block_html(read) == html
    assert block_text(read) == text


@pytest.mark.parametrize(
    ("media", "shown"),
    [
        (
            Media(
                href=PICTURE, type="image/jpeg", width=6, height=3, alt='A "loaf"', caption="Bread", credit="Jo & Co"
            ),
            (
                f'<figure><img src="{PICTURE}" alt="A &quot;loaf&quot;" width="6" height="3">'
                "<figcaption>{label} 2: Bread (Jo &amp; Co)</figcaption></figure>"
            ),
        ),
        (
            Media(href=PICTURE, type="image/jpeg", width=6),
            f'<figure><img src="{PICTURE}" alt=""><figcaption></figcaption></figure>',
        ),
        (
            Media(href="https://acme.example/a", type="application/pdf", label="Report"),
            '<figure><a href="https://acme.example/a">Report</a><figcaption>Report</figcaption></figure>',
        ),
        (
            Media(href="https://acme.example/a", type="application/pdf"),
            '<figure><a href="https://acme.example/a">application/pdf</a><figcaption></figcaption></figure>',
        ),
        (
            Media(href="https://acme.example/a"),
            '<figure><a href="https://acme.example/a">https://acme.example/a</a><figcaption></figcaption></figure>',
        ),
        (Media(caption="Bread", label="Loaf", credit="Jo"), "<p>Loaf: Bread (Jo)</p>"),
    ],
)
def test_a_file_is_shown_under_its_number_and_one_without_caption_and_address_is_not(media: Media, shown: str) -> None:
    labels = ATTACHED.template.labels
    nothing_to_show = Media(sha256="0" * 64)
    heading = f"<h2>{labels.captions.rstrip(':')}</h2>"
    assert media_html([nothing_to_show, media], ATTACHED, "en") == heading + shown.replace("{label}", labels.media)
    assert media_html([nothing_to_show], ATTACHED, "en") == ""


@pytest.mark.parametrize(
    ("media", "said"),
    [
        (Media(caption="Bread"), "Bread"),
        (Media(caption="Bread", credit="Jo & Co"), "Bread (Jo & Co)"),
        (Media(caption="Bread", rights="Free until May"), "Bread (Free until May)"),
        (Media(caption="Bread", credit="Jo", rights="Free until May"), "Bread (Jo; Free until May)"),
        (Media(caption="Bread. © Jo", credit="Jo"), "Bread. © Jo"),
        (Media(caption="Bread. Credit: Jo", credit="Jo"), "Bread. Credit: Jo"),
        (Media(caption="Bread (Photo: Jo)", credit="Jo", rights="Free"), "Bread (Photo: Jo) (Free)"),
        (Media(caption="Bread (Jo)", credit="Jo"), "Bread (Jo)"),
        (Media(caption="Bread [Jo]", credit="Jo"), "Bread [Jo]"),
        (Media(caption="Bread \u00a9 Jo (Mill", credit="Jo (Mill"), "Bread \u00a9 Jo (Mill"),
        (Media(caption="Bread. Credit: Jonas", credit="Jo"), "Bread. Credit: Jonas (Jo)"),
        (Media(caption="At Jo's: Jo bakes bread", credit="Jo's"), "At Jo's: Jo bakes bread (Jo's)"),
        (Media(caption="Bread of the Mill", credit="Mill"), "Bread of the Mill (Mill)"),
        (Media(caption="Bread \u00a9 Jo", credit="\u00a9 Jo"), "Bread \u00a9 Jo"),
        (Media(caption="Bread. Photo: Jo", credit="Photo: Jo"), "Bread. Photo: Jo"),
        (Media(caption="Bread. Photo: Jonas", credit="Photo: Jo"), "Bread. Photo: Jonas (Photo: Jo)"),
        (Media(caption="Bread", credit="Acme Ltd", rights="Acme Ltd"), "Bread (Acme Ltd)"),
    ],
)
def test_credit_and_terms_stand_behind_a_caption_that_does_not_name_them_itself(media: Media, said: str) -> None:
    """Who takes the text alone prints the picture, too; and nobody is named twice."""
    expected = f"Loaf: {said}"
    media = media.model_copy(update={"label": "Loaf"})
    assert caption_text(media, 1, ATTACHED) == expected
    shown = f"<p>{expected.replace('&', '&amp;')}</p>"
    assert media_html([media], ATTACHED, "en").endswith(f"</h2>{shown}")
