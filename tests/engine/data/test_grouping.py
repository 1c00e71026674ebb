"""engine/data/grouping.py."""

from random import Random

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from engine.data.grouping import group_names, join


def _names(*lesions_and_patients: tuple[str, str]) -> list[str]:
    return group_names(pd.DataFrame(list(lesions_and_patients), columns=["lesion_id", "patient_id"]))


def test_a_lesion_is_a_group_where_no_patient_is_known() -> None:
    """Without patients the groups are the lesions."""
    assert _names(("a", ""), ("a", ""), ("b", "")) == ["a", "a", "b"]


def test_the_lesions_of_a_patient_are_one_group() -> None:
    """Also the images of a lesion whose patient is named elsewhere, and patients who share a lesion."""
    assert _names(("a", "P"), ("b", "P"), ("b", ""), ("c", "")) == ["P", "P", "P", "c"]
    assert _names(("a", "Q"), ("a", "P"), ("b", "Q")) == ["P", "P", "P"]


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh"))), st.randoms())
def test_what_hangs_together_has_one_name(pairs: list[tuple[str, str]], random: Random) -> None:
    """Both of a pair get the name of the smallest that they hang together with, in whatever order the pairs come."""
    joined = join(pairs)
    name = {node: joined.get(node, node) for pair in pairs for node in pair}
    assert all(name[first] == name[second] for first, second in pairs)
    assert all(name[node] <= node and name[name[node]] == name[node] for node in name)
    shuffled = list(pairs)
    random.shuffle(shuffled)
    assert {node: join(shuffled).get(node, node) for node in name} == name
