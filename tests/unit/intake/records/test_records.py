"""Records are read strictly: every fault at once, each with its field, line and column."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.errors import Fault, Rejected
from syndicator.intake.read import read
from syndicator.intake.records.strict import MAX_DEPTH, read_json, read_toml
from syndicator.model.release import Record
from tests.unit.records import record

EXAMPLE = Path(__file__).parents[4] / "examples" / "biom-kawasaki.json"


def faults(body: bytes, reader: Callable[..., Record] = read_json) -> tuple[Fault, ...]:
    with pytest.raises(Rejected) as refusal:
        reader(body)
    return refusal.value.faults


def refused_or_read(body: bytes, reader: Callable[..., Record]) -> Rejected | None:
    try:
        reader(body)
    except Rejected as refusal:
        return refusal
    return None


def places(body: bytes) -> list[str]:
    return [fault.place for fault in faults(body)]


def test_the_example_is_a_record() -> None:
    assert read_json(EXAMPLE.read_bytes()).publisher.name == "BioM Biotech Cluster Development GmbH"


def test_a_byte_order_mark_is_no_fault() -> None:
    assert read_json(b"\xef\xbb\xbf" + json.dumps(record()).encode()).headline == "A headline"


def test_all_faults_come_at_once() -> None:
    body = json.dumps(record(language="German", headline="", contacts=[{"name": "Jane"}], publisher={}))
    assert set(places(body.encode())) == {"language", "headline", "contacts[0]", "publisher.name"}


def test_a_fault_has_line_and_column() -> None:
    text = json.dumps(record(contacts=[{"name": "Jane", "email": "nobody"}]), indent=1)
    (fault,) = faults(text.encode())
    line = text.split("\n")[(fault.line or 0) - 1]
    assert fault.place == "contacts[0].email"
    assert line[(fault.column or 0) - 1 :].startswith('"email"')


def test_faults_stand_in_the_order_of_the_file() -> None:
    text = '{\n"zzz": 1,\n"language": 5,\n"headline": "",\n"body": [],\n"publisher": 1,\n"contacts": 2}'
    assert [fault.line for fault in faults(text.encode())] == [2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("written", "meant"), [("headlin", "headline"), ("Headline", "headline"), ("contact", "contacts")]
)
def test_a_misspelt_field_is_answered_with_the_right_one(written: str, meant: str) -> None:
    found = {fault.place: fault for fault in faults(json.dumps(record(**{written: "x"})).encode())}
    assert found[written].fix == f'did you mean "{meant}"?'


def test_a_misspelt_field_of_a_contact_is_compared_with_those_of_a_contact() -> None:
    body = json.dumps(record(contacts=[{"name": "Jane", "email": "a@b.example", "phon": "1"}]))
    assert faults(body.encode())[0].fix == 'did you mean "phone"?'


def test_a_list_whose_elements_are_faulty_is_not_called_too_short() -> None:
    assert places(json.dumps(record(contacts=[{"name": "Jane"}])).encode()) == ["contacts[0]"]
    assert places(json.dumps(record(body=[{"type": "paragraph", "text": 1}])).encode()) == ["body[0].text"]
    assert places(json.dumps(record(contacts=[])).encode()) == ["contacts"]


def test_a_contact_with_a_fax_alone_is_one_that_nobody_reaches() -> None:
    (fault,) = faults(json.dumps(record(contacts=[{"name": "Jane", "fax": "+49 1"}])).encode())
    assert (fault.place, fault.problem) == ("contacts[0]", "nobody can reach this contact")


@pytest.mark.parametrize(
    ("paragraph", "start", "end", "fits"),
    [
        (1, 0, 6, True),
        (1, 5, 6, True),
        (1, 0, 7, False),
        (1, 3, 3, False),
        (1, 4, 2, False),
        (0, 0, 6, False),
        (2, 0, 1, False),
    ],
)
def test_a_quote_is_a_span_of_a_paragraph(paragraph: int, start: int, end: int, *, fits: bool) -> None:
    body = [{"type": "subheading", "text": "Before"}, {"type": "paragraph", "text": "Words."}]
    quote = {"paragraph": paragraph, "start": start, "end": end, "marks": "\u201c\u201d"}
    refused = refused_or_read(json.dumps(record(body=body, quotes=[quote])).encode(), read_json)
    told = [] if refused is None else [fault.problem for fault in refused.faults]
    assert told == ([] if fits else ["quote 0 lies outside of its paragraph"])


def test_doubled_keys_are_refused_where_they_stand() -> None:
    found = faults(b'{"headline": "one",\n "headline": "two"}')
    assert [(fault.place, fault.line, fault.column) for fault in found if "twice" in fault.problem] == [
        ("headline", 2, 2)
    ]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_refused(number: str) -> None:
    body = json.dumps(record()).replace('"A headline"', number)
    assert [fault.place for fault in faults(body.encode())] == ["headline"]


def test_half_a_character_is_refused_and_the_other_faults_are_named_too() -> None:
    body = json.dumps(record(language="x")).replace("A headline", "\\ud83d")
    assert set(places(body.encode())) == {"headline", "language"}


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert read_json(json.dumps(record()).replace("A headline", "\\ud83d\\ude00").encode()).headline == "\U0001f600"


def test_other_encodings_are_named_with_their_place() -> None:
    (fault,) = faults('{"a":\n "ü"}'.encode("latin-1"))
    assert (fault.line, fault.column) == (2, 3)
    assert "UTF-8" in fault.fix


def test_a_body_over_the_limit_is_refused_unread() -> None:
    with pytest.raises(Rejected, match="at most 10 are read"):
        read_json(b"x" * 11, max_bytes=10)


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"a":' * 100_000, b'{"a":' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}"]
)
def test_deep_nesting_is_refused(body: bytes) -> None:
    assert "nested too deeply" in faults(body)[0].problem


def test_brackets_inside_of_text_are_no_nesting() -> None:
    assert read_json(json.dumps(record(headline="[" * 100)).encode()).headline == "[" * 100


@pytest.mark.parametrize(
    ("body", "place", "fix"),
    [
        (b'{"a": 1,\n}', (1, 8), "remove it"),
        (b'{"a": [1, 2\n, ]}', (2, 1), "remove it"),
        (b'{"a": ]}', (1, 7), "see whether"),
        (b'{"a": 1} {}', (1, 10), "remove what stands behind it"),
        (b'{"a": "b\nc"}', (1, 9), "write a line break"),
    ],
)
def test_syntax_faults_name_the_place_and_the_fix(body: bytes, place: tuple[int, int], fix: str) -> None:
    (fault,) = faults(body)
    assert (fault.line, fault.column) == place
    assert fix in fault.fix


def test_a_number_is_no_text_and_text_is_no_truth() -> None:
    found = {
        fault.place: fault
        for fault in faults(json.dumps(record(headline=5, media=[{"caption": "x", "bytes": "5"}])).encode())
    }
    assert found["headline"].problem == "this is the number 5"
    assert found["media[0].bytes"].fix == "write a whole number"


def test_toml_says_the_same_as_json() -> None:
    text = 'language="en"\nheadline="A"\n[[body]]\ntype="paragraph"\ntext="x"\n[publisher]\nname="P"\n[[contacts]]\nname="J"\nphone="1"\n'
    assert read_toml(text.encode()).contacts[0].phone == "1"
    assert read_toml(("embargo_until=2027-01-23T19:00:00+01:00\n" + text).encode()).embargo_until is not None


def test_toml_faults() -> None:
    assert {fault.place for fault in faults(b"headlin = 1", read_toml)} >= {"headlin", "headline", "body"}
    (twice,) = faults(b"a = 1\na = 2", read_toml)
    assert "TOML" in twice.problem
    assert "too many parts" in faults(b"a." * 100_000 + b"a = 1", read_toml)[0].problem


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for reader in (read_json, read_toml):
        refusal = refused_or_read(body, reader)
        assert refusal is None or refusal.faults


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["headline", "body", "contacts", "type", "text", "x"]), inner, max_size=4)
        ),
    )
)
def test_any_json_is_read_or_refused_with_places(value: object) -> None:
    refusal = refused_or_read(json.dumps(value).encode(), read_json)
    assert refusal is None or all(fault.place and fault.line for fault in refusal.faults)


@pytest.mark.parametrize(("name", "source"), [("x.json", '{"a": %s}'), ("x.toml", "a = %s")])
def test_a_number_without_end_is_refused(name: str, source: str) -> None:
    (fault,) = read((source % ("9" * 6_000)).encode(), name).faults
    assert (fault.problem, fault.fix) == (
        "this holds a number of thousands of digits",
        "write it as text, or leave it out",
    )
