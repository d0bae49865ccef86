import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from feeds.text import escape_attribute, escape_content, is_fit_for_xml, unfit_for_xml
from tests.unit.feeds import samples


@pytest.mark.parametrize(
    ("text", "positions"),
    [
        ("", ()),
        ("tab\tnewline\ncarriage\r", ()),
        ("NBSP\u00a0 soft\u00ad C1\x85 LS\u2028 emoji🚀 rtl\u05d0", ()),
        ("\x00", (0,)),
        ("a\x0bb\x1f", (1, 3)),
        ("\ufffe\uffff", (0, 1)),
        ("x\ud800y\udfff", (1, 3)),
        ("\U0001fffe\U0010ffff", ()),
    ],
)
def test_the_unfit_characters_and_their_places(text: str, positions: tuple[int, ...]) -> None:
    assert unfit_for_xml(text) == positions
    assert is_fit_for_xml(text) is (not positions)


@given(st.text(st.characters() | st.characters(categories=["Cs", "Cc", "Cn"]), max_size=5))
def test_unfit_is_exactly_what_lxml_refuses(text: str) -> None:
    element = etree.Element("e")
    if unfit_for_xml(text):
        assert not is_fit_for_xml(text)
        with pytest.raises(ValueError, match=r"XML|surrogates"):
            element.text = text
    else:
        assert is_fit_for_xml(text)
        element.text = text


@given(samples.texts)
def test_escaping_is_that_of_lxml(text: str) -> None:
    element = etree.Element("e", a=text)
    element.text = text
    content = escape_content(text)
    expected = f'<e a="{escape_attribute(content)}">{content}</e>'
    assert etree.tostring(element, encoding="unicode") == expected
