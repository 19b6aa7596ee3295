#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the user of the window waits: medians and worst of several runs.

Clicks and keys are real, through the X server; the plug-in tells the times
from a click, as the server dates it, to the frame that shows what came of it
(VQD_TIMINGS=1, plugin/vqd-stopwatch.h). Nothing is asserted.
"""

import os
import re
import statistics
import sys
import threading
import time

import gimp_screen
import gimp_test
import main_window

REPEATS = 5
N_MOMENTS = 12     # of a picture, at which it is cancelled
LARGE = (4000, 3000)
MAX_IMAGES = 64
WAIT_S = 300

TIMES = {
    "window": r"window after ([\d.]+) ms",
    "tokens": r"first tokens after ([\d.]+) ms",
    "idle": r"stopped after ([\d.]+) ms",
    "layer": r"layer after ([\d.]+) ms",
    "turn": r"main loop held up for ([\d.]+) ms at most",
    "own": r"at most, ([\d.]+) ms of them",
    "turn99": r"99 % of \d+ turns within ([\d.]+) ms",
}

NEW_IMAGE = """
(begin
  (define image (car (gimp-image-new %d %d RGB)))
  (define layer (car (gimp-layer-new image "photograph" %d %d RGBA-IMAGE 100
                                     LAYER-MODE-NORMAL)))
  (gimp-image-insert-layer image layer 0 -1)
  (gimp-drawable-edit-gradient-fill layer GRADIENT-LINEAR 0 FALSE 1 0 TRUE
                                    0 0 %d %d)
  (define window (car (gimp-display-new image)))
  (gimp-displays-flush))
""" % (LARGE * 3)

SELECT = """
(begin
  (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 1800 1300 300 260)
  (gimp-displays-flush))
"""


class Log:
    """What the plug-in tells, line by line as it comes."""

    def __init__(self, path):
        self.path = path
        self.at = os.path.getsize(path)

    def skip(self):
        self.at = os.path.getsize(self.path)

    def wait(self, name, seconds=WAIT_S):
        """The next time of this name, in ms."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with open(self.path, "rb") as file:
                file.seek(self.at)
                data = file.read()
            found = re.search(TIMES[name].encode(), data)
            if found:
                self.at += found.start() + 1
                return float(found.group(1))
            time.sleep(0.005)
        raise RuntimeError("the plug-in did not tell: " + TIMES[name])


class Pulse(threading.Thread):
    """GIMP asked for something small again and again: its longest silence."""

    INTERVAL_S = 0.02

    def __init__(self, ask):
        super().__init__(daemon=True)
        self.ask = ask
        self.ends = False
        self.answers_ms = []

    def run(self):
        while not self.ends:
            begin = time.monotonic()
            self.ask("(gimp-get-images)")
            self.answers_ms.append((time.monotonic() - begin) * 1000)
            time.sleep(self.INTERVAL_S)

    def stop(self):
        self.ends = True
        self.join()
        return self.answers_ms


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) * share // 100, len(ordered) - 1)]


class Table:
    """Rows of what was measured; a goal stands beside what has one."""

    FORMAT = "%-54s %7s %7s %7s %4s %7s"

    def __init__(self):
        print(self.FORMAT % ("ms", "least", "median", "worst", "n", "goal"),
              flush=True)

    def add(self, what, values, goal=None):
        if not values:
            return
        numbers = ["%.0f" % value for value in
                   (min(values), statistics.median(values), max(values))]
        print(self.FORMAT % (what, *numbers, len(values),
                             "" if goal is None else "< %d" % goal))
        sys.stdout.flush()


