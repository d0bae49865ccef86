"""Media RSS (https://www.rssboard.org/media-rss) for the files of an entry.

feedgen's own extension has no caption, credit or copyright and puts all images into
one group, which means "the same picture in several sizes". Here every file stands for
itself.
"""

from lxml import etree

from feeds.elements import MEDIA_RSS, add
from feeds.model import Enclosure

_MEDIA = f"{{{MEDIA_RSS}}}"


def medium_of(enclosure: Enclosure) -> str:
    """image, audio, video or document."""
    family = enclosure.type.partition("/")[0]
    return family if family in {"image", "audio", "video"} else "document"


def add_media(element: etree._Element, enclosure: Enclosure) -> None:
    medium = medium_of(enclosure)
    content = add(
        element,
        f"{_MEDIA}content",
        url=enclosure.url,
        type=enclosure.type,
        medium=medium,
        fileSize=enclosure.length or None,
        width=enclosure.width,
        height=enclosure.height,
    )
    if enclosure.title:
        add(content, f"{_MEDIA}title", enclosure.title, type="plain")
    if enclosure.description:
        add(content, f"{_MEDIA}description", enclosure.description, type="plain")
    if enclosure.credit:
        _add_credit(content, enclosure.credit, medium)
    if enclosure.copyright:
        add(content, f"{_MEDIA}copyright", enclosure.copyright)


def _add_credit(content: etree._Element, credit: str, medium: str) -> None:
    # Roles come from the EBU list, which knows no owner; only for pictures is ours certain.
    role = "photographer" if medium == "image" else None
    add(content, f"{_MEDIA}credit", credit, role=role, scheme="urn:ebu" if role else None)
