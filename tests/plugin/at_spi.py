#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the widgets of a program as assistive tools see them.

at_spi.py PROGRAM [WINDOW]     a line for each: depth, role, name, states

PROGRAM and WINDOW are regular expressions, found anywhere in the name.
"""

import re
import sys

import gi
gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402

STATES = ("FOCUSABLE", "FOCUSED", "SENSITIVE", "SHOWING", "CHECKED",
          "SELECTED", "EXPANDED")


def children(node):
    for i in range(node.get_child_count()):
        child = node.get_child_at_index(i)
        if child is not None:
            yield child


def states(node):
    found = node.get_state_set()
    return ",".join(name.lower() for name in STATES
                    if found.contains(getattr(Atspi.StateType, name)))


def dump(node, depth):
    print("\t".join((str(depth), node.get_role_name(),
                     (node.get_name() or "").replace("\n", " "),
                     states(node))))
    for child in children(node):
        dump(child, depth + 1)


def main():
    program = sys.argv[1]
    window = sys.argv[2] if len(sys.argv) > 2 else ""
    for application in children(Atspi.get_desktop(0)):
        if re.search(program, application.get_name() or ""):
            for top in children(application):
                if re.search(window, top.get_name() or ""):
                    dump(top, 0)


main()
