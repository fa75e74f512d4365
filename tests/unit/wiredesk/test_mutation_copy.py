"""The copy that is mutated runs the same program."""

import pytest

from tests.mutation.copy import call_decorators, module

SOURCE = '''
class Bag:
    @property
    def size(self):
        """How many."""
        return 3

    @staticmethod
    def other():
        return 4

    @property
    def twice(self):
        return 2 * self.size
'''


def test_a_property_written_as_a_call_is_the_same_property():
    made = call_decorators(SOURCE)
    assert "@property" not in made
    assert "@staticmethod" in made
    names: dict[str, type] = {}
    exec(made, names)
    bag = names["Bag"]()
    assert (bag.size, bag.twice, bag.other()) == (3, 6, 4)


@pytest.mark.parametrize(
    "name",
    ["progress", "progress.py", "wiredesk.engine.in_hand.progress", "shared/wiredesk/engine/in_hand/progress.py"],
)
def test_a_module_is_found_by_its_name_and_by_its_file(name, tmp_path):
    (tmp_path / "wiredesk" / "engine" / "in_hand").mkdir(parents=True)
    (tmp_path / "wiredesk" / "engine" / "in_hand" / "progress.py").touch()
    assert module(tmp_path, name) == "wiredesk.engine.in_hand.progress"
    with pytest.raises(SystemExit):
        module(tmp_path, "elsewhere")
