"""A release holds a hundred pictures: those that a page has besides are told, not cut off in silence."""

from syndicator.intake.read import read
from tests.unit.intake.pages import HEAD, told


def page(pictures: int) -> bytes:
    shown = "".join(f"<img src='https://acme.example/{place}.jpg' alt='Loaf {place}'>" for place in range(pictures))
    return f"{HEAD}<p>{shown}</p>".encode()


def test_pictures_that_a_release_has_no_room_for_are_told() -> None:
    reading = read(page(103), "x.html")
    assert [media["alt"] for media in reading.draft["media"]] == [f"Loaf {place}" for place in range(100)]
    assert told(reading, "W127") == ["3 pictures or captions, from 'Loaf 100' on, are more than a release holds"]


def test_as_many_pictures_as_a_release_holds_are_no_finding() -> None:
    assert told(read(page(100), "x.html"), "W127") == []


def test_captions_that_a_release_has_no_room_for_are_told() -> None:
    captions = "\n\n".join(f"Photo {place}: Loaf {place}" for place in range(1, 103))
    text = f"Acme opens a bakery\n\nAcme opened a bakery today, for the whole town.\n\nPhoto captions:\n\n{captions}\n"
    reading = read(text.encode(), "x.txt")
    assert len(reading.draft["media"]) == 100
    assert told(reading, "W127") == ["2 pictures or captions, from 'Loaf 101' on, are more than a release holds"]
