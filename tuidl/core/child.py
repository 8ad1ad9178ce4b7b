"""Runs a module as ``python -m`` does, in a process that is isolated from the current folder.

    python -P child.py FOLDER_OF_ITS_PACKAGE MODULE [ARGUMENTS]

Packages come from where the parent process has them, whatever else ``sys.path`` may hold. Imports
nothing before ``isolate`` that a user's file could hide.
"""

import os
import sys
from importlib.util import module_from_spec, spec_from_file_location


def provide(folder: str) -> None:
    """Load the package that lies in ``folder``, unless it is loaded."""
    name, start = os.path.basename(folder), os.path.join(folder, "__init__.py")
    if name in sys.modules:
        return
    if not os.path.exists(start):
        sys.path.append(os.path.dirname(folder))  # a namespace, which has no file of its own
        return
    spec = spec_from_file_location(name, start, submodule_search_locations=[folder])
    assert spec is not None
    assert spec.loader is not None
    sys.modules[name] = package = module_from_spec(spec)
    spec.loader.exec_module(package)


def main(folder: str, module: str, *arguments: str) -> None:
    provide(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    from tuidl.core.isolation import isolate

    isolate()
    provide(folder)
    import runpy

    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