class Bench:
    def __init__(self, screen, shots):
        self.screen = screen
        self.shots = shots
        self.window = main_window.MainWindow(screen)
        self.log = Log(screen.log.name)
        self.table = Table()
        self.turns = []
        self.turns_99 = []

    # ---- clicks, as fast as they come ----

    def middle(self, role, name):
        x, y, width, height = self.window.find(role, name)[0].place
        return str(x + width // 2), str(y + height // 2)

    def learn_places(self):
        # the pointer over a button brings up its tooltip: that is seen, too
        self.start_at = self.middle("button", "^(Generate|Fill|Expand|Vary)$")
        self.stop_at = self.middle("button", "^Stop All$")

    def click_start(self):
        self.screen.run("xdotool", "mousemove", *self.start_at, "click", "1")

    def click_stop(self, after_s=0):
        self.screen.run("xdotool", "mousemove", *self.stop_at, "sleep",
                        "%.3f" % after_s, "click", "1")

    def end_run(self):
        """Until nothing is being done: also the turns of the run."""
        turn = self.log.wait("turn")
        own = self.log.wait("own")
        turn_99 = self.log.wait("turn99")
        return turn, own, turn_99

    def draw(self):
        """The first tokens and the turns of one run."""
        self.log.skip()
        self.click_start()
        tokens = self.log.wait("tokens")
        return tokens, self.end_run()

    def open(self):
        """From the key to the window; what the plug-in itself needs of it."""
        self.screen.focus(" GIMP$|^GNU Image Manipulation Program$")
        self.screen.key("alt+r", "End", "Right")
        self.log.skip()
        begin = time.monotonic()
        self.screen.run("xdotool", "key", "Return")
        own = self.log.wait("window")
        whole = (time.monotonic() - begin) * 1000
        return whole, own

    # ---- what is measured ----

    def first_picture(self):
        """A profile that never saw the plug-in, no image, no page read."""
        begin = time.monotonic()
        self.open()
        if not self.window.focus():
            raise RuntimeError("the window did not get the keys")
        self.screen.type("autumn leaves")
        self.log.skip()
        self.screen.key("ctrl+Return")
        self.screen.wait_for(lambda: self.window.items("Ready"), WAIT_S)
        self.window.click_item(0, "Ready")
        layer = self.log.wait("layer")
        seconds = time.monotonic() - begin
        self.screen.shoot("bench-first-picture")
        print("first picture: 3 clicks in the menu, the prompt, Ctrl+Enter, "
              "1 click on the picture; %.1f s" % seconds)
        self.table.add("click on a picture to layer, in a new image", [layer])
        self.end_run()

    def openings(self):
        wholes, owns, colds = [], [], []
        for _ in range(REPEATS):
            self.close()
            whole, own = self.open()
            wholes.append(whole)
            owns.append(own)
            # as the window was: the click comes as soon as it can
            self.log.skip()
            self.click_start()
            colds.append(self.log.wait("tokens"))
            self.click_stop()
            self.end_run()
        self.table.add("window open, from the menu's Enter", wholes)
        self.table.add("  of that the plug-in itself", owns)
        self.table.add("Generate to first tokens, window just opened", colds)

    def close(self):
        self.window.close()
        self.screen.wait_for(
            lambda: gimp_test.find_run(self.screen.profile) is None, 20)

    def loads(self):
        """Cancelled while the model is being loaded."""
        idles = []
        for i in range(REPEATS):
            self.close()
            self.open()
            self.log.skip()
            self.click_start()
            self.click_stop(0.02 * i)
            idles.append(self.log.wait("idle"))
        self.table.add("Stop All to idle, window just opened", idles, 200)

    def runs(self, what, n_images, goal=500):
        tokens, pulses, turns, owns, turns_99 = [], [], [], [], []
        self.window.set_images(n_images)
        for _ in range(REPEATS):
            pulse = Pulse(self.screen.server.ask)
            pulse.start()
            token, (turn, own, turn_99) = self.draw()
            pulses += pulse.stop()
            tokens.append(token)
            turns.append(turn)
            owns.append(own)
            turns_99.append(turn_99)
        self.table.add("%s to first tokens" % what, tokens, goal)
        self.table.add("  longest turn of the main loop", turns, 50)
        self.table.add("    of that its own computing", owns)
        self.table.add("    99 % of turns", turns_99)
        self.table.add("  GIMP answers", pulses)

    def cancels(self, what):
        """At moments spread evenly over the first picture."""
        self.window.set_images(4)
        self.log.skip()
        begin = time.monotonic()
        self.click_start()
        self.log.wait("tokens")
        self.end_run()
        seconds = (time.monotonic() - begin) / 4
        idles = []
        for i in range(N_MOMENTS):
            self.log.skip()
            self.click_start()
            self.click_stop(seconds * i / N_MOMENTS)
            idles.append(self.log.wait("idle"))
            time.sleep(0.3)
        self.table.add("Stop All to idle, %s" % what, idles, 200)

    def insertions(self, what):
        layers = []
        for _ in range(REPEATS):
            self.log.skip()
            self.window.click_item(0, "Ready")
            layers.append(self.log.wait("layer"))
        self.table.add("click on a picture to layer, %s" % what, layers)

    def choose_mode(self, number):
        self.window.focus()
        self.screen.key("alt+d", "space", "Home", *["Down"] * number, "Return")
        time.sleep(0.7)
        self.learn_places()

    def large(self):
        # the window is about the image it was opened from
        self.close()
        self.screen.server.ask(NEW_IMAGE)
        time.sleep(3)
        self.open()
        self.window.focus()
        self.window.click("radio button", "^Draft$")
        self.window.set_images(MAX_IMAGES)
        self.draw()
        self.window.click("radio button", "^Balanced$")
        self.screen.shoot("bench-full")
        self.learn_places()
        what = ", %d x %d, %d pictures there" % (*LARGE, MAX_IMAGES)
        self.runs("Generate" + what, 2)
        self.insertions("%d x %d" % LARGE)
        self.cancels("%d x %d" % LARGE)
        self.screen.server.ask(SELECT)
        time.sleep(1)
        self.learn_places()
        self.screen.shoot("bench-fill")
        self.runs("Fill" + what, 2)


def machine():
    with open("/proc/cpuinfo") as file:
        names = re.findall(r"model name\s*: (.*)", file.read())
    return "%d x %s" % (os.cpu_count(), names[0] if names else "?")


def main():
    arguments = gimp_test.parse_arguments()
    gimp_test.need_model(arguments)
    gimp_screen.need_tools()
    gimp_screen.need_accessibility()
    print("%s, load %.1f %.1f %.1f" % (machine(), *os.getloadavg()))
    profile = gimp_test.Profile(arguments)
    screen = gimp_screen.Screen(profile, arguments.shots,
                                {"VQD_TIMINGS": "1"}, accessible=True)
    try:
        screen.server.wait()
        bench = Bench(screen, arguments.shots)
        bench.first_picture()
        bench.learn_places()
        parts = {
            "runs": lambda: bench.runs("Generate", 2),
            "cancels": lambda: bench.cancels("at moments of a picture"),
            "openings": bench.openings,
            "loads": bench.loads,
            "large": bench.large,
        }
        for name, part in parts.items():
            if arguments.only in ("", name):
                part()
    except BaseException:
        screen.shoot("bench-failure")
        screen.log.seek(0)
        print(screen.log.read()[-3000:])
        raise
    finally:
        print("load %.1f %.1f %.1f" % os.getloadavg())
        screen.close()
        profile.remove()


main()
