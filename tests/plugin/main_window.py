# SPDX-License-Identifier: GPL-3.0-or-later
"""The plug-in's own window, as a user of keys, mouse and screen readers has it.
"""

import re
import time

TITLE = "^VQ-Diffusion$"
PROGRAM = "^vqdiffusion$"
WAIT_S = 90


class Widget:
    """A widget as assistive tools see it."""

    def __init__(self, line):
        (depth, self.role, self.name, states, place,
         self.text) = line.split("\t")
        self.depth = int(depth)
        self.states = states.split(",")
        self.place = [int(number) for number in place.split(",")]

    @property
    def is_shown(self):
        return "showing" in self.states

    def __repr__(self):
        return "%s %r %s %r" % (self.role, self.name, self.states, self.text)


class MainWindow:
    def __init__(self, screen):
        self.screen = screen

    def open(self, window=" GIMP$|^GNU Image Manipulation Program$"):
        """Filters > Generate > VQ-Diffusion..., by keys."""
        self.screen.focus(window)
        self.screen.key("alt+r", "End", "Right", "Return")
        return self.focus()

    def focus(self):
        return self.screen.focus(TITLE)

    def all_widgets(self):
        """Of the window and its dialogs, also where nobody scrolled to."""
        lines = self.screen.ask_accessibility(PROGRAM, "", "--all")
        return [Widget(line) for line in lines.splitlines()]

    def widgets(self):
        """All that is shown, of the window and its dialogs."""
        return [widget for widget in self.all_widgets() if widget.is_shown]

    def find(self, role, name=""):
        return [widget for widget in self.widgets()
                if widget.role == role and re.search(name, widget.name)]

    def items(self, state=""):
        """The pictures of the gallery whose state is so."""
        return self.find("list item", "seed \\d+: .*" + state)

    def click(self, role, name="", number=0):
        x, y, width, height = self.find(role, name)[number].place
        self.screen.click(x + width // 2, y + height // 2)

    def click_item(self, number, state=""):
        x, y, width, height = self.items(state)[number].place
        self.screen.click(x + width // 2, y + height // 2)

    def status(self):
        return self.find("status bar")[0].name

    def wait_status(self, pattern, seconds=WAIT_S):
        return self.screen.wait_for(
            lambda: re.search(pattern, self.status()), seconds)

    def start(self):
        """Ctrl+Enter, and until something is being done."""
        self.focus()
        self.screen.key("ctrl+Return")
        return self.wait_status("elapsed|Starting|Picture", 10)

    def draw(self):
        """A run from begin to end."""
        return self.start() and self.wait_status("^(Done|Stopped)")

    def set_images(self, number):
        self.focus()
        self.screen.key("alt+n")
        self.screen.type(str(number))
        self.screen.key("Tab")

    def close(self):
        self.focus()
        self.screen.key("ctrl+w")
        time.sleep(1)
