"""Pieces that were compressed apart make one gzip file that everybody reads."""

import gzip
import zlib

from hypothesis import given
from hypothesis import strategies as st
from isal import igzip

from feeds.packed import Piece, constant, gzipped, piece

bodies = st.lists(st.binary(max_size=200).map(lambda seed: seed * 40), min_size=1, max_size=6)


@given(bodies)
def test_the_file_holds_the_bodies_in_their_order(some: list[bytes]) -> None:
    packed = gzipped(map(piece, some))
    whole = b"".join(some)
    assert gzip.decompress(packed) == whole
    assert igzip.decompress(packed) == whole  # type: ignore[no-untyped-call]


@given(bodies)
def test_it_is_one_member_with_nothing_behind_it(some: list[bytes]) -> None:
    reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
    assert reader.decompress(gzipped(map(piece, some))) == b"".join(some)
    assert reader.eof
    assert reader.unused_data == b""


@given(bodies)
def test_the_same_pieces_make_the_same_file(some: list[bytes]) -> None:
    assert gzipped(map(piece, some)) == gzipped([*map(constant, some)])


def test_of_a_size_beyond_32_bits_the_low_ones_are_told() -> None:
    """RFC 1952, section 2.3.1: the size modulo 2**32."""
    assert gzipped([Piece(b"", 0, 2**32), Piece(b"", 0, 5)]).endswith((5).to_bytes(4, "little"))
