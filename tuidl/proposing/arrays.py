"""Facts about arrays in NumPy's files."""

from dataclasses import dataclass
from pathlib import Path

from tuidl.core.errors import DataError, PresetError, guess
from tuidl.proposing.array_names import likely_inputs, likely_targets, partners, read_name
from tuidl.proposing.facts import Facts, whole_path
from tuidl.proposing.setting import Setting, Settings
from tuidl.proposing.sources import source_of, stated, target_of
from tuidl.proposing.targets import listed


@dataclass(frozen=True)
class NamedArray:
    """An array of a .npz file, before any is chosen."""

    name: str
    shape: tuple[int, ...]
    dtype: str


def named_arrays(path: Path) -> tuple[tuple[NamedArray, ...], str, str]:
    """The arrays of a .npz file, the name of the probable targets, and why it is they. Raises
    DataError."""
    from tuidl.data.npy_file import npz_header, npz_names

    found = []
    for name in npz_names(path):
        header = npz_header(path, name)
        found.append(NamedArray(name, header.shape, str(header.dtype)))
    if not found:
        raise DataError(f"{path}: no arrays in it")
    likely = likely_targets([each.name for each in found])
    return tuple(found), *(likely or (found[-1].name, "it is the last array"))


def array_facts(
    path: Path,
    target: str | None,
    overrides: tuple[str, ...] = (),
    ignored: tuple[str, ...] | None = None,
) -> Facts:
    """What is known of the arrays in a file; ``target``: the name of the targets' array in a .npz
    file, the file of the targets beside a .npy file. ``ignored``: arrays of a .npz file that are
    not the inputs, None to go by names. Raises DataError and PresetError."""
    settings, notes = _pair(path, target, ignored)
    settings = stated(settings, overrides)
    source = source_of(settings)
    return Facts(
        name=path.stem,
        data=settings,
        rows=source.count(),
        shape=source.spec().shape,
        target=target_of(source),
        notes=notes,
    )


def _pair(
    path: Path, target: str | None, ignored: tuple[str, ...] | None
) -> tuple[Settings, tuple[str, ...]]:
    where = whole_path(path)
    if path.suffix.lower() == ".npy":
        return _files(path, target)
    x, y, notes = _names(path, target, ignored)
    settings = {
        "source": Setting("npz"),
        "path": Setting(where),
        "x": Setting(x, "the array of inputs"),
        "y": Setting(y, "the array of targets"),
    }
    return settings, notes


def _files(path: Path, target: str | None) -> tuple[Settings, tuple[str, ...]]:
    """A .npy file of inputs, and the one of the targets: as it was said, or one beside it that is
    called accordingly."""
    notes: tuple[str, ...] = ()
    if target is None:
        target = str(_file_beside(path))
        name = Path(target).name
        notes = (f"guessed by their names: targets in {name!r} (--target, data.y)",)
    settings = {
        "source": Setting("npy"),
        "x": Setting(whole_path(path), "the inputs"),
        "y": Setting(whole_path(Path(target)), "the targets"),
    }
    return settings, notes


def _file_beside(path: Path) -> Path:
    """The file of the targets in the same folder. Raises PresetError where no name says so, or
    several do."""
    found = partners(path.stem, (p.stem for p in path.parent.glob("*.npy") if p.is_file()))
    if len(found) == 1:
        return path.with_name(f"{found[0]}{path.suffix}")
    problem = "which file holds the targets? --target y.npy, one row for each of the inputs"
    read = read_name(path.stem)
    if found:
        problem = f"{problem} (beside it: {listed([f'{name}.npy' for name in found])})"
    elif read is not None and read.role == "targets":
        problem = f"{path.name} seems to hold targets: name the file of inputs, and this one as"
        problem = f"{problem} --target {path.name}"
    raise PresetError("--target", problem)


def _names(
    path: Path, target: str | None, ignored: tuple[str, ...] | None
) -> tuple[str, str, tuple[str, ...]]:
    """Inputs and targets among the arrays of a .npz file, and what was guessed."""
    from tuidl.data.npy_file import npz_names

    names = npz_names(path)
    y, why = (target, "") if target else likely_targets(names) or (None, "")
    if y is None or y not in names:
        asked = f"no array {target!r}{guess(target, names)}" if target else "which array is it?"
        raise PresetError("--target", f"{asked} (arrays: {listed(names)})")
    others = [name for name in names if name != y]
    if ignored is not None:
        left = [name for name in others if name not in ignored]
        if len(left) != 1:
            told = f"these are left: {listed(left)}" if left else "none is left"
            raise PresetError("data.x", f"one array holds the inputs, but {told}")
        return left[0], y, ()
    x = likely_inputs(others)
    if x is None:
        problem = f"which array holds the inputs? Say data.x in a preset (arrays: {listed(names)})"
        raise PresetError("data.x", problem)
    notes = []
    if target is None or len(others) > 1:
        because = f", as {why}" if why else ""
        notes.append(f"guessed: inputs {x!r} (data.x), targets {y!r}{because} (--target, data.y)")
    if unused := [name for name in others if name != x]:
        notes.append(f"not used: {listed(unused)}")
    return x, y, tuple(notes)
