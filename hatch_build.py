"""Object code of the kernels in the wheel, where TUIDL_PREBUILD=1 asks for it.

It takes minutes, and the packages that tuidl needs, in the environment that builds:
``TUIDL_PREBUILD=1 pip wheel --no-build-isolation --no-deps .``. Any other wheel has none, and
kernels are compiled at their first use, as they are wherever the object code does not fit.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OBJECTS = "tuidl/kernels/objects"


class PrebuiltKernels(BuildHookInterface[Any]):
    """Compiles the kernels into the package, and has them packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable" or os.environ.get("TUIDL_PREBUILD") != "1":
            return
        folder = Path(self.root, OBJECTS)
        shutil.rmtree(folder, ignore_errors=True)
        command = [sys.executable, "-m", "tuidl.kernels.prebuild", str(folder)]
        subprocess.run(command, cwd=self.root, check=True)
        build_data["artifacts"].append(f"/{OBJECTS}/**")
