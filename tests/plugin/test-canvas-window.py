#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""fill, expand, vary and tile from the menu; one Ctrl+Z takes each back.

What an image holds is compared as the bytes of its XCF file. An interactive run
leaves its settings in the image, which GIMP cannot undo: so each first runs by
its dialog, and is compared when it is repeated.
"""

import re
import signal
import time

import gimp_screen
import gimp_test
import gimp_xcf

TIMEOUT_S = 400

MAKE_IMAGE = """
(begin
  (define image (car (gimp-image-new 300 200 RGB)))
  (define (add name width height x y)
    (let ((layer (car (gimp-layer-new image name width height RGBA-IMAGE 100
                                      LAYER-MODE-NORMAL))))
      (gimp-image-insert-layer image layer 0 -1)
      (gimp-layer-set-offsets layer x y)
      (gimp-drawable-edit-gradient-fill layer GRADIENT-LINEAR 0 FALSE 1 0 TRUE
                                        0 0 width height)
      layer))
  (define below (add "below" 300 200 0 0))
  (define above (add "above" 60 50 200 120))
  (define mask (car (gimp-layer-create-mask below ADD-MASK-WHITE)))
  (gimp-layer-add-mask below mask)
  (define channel (car (gimp-channel-new image "channel" 300 200 50 "red")))
  (gimp-image-insert-channel image channel 0 0)
  (define path (car (gimp-path-new image "path")))
  (gimp-image-insert-path image path 0 0)
  (gimp-path-stroke-new-from-points path PATH-STROKE-TYPE-BEZIER
    #(10 10 10 10 10 10 50 50 50 50 50 50) FALSE)
  (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 40 50 60 50)
  (gimp-selection-feather image 6)
  (gimp-layer-set-edit-mask below FALSE)
  (gimp-image-set-selected-layers image (vector below))
  (gimp-image-clean-all image)
  (define window (car (gimp-display-new image)))
  (gimp-displays-flush))
"""

LAYERS = """
(begin
  (define (names layers)
    (map (lambda (layer) (car (gimp-item-get-name layer)))
         (vector->list layers)))
  (write (list (names (car (gimp-image-get-layers image)))
               (car (gimp-image-get-width image))
               (car (gimp-image-get-height image)))))
"""

IMAGES = "(write (vector-length (car (gimp-get-images))))"
BEFORE = '(("above" "below") 300 200)#t'
MESSAGE = "^GIMP Message$"


class Session:
    """The screen, and what all checks do on it."""

    def __init__(self, tap, screen):
        self.tap = tap
        self.screen = screen
        self.ask = screen.server.ask

    def open(self, key, title):
        """Filters > Generate > VQ-Diffusion > the entry of a letter."""
        self.screen.focus(" GIMP$")
        self.screen.key("alt+r", "End", "Right", "Down", "Right", key)
        return not title or self.screen.focus(title)

    def made(self, before, seconds=60):
        """Waits for a change of the layers, and for the run's end."""
        return self.screen.wait_for(
            lambda: self.ask(LAYERS) != before and
            gimp_test.find_run(self.screen.profile) is None, seconds)

    def undo(self):
        self.screen.focus(" GIMP$")
        self.screen.key("ctrl+z")
        time.sleep(0.5)

    def state(self, name):
        path = self.screen.profile.path(name + ".xcf")
        self.ask('(gimp-xcf-save RUN-NONINTERACTIVE image "%s")' % path)
        return gimp_xcf.read_state(path)

    def check_repeat(self, what, after):
        """Repeats the last filter and takes it back by one Ctrl+Z."""
        before = self.state("before")
        self.screen.focus(" GIMP$")
        self.screen.key("ctrl+f")
        self.tap.check(self.made(BEFORE), what + ": Repeat does it again")
        self.tap.equal(self.ask(LAYERS), after, what + ": in the same way")
        self.undo()
        self.tap.equal(self.ask(LAYERS), BEFORE, what + ": one Ctrl+Z and the "
                       "layers are as before")
        self.tap.check(self.state("after") == before,
                       what + ": and all of the image, to the byte")

    def check_message(self, pattern, what):
        shown = self.screen.wait_for(lambda: self.screen.windows(MESSAGE), 20)
        self.tap.check(shown, what)
        self.screen.focus(MESSAGE)
        self.screen.shoot("canvas-" + re.sub(r"\W+", "-", pattern))
        self.screen.key("Return")
        time.sleep(0.5)


def check_fill(session):
    screen, tap = session.screen, session.tap

    tap.check(session.open("f", "^Fill Selection$"),
              "the menu opens the dialog of fill")
    screen.type("grass")
    screen.key("alt+e", "7", "Tab", "alt+v")
    screen.shoot("canvas-1-fill-advanced")
    screen.key("alt+s", "2", "Tab", "alt+f")
    tap.check(session.made(BEFORE), "Fill makes a layer")
    time.sleep(1)
    screen.shoot("canvas-2-filled")
    after = '(("above" "grass (seed 7)" "below") 300 200)#t'
    tap.equal(session.ask(LAYERS), after, "above the one that was filled")
    session.undo()
    tap.equal(session.ask(LAYERS), BEFORE, "one Ctrl+Z takes it back")
    session.check_repeat("fill", after)


def check_expand(session):
    screen, tap = session.screen, session.tap

    tap.check(session.open("e", "^Expand Picture$"),
              "the menu opens the dialog of expand")
    screen.type("grass")
    screen.key("alt+e", "7", "Tab", "alt+l")
    screen.type("40")
    screen.key("Tab", "Tab")
    screen.type("24")
    screen.key("Tab")
    screen.shoot("canvas-3-expand")
    screen.key("alt+v", "alt+s", "2", "Tab")
    screen.shoot("canvas-4-expand-advanced")
    screen.key("alt+v", "alt+x")
    tap.check(session.made(BEFORE), "Expand makes a layer")
    time.sleep(1)
    screen.shoot("canvas-5-expanded")
    after = '(("above" "grass (seed 7)" "below") 340 224)#t'
    tap.equal(session.ask(LAYERS), after, "and a larger image")
    session.undo()
    tap.equal(session.ask(LAYERS), BEFORE, "one Ctrl+Z takes both back")
    session.check_repeat("expand", after)


def check_vary(session):
    screen, tap = session.screen, session.tap

    tap.check(session.open("v", "^Vary Layer$"),
              "the menu opens the dialog of vary")
    screen.type("grass")
    screen.key("alt+e", "7", "Tab", "alt+v", "alt+s", "2", "Tab")
    screen.shoot("canvas-6-vary-advanced")
    screen.key("alt+v", "alt+y")
    tap.check(session.made(BEFORE), "Vary makes a layer")
    after = '(("above" "grass (seed 7)" "below") 300 200)#t'
    tap.equal(session.ask(LAYERS), after, "above the one that was varied")
    session.undo()
    tap.equal(session.ask(LAYERS), BEFORE, "one Ctrl+Z takes it back")
    session.check_repeat("vary", after)


def check_tile(session):
    screen, tap = session.screen, session.tap

    tap.check(session.open("s", "^Seamless Texture$"),
              "the menu opens the dialog of tile")
    screen.shoot("canvas-7-tile")
    screen.key("Escape")
    tap.check(screen.wait_for(
        lambda: not screen.windows("^Seamless Texture$")), "Escape closes it")
    tap.equal(session.ask(LAYERS), BEFORE, "and nothing is made")


def start_long(session):
    """A fill that takes some seconds."""
    screen = session.screen

    session.open("f", "^Fill Selection$")
    screen.type("clouds")
    screen.key("alt+n")
    screen.type("12")
    screen.key("Tab", "alt+f")
    screen.wait_for(lambda: not screen.windows("^Fill Selection$"))
    time.sleep(1)
    session.tap.equal((session.ask(LAYERS),
                       gimp_test.find_run(screen.profile) is not None),
                      (BEFORE, True),
                      "nothing is in the image while pictures are made")


def check_meanwhile(session):
    """The layer is moved, then removed, while a run is at work on it."""
    screen, tap = session.screen, session.tap

    offsets = ("(write (gimp-drawable-get-offsets"
               " (vector-ref (car (gimp-image-get-layers image)) 1)))")

    start_long(session)
    session.made(BEFORE)
    x, y = re.findall(r"\d+", session.ask(offsets))[:2]
    session.undo()
    start_long(session)
    session.ask("(gimp-layer-set-offsets below 5 9)")
    tap.check(session.made(BEFORE), "the layer was moved meanwhile")
    tap.equal(session.ask(offsets), "(%d %d)#t" % (int(x) + 5, int(y) + 9),
              "and the result with it")
    session.undo()
    session.ask("(gimp-layer-set-offsets below 0 0)")
    tap.equal(session.ask(LAYERS), BEFORE, "12 layers, one Ctrl+Z")

    n_images = int(session.ask(IMAGES).split("#")[0])
    start_long(session)
    session.ask("(gimp-image-remove-layer image below)")
    session.check_message("meanwhile", "the layer was removed: a message")
    tap.equal(session.ask(IMAGES), "%d#t" % (n_images + 1),
              "and the result is in a new image")
    tap.equal(session.ask(LAYERS), '(("above") 300 200)#t',
              "the old one has nothing of it")


def check_refused(session):
    """What cannot be done is told before the dialog."""
    screen, tap = session.screen, session.tap

    session.ask("(gimp-selection-none image)")
    session.open("f", "")
    session.check_message("nothing to fill", "nothing to fill: a message")
    tap.check(not screen.windows("^Fill Selection$"), "and no dialog")
    session.ask("(gimp-item-set-visible below FALSE)")
    session.open("v", "")
    session.check_message("not visible", "an invisible layer: a message")
    session.ask("(gimp-item-set-visible below TRUE)")
    session.ask("(gimp-image-select-ellipse image CHANNEL-OP-REPLACE"
                " 40 50 60 50)")


def check_log(tap, profile):
    with open(profile.path("gimp.log")) as log:
        lines = [line for line in log
                 if re.search(r"vqdiffusion.*(WARNING|CRITICAL)", line)
                 # GIMP has quit already; a key let go of when its window has
                 # gone
                 and not re.search("Broken pipe|WIDGET_REALIZED_FOR_EVENT",
                                   line)]
    tap.equal(lines, [], "GTK and GIMP have nothing to complain about")


def time_out(number, frame):
    raise RuntimeError("the test takes too long")


def main():
    signal.signal(signal.SIGALRM, time_out)
    signal.alarm(TIMEOUT_S)
    arguments = gimp_test.parse_arguments()
    gimp_test.need_model(arguments)
    gimp_screen.need_tools()
    tap = gimp_test.Tap()
    profile = gimp_test.Profile(arguments)
    screen = gimp_screen.Screen(profile, arguments.shots)
    session = Session(tap, screen)
    try:
        screen.server.wait()
        screen.server.ask(MAKE_IMAGE)
        time.sleep(1)
        check_fill(session)
        check_expand(session)
        check_vary(session)
        check_tile(session)
        check_refused(session)
        check_meanwhile(session)
        check_log(tap, profile)
    finally:
        screen.close()
        screen.log.seek(0)
        print("# " + screen.log.read().replace("\n", "\n# "))
        profile.remove()
    tap.finish()


main()
