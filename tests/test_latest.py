"""Which newer version breaks what: told from what passes once it is put back."""

from tests.latest import blamed, newer, versions


def test_versions_are_those_of_this_machine() -> None:
    text = "# made by hand\nTorch==2.13.0\nnvidia-cublas==13.1\nwin==1 ; sys_platform == 'win32'\nnew_name==2.0"
    assert versions(text) == {"torch": "2.13.0", "new-name": "2.0"}


def test_what_differs_from_the_lock_is_newer() -> None:
    assert newer({"a": "1", "b": "1"}, {"a": "1", "b": "2", "c": "1"}) == ["b", "c"]


def test_each_package_is_blamed_for_what_passes_without_it() -> None:
    failing = {"a": {"t2", "t3"}, "b": {"t1", "t3"}, "c": {"t1", "t2", "t3"}}  # with the old a, t1 passes
    assert blamed({"t1", "t2", "t3"}, failing, failing.__getitem__) == {"a": {"t1"}, "b": {"t2"}, "": {"t3"}}
    assert blamed({"t1"}, ["a"], lambda _: set()) == {"a": {"t1"}}
