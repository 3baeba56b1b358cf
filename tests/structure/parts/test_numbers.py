"""Keys that say which of what a list is of an item is."""

from __future__ import annotations

import pytest

from specpc.structure.parts.numbers import is_own


@pytest.mark.parametrize(
    ("key", "of", "own"),
    [
        ("InstanceId", "Instances", True),
        ("InstanceId", "DescribeInstances", True),
        ("TopicArn", "Topics", True),
        ("policy_id", "policies", True),
        ("instance-identifier", "instances", True),
        ("userid", "users", True),
        ("OrderNo", "Orders", True),
        ("ImageId", "Instances", False),
        ("id", "Instances", False),
        ("valid", "intervals", False),
        ("Instance", "Instances", False),
        ("", "", False),
    ],
)
def test_a_key_says_which_of_a_list_an_item_is(key: str, of: str, own: bool) -> None:
    assert is_own(key, of) == is_own(key, of, names=False) == own


def test_a_name_is_a_number_only_if_it_is_asked_for() -> None:
    assert is_own("GroupName", "Groups")
    assert not is_own("GroupName", "Groups", names=False)
