#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether po/vqdiffusion.pot and po/POTFILES.in are up to date.

check-pot.py ROOT            prints TAP
check-pot.py ROOT --update   writes po/vqdiffusion.pot anew, and brings the
                             words of each language into its order; what is
                             no longer used is kept at its end
"""

import os
import re
import shutil
import subprocess
import sys

import gimp_test

FOLDERS = ("core", "plugin", "ui")
MARK = re.compile(r"\b(?:_|N_|C_|P_|ngettext) ?\(\s*\"")


def listed_files(root):
    with open(os.path.join(root, "po", "POTFILES.in")) as file:
        return [line.strip() for line in file
                if line.strip() and not line.startswith("#")]


def marked_files(root):
    """Sources that have a string for translators."""
    for folder in FOLDERS:
        for path, _, names in os.walk(os.path.join(root, folder)):
            for name in names:
                source = os.path.join(path, name)
                if not name.endswith((".c", ".h")):
                    continue
                with open(source, encoding="utf-8") as file:
                    if MARK.search(file.read()):
                        yield os.path.relpath(source, root)


def extract(root):
    """The template as it should be."""
    return subprocess.run(
        ["xgettext", "--from-code=UTF-8", "--add-comments=Translators",
         "--keyword=_", "--keyword=N_", "--keyword=C_:1c,2", "--keyword=P_:1,2",
         "--package-name=vqdiffusion", "--no-wrap", "--output=-"]
        + listed_files(root),
        cwd=root, check=True, stdout=subprocess.PIPE).stdout.decode()


def strings(template):
    """The template without its header, places and dates."""
    entries = template.split("\n\n")[1:]
    return sorted("\n".join(line for line in entry.splitlines()
                            if not line.startswith("#:"))
                  for entry in entries)


def update(root, template):
    path = os.path.join(root, "po", "vqdiffusion.pot")
    with open(path, "w", encoding="utf-8") as file:
        file.write(re.sub(r'"POT-Creation-Date: .*\n', "", template))
    with open(os.path.join(root, "po", "LINGUAS")) as file:
        for language in file.read().split():
            subprocess.run(
                ["msgmerge", "--quiet", "--update", "--backup=none",
                 "--no-fuzzy-matching", "--no-location", "--no-wrap",
                 os.path.join(root, "po", language + ".po"), path],
                check=True)


def main():
    root = sys.argv[1]
    if shutil.which("xgettext") is None:
        print("1..0 # SKIP no xgettext")
        sys.exit(gimp_test.SKIPPED)
    path = os.path.join(root, "po", "vqdiffusion.pot")
    template = extract(root)
    if "--update" in sys.argv:
        update(root, template)
        return

    tap = gimp_test.Tap()
    tap.equal(sorted(listed_files(root)), sorted(marked_files(root)),
              "po/POTFILES.in lists each file with strings to translate")
    with open(path, encoding="utf-8") as file:
        tap.equal(strings(file.read()), strings(template),
                  "po/vqdiffusion.pot has the strings of the sources")
    tap.finish()


main()
