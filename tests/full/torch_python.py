# SPDX-License-Identifier: GPL-3.0-or-later
"""A Python with PyTorch for tests of the suite full, and skipping without one."""
import os
import pathlib
import shutil
import subprocess
import sys


def skip(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(0)


def python_with(*modules):
    """VQD_PEER_PYTHON, the peer test's or this one, where it has all modules;
    without such a one the test is skipped."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or
                         pathlib.Path.home() / ".cache")
    for python in (os.environ.get("VQD_PEER_PYTHON"),
                   cache / "vqdiffusion" / "peer" / "bin" / "python",
                   sys.executable):
        if python and shutil.which(python) and subprocess.run(
                [python, "-c", f"import {', '.join(modules)}"],
                capture_output=True, check=False).returncode == 0:
            return str(python)
    return skip("no Python with PyTorch; VQD_PEER_PYTHON may name one")
