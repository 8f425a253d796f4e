"""Many records, few reasons: what is alike is told once, and only what differs is left open."""

from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.sources.reasons import Reason, gather


def test_one_reason_stands_as_it_was_told() -> None:
    why = "has the id '5' of row 6: give it one of its own"
    assert gather([("row 9", why)]) == [Reason(why, 1, [("row 9", [])])]


def test_names_that_differ_are_left_open_and_listed() -> None:
    found = [(f"row {i}", f"'the {i}th boy's hat.png' is not in the folder") for i in range(1, 6)]
    assert gather(found, first=2) == [
        Reason("… is not in the folder", 5, [("row 1", ["the 1th boy's hat.png"]), ("row 2", ["the 2th boy's hat.png"])])
    ]


def test_numbers_that_differ_are_left_open_and_those_that_do_not_are_kept() -> None:
    sizes = [("a.png", "15,000 x 10,000"), ("b.png", "16,000 x 10,000")]
    (reason,) = gather([(where, f"has {size} pixels: at most 80 megapixels are read") for where, size in sizes])
    assert reason == Reason("has … x 10,000 pixels: at most 80 megapixels are read", 2, [("a.png", []), ("b.png", [])])


def test_a_file_is_not_named_beside_itself() -> None:
    (reason,) = gather([(name, f"'{name}' cannot be opened") for name in ("a.png", "b.png")])
    assert reason.first == [("a.png", []), ("b.png", [])]


def test_the_most_frequent_reason_comes_first() -> None:
    found = [("a", "is a link"), ("b", "is encrypted"), ("c", "is encrypted"), ("d", "has a name")]
    assert [(reason.text, reason.count) for reason in gather(found)] == [("is encrypted", 2), ("is a link", 1), ("has a name", 1)]


TEXT = st.text("ab'\"1,. …\n", max_size=12)


@given(st.lists(st.tuples(TEXT, TEXT), max_size=12))
def test_every_record_is_counted_once_and_one_alone_keeps_its_words(found: list[tuple[str, str]]) -> None:
    reasons = gather(found)
    assert sum(reason.count for reason in reasons) == len(found)
    assert all(reason.text in dict(found).values() or reason.count > 1 for reason in reasons if len(found) == len(dict(found)))
    assert all(len(reason.first) == min(3, reason.count) for reason in reasons)
