"""What stands around the text of a Word document and is passed over with all that it holds, unless it is called
otherwise: fields of one element, words that run the other way, readings above words, ovals.

Expects an archive that was judged (``docx.py``): its XML declares no entities and is not too large.
Source: ISO/IEC 29500-1, sections 17.3.2.3, 17.3.2.8, 17.3.3.25 and 17.16.19.
"""

import io
import re
import zipfile
from typing import Final

from lxml import etree

from syndicator.intake.formats.word_parts import is_read, parsed

# Each by the name of one that mammoth looks into, or that it knows to be the same.
_NAMES: Final = {
    "fldSimple": "smartTag",
    "bdo": "smartTag",
    "dir": "smartTag",
    "ruby": "smartTag",
    "rubyBase": "smartTag",
    "cr": "br",
    "ptab": "tab",
    "oval": "shape",
    "line": "shape",
    "arc": "shape",
    "curve": "shape",
    "polyline": "shape",
}
_SIGN: Final = re.compile(rf"<(?:\w+:)?(?:{'|'.join(_NAMES)})[\s/>]".encode())


def unframed_docx(body: bytes) -> bytes:
    """A Word document in which such elements have names that are looked into.

    Raises:
        SyntaxError: for a part that is no XML.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as archive, zipfile.ZipFile(packed, "w") as unframed:
        for name in archive.namelist():
            part = archive.read(name)
            unframed.writestr(name, _unframed(part) if is_read(name) and _SIGN.search(part) else part)
    return packed.getvalue()


def _unframed(part: bytes) -> bytes:
    root = parsed(part)
    for element in root.iter(*(f"{{*}}{name}" for name in _NAMES)):
        name = etree.QName(element)
        element.tag = f"{{{name.namespace}}}{_NAMES[name.localname]}"
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
