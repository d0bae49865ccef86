import pytest

from syndicator.web.answers import lines


def test_headers_are_lines_one_each() -> None:
    assert lines([(b"etag", b'"a"'), (b"link", '<x>; title="ö"\t'.encode())]) == (
        b'etag: "a"\r\nlink: <x>; title="\xc3\xb6"\t\r\n'
    )


@pytest.mark.parametrize("control", ["\r", "\n", "\0", "\x7f"], ids=repr)
def test_a_value_that_would_begin_another_header_is_refused(control: str) -> None:
    with pytest.raises(ValueError, match="a control character in the header link"):
        lines([(b"etag", b'"a"'), (b"link", f"<x>{control}set-cookie: a=b".encode())])
