#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Includes point down: plugin -> ui -> core -> kernels.

check-layers.py TREE    a line a breach; exit status 1 when there is one
"""
import pathlib
import re
import sys

# folder -> folders (or files) of ours that it may include; the first match,
# from the most special folder on, counts
MAY_INCLUDE = [
    ("kernels/cpu", ["kernels/"]),
    ("kernels", ["kernels/"]),
    ("core/cli", ["core/cli/", "core/vqd.h"]),
    ("core/base", ["core/base/", "core/vqd.h", "kernels/vqd-backend.h"]),
    ("core/io", ["core/base/", "core/io/", "core/image/vqd-codec-config.h",
                 "core/vqd.h", "kernels/vqd-backend.h"]),
    ("core/text", ["core/base/", "core/io/", "core/text/", "core/vqd.h",
                   "kernels/vqd-backend.h", "kernels/vqd-philox.h"]),
    ("core/image", ["core/base/", "core/io/", "core/image/", "core/vqd.h",
                    "kernels/vqd-backend.h"]),
    ("core/canvas", ["core/base/", "core/canvas/", "core/vqd.h"]),
    ("core/denoiser", ["core/base/", "core/io/", "core/denoiser/",
                       "core/vqd.h", "kernels/vqd-backend.h"]),
    ("core/diffusion", ["core/base/", "core/diffusion/", "core/vqd.h",
                        "kernels/vqd-backend.h"]),
    ("core/sampler", ["core/base/", "core/denoiser/", "core/diffusion/",
                      "core/sampler/", "core/vqd.h", "kernels/vqd-backend.h",
                      "kernels/vqd-philox.h"]),
    ("core", ["core/", "kernels/vqd-backend.h", "kernels/vqd-philox.h"]),
    ("ui", ["ui/", "core/vqd.h"]),
    ("plugin", ["plugin/", "ui/", "core/vqd.h"]),
]
OURS = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
SYSTEM = re.compile(r'^\s*#\s*include\s+<([^>]+)>')

# folder -> system headers that have no place there
FORBIDDEN = [
    ("kernels", r"glib|gio|json-glib|gtk|gegl|libgimp"),
    ("core", r"gtk|gegl|babl|libgimp|cblas|cuda"),
    ("ui", r"gegl|babl|cblas"),
    ("plugin", r"cblas"),
]
# We live inside the user's GIMP: no exit, no abort, no printing. The command
# line is its own process and may.
CALLS = re.compile(r"\b(exit|_exit|abort|printf|puts|system|popen)\s*\(")
MAY_CALL = ("core/cli/",)
MAX_LINES = 800


def inside(path, folder):
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def rule_for(path, rules):
    return next((rule for folder, rule in rules if inside(path, folder)), None)


def code_of(text):
    """The text without comments and strings, lines kept."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, text,
                  flags=re.S)


def check_file(path, text):
    lines = text.split("\n")
    if not lines[0].startswith("/* SPDX-License-Identifier:"):
        yield 1, "the first line is not the SPDX line"
    if len(lines) > MAX_LINES:
        yield len(lines), f"more than {MAX_LINES} lines"

    allowed = rule_for(path, MAY_INCLUDE)
    forbidden = rule_for(path, FORBIDDEN)
    for number, line in enumerate(lines, 1):
        ours = OURS.match(line)
        if ours and "/" in ours.group(1) and not any(
                ours.group(1).startswith(prefix) for prefix in allowed):
            yield number, f"may not include {ours.group(1)}"
        system = SYSTEM.match(line)
        if system and re.match(forbidden, system.group(1)):
            yield number, f"may not include <{system.group(1)}>"
        if line != line.rstrip():
            yield number, "blanks at the end of the line"
        if "\t" in line:
            yield number, "a tab"
    for number, line in enumerate(code_of(text).split("\n"), 1):
        if CALLS.search(line) and not path.startswith(MAY_CALL):
            yield number, f"calls {CALLS.search(line).group(1)}"
        if re.match(r"extern\b", line) and path.endswith(".c"):
            yield number, "extern in a .c file"


def main():
    tree = pathlib.Path(sys.argv[1])
    n_files = n_breaches = 0
    for folder in ("kernels", "core", "ui", "plugin"):
        for file in sorted((tree / folder).rglob("*.[ch]")):
            path = str(file.relative_to(tree))
            n_files += 1
            for number, what in check_file(path, file.read_text()):
                print(f"{path}:{number}: {what}")
                n_breaches += 1
    print(f"{n_files} files, {n_breaches} breaches")
    return 1 if n_breaches or not n_files else 0


sys.exit(main())
