"""Files that go with a release: what they are by their bytes, and pictures made anew without what nobody should see.

A picture is decoded and written again, always: place and camera in its metadata, thumbnails of what was cut
away, comments and whatever hides behind its last byte do not survive that. What is no picture stays as it is.
"""

import re
import struct
import warnings
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Final, NoReturn

from PIL import Image, ImageCms, ImageOps

from syndicator.errors import Fault, Rejected
from syndicator.intake.media.pieces import has_too_many

MAX_PIXELS: Final = 25_000_000
"""About 100 MB once decoded. Told from the header, before anything is decoded."""

_QUALITY: Final = 92
_LONGEST_SIDE: Final = 65_500
"""Of a JPEG: libjpeg's JPEG_MAX_DIMENSION."""

_KINDS: Final = "JPEG, PNG, GIF, WebP, TIFF, PDF, MP4, M4A or MP3"
_HEAD_BYTES: Final = 512
_SVG: Final = re.compile(rb"<(?:\?xml|!doctype|svg|html|!--)", re.IGNORECASE)
_AUDIO_BRANDS: Final = {b"M4A ", b"M4B "}
_VIDEO_BRANDS: Final = {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash"}
# Second byte of an MPEG layer III frame: version 1, 2 or 2.5, with or without a checksum.
_MP3_FRAMES: Final = frozenset(b"\xfb\xfa\xf3\xf2\xe3\xe2")
_BROKEN: Final = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    UserWarning,
)
"""What Pillow raises for bytes that are not what they seem; a warning only where warnings are errors."""

warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


@dataclass(frozen=True, slots=True)
class CleanFile:
    """The bytes as they are served, their type by content, and a picture's size in pixels."""

    content: bytes
    type: str
    width: int | None = None
    height: int | None = None


def clean(content: bytes, *, max_bytes: int, max_pixels: int = MAX_PIXELS) -> CleanFile:
    """The file as it may be served. Pictures leave as JPEG or PNG in sRGB, upright and without metadata.

    Rejected for what is too large, broken, or of another kind; SVG and HTML are programs and never taken.
    """
    if len(content) > max_bytes:
        _refuse(f"this file has {len(content):,} bytes", f"at most {max_bytes:,} are taken")
    kind = kind_of(content)
    if kind not in _PICTURES:
        return CleanFile(content, kind)
    made = _picture(content, kind, max_pixels)
    if len(made.content) > max_bytes:
        _refuse(f"as a picture for the web this has {len(made.content):,} bytes", f"at most {max_bytes:,} are taken")
    return made


def kind_of(content: bytes) -> str:
    """The media type that the first bytes tell, whatever the file's name says. Rejected for all others."""
    for media_type, magic in _MAGIC.items():
        if content.startswith(magic):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp" and content[8:12] in _AUDIO_BRANDS | _VIDEO_BRANDS:
        return "audio/mp4" if content[8:12] in _AUDIO_BRANDS else "video/mp4"
    if content[:3] == b"ID3" or (content[:1] == b"\xff" and content[1:2] and content[1] in _MP3_FRAMES):
        return "audio/mpeg"
    return _refuse_kind(content)


_MAGIC: Final[dict[str, bytes | tuple[bytes, ...]]] = {
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/tiff": (b"II*\x00", b"MM\x00*"),
    "application/pdf": b"%PDF-",
}
_PICTURES: Final = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/tiff": "TIFF",
    "image/webp": "WEBP",
}
_DRAWN: Final = {"image/png", "image/gif"}
"""Kinds that hold drawings and screenshots: JPEG would blur them."""


def _picture(content: bytes, kind: str, max_pixels: int) -> CleanFile:
    if has_too_many(content, kind):
        _refuse("this picture is made of more pieces than any program writes", "export it anew, and send that")
    try:
        with Image.open(BytesIO(content), formats=(_PICTURES[kind],)) as opened:
            _refuse_large(opened.size, max_pixels)
            shown = _in_srgb(ImageOps.exif_transpose(opened))
    except _BROKEN as error:
        if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
            _refuse_large((max_pixels + 1, 1), max_pixels)
        fault = Fault("file", f"this {kind} cannot be read as a picture", "open it, export it anew, and send that")
        raise Rejected([fault]) from error
    as_png = kind in _DRAWN or shown.mode == "RGBA"
    if not as_png and max(shown.size) > _LONGEST_SIDE:
        _refuse(f"this picture is longer than {_LONGEST_SIDE:,} pixels on one side", "scale it down, or cut it")
    target = BytesIO()
    if as_png:
        shown.save(target, "PNG")
    else:
        shown.save(target, "JPEG", quality=_QUALITY, progressive=True)
    return CleanFile(target.getvalue(), "image/png" if as_png else "image/jpeg", *shown.size)


def _refuse_large(size: tuple[int, int], max_pixels: int) -> None:
    if size[0] * size[1] > max_pixels:
        _refuse(f"this picture has more than {max_pixels:,} pixels", "scale it down, to 6,000 by 4,000 for example")


def _in_srgb(image: Image.Image) -> Image.Image:
    """Grey, RGB or RGBA in sRGB, and nothing beside the pixels."""
    profile = image.info.get("icc_profile")
    mode = "RGBA" if image.has_transparency_data else "L" if image.mode in {"1", "L"} else "RGB"
    if image.mode.startswith(("I", "F")):
        image, mode = _eight_bits(image), "L"
    if profile and image.mode in {"RGB", "RGBA", "CMYK"}:
        image = _converted(image, profile)
    image = image.convert(mode)
    image.info = {}
    return image


def _eight_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 bits brought to 8: Pillow would cut off what is above 255."""
    if image.mode == "F":
        return image.convert("L")
    return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")


def _converted(image: Image.Image, profile: bytes) -> Image.Image:
    """Its colours in sRGB; as they are, where the profile cannot be used."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        made = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, TypeError):
        return image
    return image if made is None else made


def _refuse_kind(content: bytes) -> NoReturn:
    if not content:
        _refuse("this file is empty", "see whether it was saved or copied to its end")
    if _SVG.match(content[:_HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")):
        _refuse("SVG, HTML and XML can run programs and are not taken", "export it as PNG")
    if content[4:8] == b"ftyp":
        _refuse("this is HEIC, AVIF or a film of another kind", "export it as JPEG or MP4 (H.264)")
    _refuse("this file is of no kind that is taken", f"send {_KINDS} as the body itself, not as a form")


def _refuse(problem: str, fix: str) -> NoReturn:
    raise Rejected([Fault("file", problem, fix)])
