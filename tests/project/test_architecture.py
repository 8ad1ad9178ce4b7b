"""docs/architecture.md says of rooms and files what is there."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
ROOMS = PAGE.partition("## Rooms")[2].partition("No file imports")[0]


def _contract() -> list[set[str]]:
    """Layers of rooms from the top down, as the linter has them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = project["tool"]["importlinter"]["contracts"]
    layers = next(c for c in contracts if c["name"] == "Imports point one way")["layers"]
    return [set(layer.split(" | ")) for layer in layers]


def test_the_table_of_rooms_is_that_of_the_contract() -> None:
    named = re.findall(r"^\| `(\w+)` \|", ROOMS, re.MULTILINE)
    for layer in reversed(_contract()):
        here, named = set(named[: len(layer)]), named[len(layer) :]
        assert here == layer
    assert not named


def test_every_file_that_it_names_is_there() -> None:
    files = set(re.findall(r"`((?:\w+/)+\w*(?:\.py)?)[:`]", PAGE))
    known = [ROOT, ROOT / "tuidl", ROOT / "tuidl" / "tui"]
    assert len(files) > 50
    missing = [file for file in files if not any((folder / file).exists() for folder in known)]
    made_by_the_recipe = {name for name in missing if "scale" in name}
    assert not set(missing) - made_by_the_recipe, sorted(missing)
