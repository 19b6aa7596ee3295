#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes html-entities.txt: HTML5's named character references, one a line.

    make-html-entities.py > html-entities.txt

A line is the name as it follows the ampersand (the semicolon is part of the
name where HTML asks for one), a space, and the code points in hexadecimal.
"""
from html.entities import html5

for name in sorted(html5):
    print(name, *(f"{ord(char):x}" for char in html5[name]))
