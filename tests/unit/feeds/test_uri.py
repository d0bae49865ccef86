import pytest

from feeds.uri import mailto_of, uri_of


@pytest.mark.parametrize(
    "address",
    ["https://wire.example", "https://wire.example:8443/a%20b/?x=1&y=%C3%B6#top", "http://127.0.0.1:8080/media/x"],
)
def test_a_uri_stays_as_it_is(address: str) -> None:
    assert uri_of(address) == address


@pytest.mark.parametrize(
    ("iri", "uri"),
    [
        # InvalidURLAttribute: an enclosure's address is a URI.
        (
            "https://bilder.example/föto 1%20.jpg?größe=1&x=2#ä",
            "https://bilder.example/f%C3%B6to%201%20.jpg?gr%C3%B6%C3%9Fe=1&x=2#%C3%A4",
        ),
        ("https://straße.example:8443/ö", "https://xn--strae-oqa.example:8443/%C3%B6"),
        ("https://a.example/x[1]", "https://a.example/x%5B1%5D"),
        ("https://BÜRO.example/", "https://xn--bro-hoa.example/"),
        ("https://eva@wire.example/ö", "https://eva@wire.example/%C3%B6"),
        ("https://\u2603\u200d.example/", "https://\u2603\u200d.example/"),
    ],
)
def test_an_iri_becomes_the_uri_of_the_same_resource(iri: str, uri: str) -> None:
    assert uri_of(iri) == uri
    assert uri_of(uri) == uri


@pytest.mark.parametrize(
    ("email", "link"),
    [
        ("Jane.O'Neil+press@Acme.example", "mailto:Jane.O'Neil+press@Acme.example"),
        # "?" would begin the fields of a header: a copy to somebody else.
        ("jane?bcc=x@acme.example", "mailto:jane%3Fbcc%3Dx@acme.example"),
        ("r&d#1%20/2@acme.example", "mailto:r%26d%231%2520%2F2@acme.example"),
        ("jörg@müller.example", "mailto:j%C3%B6rg@m%C3%BCller.example"),
    ],
)
def test_a_link_to_an_address_is_to_this_address_alone(email: str, link: str) -> None:
    assert mailto_of(email) == link
