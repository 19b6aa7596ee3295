#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the widgets of a program as assistive tools see them.

at_spi.py PROGRAM [WINDOW]     a line for each: depth, role, name, states
at_spi.py ... --all            and its place on the screen, x,y,width,height,
                               and the text or number that it holds

PROGRAM and WINDOW are regular expressions, found anywhere in the name.
"""

import re
import sys

import gi
gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

STATES = ("FOCUSABLE", "FOCUSED", "SENSITIVE", "VISIBLE", "SHOWING",
          "CHECKED", "SELECTED", "EXPANDED")


def children(node):
    for i in range(node.get_child_count()):
        child = node.get_child_at_index(i)
        if child is not None:
            yield child


def states(node):
    found = node.get_state_set()
    return ",".join(name.lower() for name in STATES
                    if found.contains(getattr(Atspi.StateType, name)))


def place(node):
    try:
        box = node.get_extents(Atspi.CoordType.SCREEN)
    except GLib.Error:
        return ""
    return "%d,%d,%d,%d" % (box.x, box.y, box.width, box.height)


def contents(node):
    try:
        text = node.get_text_iface()
        if text is not None:
            return Atspi.Text.get_text(text, 0, -1).replace("\n", " ")
    except GLib.Error:
        pass
    return ""


def dump(node, depth, with_all):
    fields = [str(depth), node.get_role_name(),
              (node.get_name() or "").replace("\n", " "), states(node)]
    if with_all:
        fields += [place(node), contents(node)]
    print("\t".join(fields))
    for child in children(node):
        dump(child, depth + 1, with_all)


def main():
    # A program at work may answer late.
    Atspi.set_timeout(10000, 20000)
    words = [word for word in sys.argv[1:] if word != "--all"]
    program = words[0]
    window = words[1] if len(words) > 1 else ""
    for application in children(Atspi.get_desktop(0)):
        if re.search(program, application.get_name() or ""):
            for top in children(application):
                if re.search(window, top.get_name() or ""):
                    dump(top, 0, "--all" in sys.argv)


main()
