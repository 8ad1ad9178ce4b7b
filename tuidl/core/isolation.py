"""Python files of the current folder stay out of tuidl's own processes.

Imports only what Python has loaded before this module: any other module could be the very file
that is to be kept out. So there is no ``typing`` here, and an error is a line and an exit code.
"""

import _thread
import os
import sys
from importlib.machinery import ModuleSpec, PathFinder

USAGE_ERROR = 2
PYTHON_PATH = "PYTHONPATH"
SEARCH_PATHS = (
    PYTHON_PATH, "PYTHONHOME", "PYTHONPYCACHEPREFIX", "PYTHONUSERBASE",
    "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH",
)  # fmt: skip
"""Folders, or lists of them, in which modules, programs and libraries are looked for. A relative
entry, and an empty one, is a place below the current folder."""
INTERACTIVE = ("PYTHONSTARTUP", "PYTHONINSPECT")
NEEDED = (
    "click", "llvmlite", "msgspec", "numba", "numpy", "PIL", "platformdirs", "plotext", "rich",
    "safetensors", "scipy", "sklearn", "textual", "threadpoolctl", "tomli_w",
)  # fmt: skip
"""What some part of tuidl imports: it is looked for at the start, whatever the command."""
NUMBA_FILE = ".numba_config.yaml"

_isolated = False


class Sentry:
    """A finder before Python's own, which ends the process where a user's file hides a module.

    advice : for each folder where a user's own files lie, what to do about one that hides a module
    """

    def __init__(self, advice: dict[str, str]) -> None:
        self._advice, self._main = advice, _thread.get_ident()

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Nothing; exits with 2 where the module is in one of the folders and installed as well."""
        if path is None:
            for folder, advice in self._advice.items():
                theirs = PathFinder.find_spec(name, [folder])
                if theirs is not None and theirs.has_location and self._is_installed(name):
                    self._refuse(name, str(theirs.origin), advice)
        return None

    def look(self) -> None:
        """Look for what will be imported later, and at what has been imported already."""
        loaded = [
            name for name, module in sys.modules.items()
            if os.path.dirname(getattr(module, "__file__", None) or "") in self._advice
        ]  # fmt: skip
        for name in (*NEEDED, *loaded):
            self.find_spec(name)

    def _is_installed(self, name: str) -> bool:
        installed = [entry for entry in sys.path if entry not in self._advice]
        return PathFinder.find_spec(name, installed) is not None

    def _refuse(self, name: str, file: str, advice: str) -> None:
        line = f"{file}: hides the module {name!r}, which tuidl needs: rename it, or {advice}"
        line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
        if _thread.get_ident() != self._main:
            raise ImportError(line)  # a thread that exits does so in silence
        _say(f"error: {line}")
        raise SystemExit(USAGE_ERROR)


def isolate() -> None:
    """Have this process look for no module, program or library in the current folder.

    Exits with 2, naming the file, where a user's own file hides a module that tuidl needs.
    """
    global _isolated
    if _isolated:
        return
    _isolated = True
    advice = {**_from_path_variable(), **_without_current_folder()}
    kept = cleaned(os.environ)
    for name in os.environ.keys() - kept.keys():
        del os.environ[name]
    os.environ.update(kept)
    if advice:
        sentry = Sentry(advice)
        sys.meta_path.insert(sys.meta_path.index(PathFinder), sentry)
        sentry.look()
    _leave_numba_file_unread()


def cleaned(environment: "os._Environ[str] | dict[str, str]") -> dict[str, str]:
    """The environment without what makes a process look into the folder that it is started in."""
    kept = {name: value for name, value in environment.items() if name not in INTERACTIVE}
    for name in kept.keys() & set(SEARCH_PATHS):
        entries = [entry for entry in kept[name].split(os.pathsep) if os.path.isabs(entry)]
        kept[name] = os.pathsep.join(entries)
        if not entries:
            del kept[name]
    return {**kept, "PYTHONSAFEPATH": "1"}


def _without_current_folder() -> dict[str, str]:
    """Takes the current folder, or a started script's, from ``sys.path``.

    Returns what to do about files in the folders that were there, where that is the current one.
    """
    current, dropped, script = _current_folder(), {}, sys.argv[0]
    first = ("", current, script, os.path.dirname(os.path.realpath(script)))
    if not sys.flags.safe_path and sys.path[0] in first:
        folder = sys.path.pop(0) or current
        if folder == current:
            dropped[folder] = "start tuidl in another folder"
    if sys.pycache_prefix is not None and not os.path.isabs(sys.pycache_prefix):
        sys.pycache_prefix = None
    for entry in _path_variable():
        folder = os.path.abspath(entry) if current else ""
        if not os.path.isabs(entry) and folder in sys.path:
            sys.path.remove(folder)
            dropped[folder] = f"take {entry!r} from {PYTHON_PATH}"
    return dropped


def _from_path_variable() -> dict[str, str]:
    """What to do about files in the folders of PYTHONPATH, except where packages are installed."""
    folders = [entry for entry in _path_variable() if os.path.isabs(entry)]
    return {
        folder: f"take its folder from {PYTHON_PATH}"
        for folder in folders
        if os.path.isdir(folder) and not _has_installed_packages(folder)
    }


def _path_variable() -> list[str]:
    text = "" if sys.flags.ignore_environment else os.environ.get(PYTHON_PATH, "")
    return text.split(os.pathsep) if text else []


def _has_installed_packages(folder: str) -> bool:
    try:
        return any(name.endswith((".dist-info", ".egg-info")) for name in os.listdir(folder))
    except OSError:
        return False


def _current_folder() -> str:
    try:
        return os.getcwd()
    except OSError:  # it was removed
        return ""


def _leave_numba_file_unread() -> None:
    """Numba's settings in the current folder may name a library to load, or a cache of pickles."""
    sys.modules.setdefault("yaml", None)  # type: ignore[arg-type]  # importing it fails then
    if os.path.exists(NUMBA_FILE):
        import warnings

        warnings.filterwarnings("ignore", "A Numba config file is found")
        _say(f"{NUMBA_FILE} in this folder is not read")


def allow_yaml() -> None:
    """Let a package that needs it load YAML, once Numba has read its settings without it."""
    import numba.core.config  # noqa: F401 - reads the settings

    if sys.modules.get("yaml", "") is None:
        del sys.modules["yaml"]


def _say(line: str) -> None:
    if sys.stderr is not None:
        print(f"tuidl: {line}", file=sys.stderr, flush=True)
