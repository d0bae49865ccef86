"""Real files made by Pillow: what comes out is a picture and nothing else, and what is none is refused."""

import struct
import tracemalloc
import zlib
from io import BytesIO
from random import Random
from typing import Any

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from syndicator.errors import Rejected
from syndicator.intake.media.pictures import clean, kind_of

LIMIT = 2_000_000
GPS_IFD, ORIENTATION, MAKE = 0x8825, 0x0112, 0x010F
SECRET = b"Geheime Redaktion"


def picture(form: str, mode: str = "RGB", size: tuple[int, int] = (40, 20), **options: Any) -> bytes:
    target = BytesIO()
    image = Image.new(mode, size, 0 if mode in {"L", "1", "P"} else None)
    image.paste("red" if mode in {"RGB", "RGBA", "CMYK"} else 1, (0, 0, size[0] // 2, size[1] // 2))
    image.save(target, form, **options)
    return target.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def problem(content: bytes, **limits: int) -> str:
    with pytest.raises(Rejected) as refused:
        clean(content, **{"max_bytes": LIMIT, **limits})
    (fault,) = refused.value.faults
    assert fault.place == "file"
    assert fault.fix
    return fault.problem


def noise_of(count: int) -> bytes:
    return Random(count).randbytes(count)  # noqa: S311 (the same in every run)


def with_exif() -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[MAKE] = SECRET.decode()
    exif.get_ifd(GPS_IFD).update({1: "N", 2: (48.0, 8.0, 14.0), 3: "E", 4: (11.0, 34.0, 31.0)})
    return picture("JPEG", exif=exif, comment=SECRET)


@pytest.mark.parametrize(
    ("form", "mode", "expected"),
    [
        ("JPEG", "RGB", "image/jpeg"),
        ("JPEG", "L", "image/jpeg"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("PNG", "RGB", "image/png"),
        ("PNG", "RGBA", "image/png"),
        ("PNG", "P", "image/png"),
        ("PNG", "1", "image/png"),
        ("GIF", "P", "image/png"),
        ("WEBP", "RGB", "image/jpeg"),
        ("WEBP", "RGBA", "image/png"),
        ("TIFF", "RGB", "image/jpeg"),
        ("TIFF", "CMYK", "image/jpeg"),
    ],
)
def test_every_picture_leaves_as_jpeg_or_png(form: str, mode: str, expected: str) -> None:
    made = clean(picture(form, mode), max_bytes=LIMIT)
    image = opened(made.content)
    assert (made.type, made.width, made.height) == (expected, 40, 20)
    assert image.size == (40, 20)
    assert Image.MIME[image.format or ""] == expected
    assert image.mode in {"L", "RGB", "RGBA"}


def test_place_camera_and_comment_are_gone_and_the_picture_stands_upright() -> None:
    source = with_exif()
    assert opened(source).getexif().get_ifd(GPS_IFD)
    assert SECRET in source
    made = clean(source, max_bytes=LIMIT)
    image = opened(made.content)
    assert not image.getexif()
    assert "comment" not in image.info
    assert SECRET not in made.content
    assert (made.width, made.height) == (20, 40)
    red, black = image.convert("RGB").getpixel((15, 5)), image.convert("RGB").getpixel((3, 35))
    assert isinstance(red, tuple)
    assert isinstance(black, tuple)
    assert red[0] > 200, "turned by a quarter to the right: what was left on top is right on top"
    assert black[0] < 50


@pytest.mark.parametrize("form", ["PNG", "GIF", "TIFF", "WEBP"])
def test_no_text_of_any_kind_survives(form: str) -> None:
    comment = PngInfo()
    comment.add_text("Comment", SECRET.decode())
    told: dict[str, dict[str, Any]] = {
        "PNG": {"pnginfo": comment},
        "GIF": {"comment": SECRET},
        "TIFF": {"description": SECRET.decode()},
        "WEBP": {"xmp": SECRET},
    }
    source = picture(form, "P" if form == "GIF" else "RGB", **told[form])
    assert SECRET in source
    assert SECRET not in clean(source, max_bytes=LIMIT).content


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF"])
def test_what_hides_behind_the_last_byte_is_gone(form: str) -> None:
    page = b"<script>alert(1)</script>PK\x03\x04"
    made = clean(picture(form, "P" if form == "GIF" else "RGB") + page, max_bytes=LIMIT)
    assert b"<script>" not in made.content
    assert b"PK\x03\x04" not in made.content


def test_transparency_stays() -> None:
    image = opened(clean(picture("PNG", "RGBA"), max_bytes=LIMIT).content)
    assert image.getpixel((39, 19)) == (0, 0, 0, 0)
    gif = Image.new("P", (4, 4), 3)
    target = BytesIO()
    gif.save(target, "GIF", transparency=3)
    assert opened(clean(target.getvalue(), max_bytes=LIMIT).content).getpixel((0, 0)) in {(0, 0, 0, 0), (1, 1, 1, 0)}


def test_colours_are_brought_to_srgb_and_the_profile_is_gone() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    made = opened(clean(picture("JPEG", icc_profile=lab), max_bytes=LIMIT).content)
    assert "icc_profile" not in made.info
    broken = opened(clean(picture("JPEG", icc_profile=b"no profile" * 20), max_bytes=LIMIT).content)
    assert "icc_profile" not in broken.info


def test_sixteen_bits_of_grey_keep_their_shades() -> None:
    image = Image.new("I;16", (8, 8), 32768)
    target = BytesIO()
    image.save(target, "PNG")
    assert opened(clean(target.getvalue(), max_bytes=LIMIT).content).getpixel((0, 0)) in {127, 128}


def test_the_same_bytes_make_the_same_picture() -> None:
    assert clean(with_exif(), max_bytes=LIMIT) == clean(with_exif(), max_bytes=LIMIT)


def bomb(width: int, height: int) -> bytes:
    """A PNG whose header promises pixels; its data are a few bytes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("width", "height"), [(5001, 5000), (10_000, 10_000), (20_000, 20_000), (2**31 - 1, 2**31 - 1)]
)
def test_a_bomb_is_refused_by_its_header(width: int, height: int) -> None:
    tracemalloc.start()
    assert "pixels" in problem(bomb(width, height))
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def jpeg_of(*, scans: int, comments: int = 0, behind: bytes = b"") -> bytes:
    target = BytesIO()
    Image.new("RGB", (40, 30)).save(target, "JPEG", progressive=True)
    content = target.getvalue()
    last = content.rfind(b"\xff\xda")
    whole = content[:2] + b"\xff\xfe\x00\x02" * comments + content[2:-2]
    return whole + content[last:-2] * (scans - whole.count(b"\xff\xda")) + content[-2:] + behind


def png_of(chunks: int) -> bytes:
    target = BytesIO()
    Image.new("RGB", (40, 30)).save(target, "PNG")
    content = target.getvalue()
    nothing = b"\x00\x00\x00\x00noNe" + zlib.crc32(b"noNe").to_bytes(4)
    return content[:-12] + nothing * (chunks - 3) + content[-12:]


@pytest.mark.parametrize(
    "content",
    [jpeg_of(scans=101), jpeg_of(scans=10, comments=10_000), png_of(100_001)],
    ids=["scans of a JPEG", "segments of a JPEG", "chunks of a PNG"],
)
def test_a_picture_of_more_pieces_than_programs_write_is_refused_before_it_is_decoded(content: bytes) -> None:
    with pytest.raises(Rejected, match="more pieces"):
        clean(content, max_bytes=LIMIT)


@pytest.mark.parametrize(
    "content",
    [jpeg_of(scans=100), jpeg_of(scans=10, behind=b"\xff\xda" * 200), png_of(99_999)],
    ids=["scans of a JPEG", "a film behind its end", "chunks of a PNG"],
)
def test_a_picture_of_many_pieces_is_taken(content: bytes) -> None:
    assert clean(content, max_bytes=LIMIT).width == 40


@pytest.mark.parametrize("size", [(65_501, 3), (3, 65_501)])
def test_a_picture_that_no_jpeg_can_hold_is_refused(size: tuple[int, int]) -> None:
    assert "65,500 pixels on one side" in problem(picture("TIFF", size=size))
    assert clean(picture("TIFF", size=(65_500, 3)), max_bytes=LIMIT).width == 65_500


def test_both_limits_count() -> None:
    content = picture("PNG")
    assert clean(content, max_bytes=len(content), max_pixels=800).type == "image/png"
    assert "pixels" in problem(content, max_pixels=799)
    assert "bytes" in problem(content, max_bytes=len(content) - 1)
    noise = Image.frombytes("RGB", (200, 200), noise_of(120_000))
    target = BytesIO()
    noise.save(target, "GIF")
    assert "for the web" in problem(target.getvalue(), max_bytes=len(target.getvalue()))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "TIFF"])
@pytest.mark.parametrize("part", [0.3, 0.6])
def test_half_a_picture_is_refused(form: str, part: float) -> None:
    noise = Image.frombytes("RGB", (64, 64), noise_of(64 * 64 * 3))
    target = BytesIO()
    noise.save(target, form)
    content = target.getvalue()
    assert "cannot be read" in problem(content[: int(len(content) * part)])


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "TIFF"])
def test_any_damage_is_refused_or_harmless(form: str) -> None:
    chance = Random(form)  # noqa: S311 (damage that is the same in every run)
    content = picture(form, "P" if form == "GIF" else "RGB")
    for _ in range(200):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 6)):
            damaged[chance.randrange(8, len(damaged))] = chance.randrange(256)
        try:
            made = clean(bytes(damaged), max_bytes=LIMIT)
        except Rejected:
            continue
        assert opened(made.content).size == (made.width, made.height)


@pytest.mark.parametrize(
    "content",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b'\xef\xbb\xbf \n<?xml version="1.0"?><svg/>',
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"<!-- x --><svg/>",
    ],
)
def test_programs_are_no_pictures(content: bytes) -> None:
    assert "run programs" in problem(content)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"MZ\x90", b"PK\x03\x04", b"text", b"\x00\x00\x00\x1cftypheic", b"BM" + bytes(60), b"\xff\xf1AAC"],
)
def test_what_is_of_no_known_kind_is_refused(content: bytes) -> None:
    problem(content)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "application/pdf"),
        (b"\x00\x00\x00\x20ftypisom\x00\x00", "video/mp4"),
        (b"\x00\x00\x00\x20ftypM4A \x00\x00", "audio/mp4"),
        (b"ID3\x04\x00", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio/mpeg"),
    ],
)
def test_other_files_stay_as_they_are(content: bytes, kind: str) -> None:
    made = clean(content, max_bytes=LIMIT)
    assert (made.content, made.type, made.width) == (content, kind, None)
    assert kind_of(content) == kind


def test_an_empty_file_is_refused_as_that() -> None:
    assert problem(b"") == "this file is empty"
