#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Menu, dialog, OK, layer; then one Ctrl+Z and all is as before.

GIMP runs with windows on a screen of Xvfb; keys come from xdotool. What GIMP
holds is asked of its Script-Fu server.
"""

import re
import signal
import time

import gimp_screen
import gimp_test

TIMEOUT_S = 400
# In the status bar of the only window of a new profile.
CANCEL_AT = (595, 602)
TITLE = "^Picture from Text$"


MAKE_IMAGE = """
(begin
  (define image (car (gimp-image-new 400 300 RGB)))
  (define (add name)
    (let ((layer (car (gimp-layer-new image name 400 300 RGBA-IMAGE 100
                                      LAYER-MODE-NORMAL))))
      (gimp-image-insert-layer image layer 0 -1)
      (gimp-drawable-fill layer FILL-BACKGROUND)
      layer))
  (define below (add "below"))
  (define above (add "above"))
  (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 10 20 30 40)
  (gimp-image-set-selected-layers image (vector below))
  (gimp-image-clean-all image)
  (define window (car (gimp-display-new image)))
  (gimp-displays-flush))
"""

STATE = """
(begin
  (define (names layers)
    (map (lambda (layer) (car (gimp-item-get-name layer)))
         (vector->list layers)))
  (write (list (names (car (gimp-image-get-layers image)))
               (names (car (gimp-image-get-selected-layers image)))
               (gimp-selection-bounds image))))
"""

PARASITES = """
(for-each (lambda (name)
            (write (gimp-image-get-parasite image name)))
          (car (gimp-image-get-parasite-list image)))
"""

IS_DIRTY = "(write (gimp-image-is-dirty image))"


def open_dialog(screen, shot=None, window=" GIMP$"):
    """Filters > Generate > VQ-Diffusion > Picture from Text, by keys."""
    screen.focus(window)
    screen.key("alt+r", "End", "Right", "Down", "Right")
    if shot:
        screen.shoot(shot)
    screen.key("t")
    return screen.focus(TITLE)


def check_layer(tap, screen):
    server = screen.server
    before = server.ask(STATE)

    tap.check(open_dialog(screen, "1-menu"), "the menu opens the dialog")
    screen.type("autumn leaves")
    screen.shoot("2-dialog")
    screen.key("alt+v")
    screen.shoot("3-dialog-advanced")
    screen.key("alt+v", "alt+e")
    screen.key("7", "Tab")
    screen.key("alt+g")
    made = screen.wait_for(lambda: server.ask(STATE) != before)
    tap.check(made, "Generate makes a layer", before)
    time.sleep(1)
    screen.shoot("4-layer")
    tap.equal(server.ask(STATE),
              '(("above" "autumn leaves (seed 7)" "below") ("below") '
              '(1 10 20 40 60))#t',
              "it lies above the selected layer, and the selection stays")

    screen.focus(" GIMP$")
    screen.key("ctrl+z")
    time.sleep(1)
    tap.equal(server.ask(STATE), before, "one Ctrl+Z takes it all back")
    tap.equal(server.ask(IS_DIRTY), "(0)#t", "and the image is unchanged")
    screen.shoot("5-undone")


def check_cancel(tap, screen):
    before = screen.server.ask(STATE)

    open_dialog(screen)
    screen.type("nothing")
    screen.key("Escape")
    tap.check(screen.wait_for(lambda: not screen.windows(TITLE)),
              "Escape closes the dialog")
    time.sleep(1)
    tap.equal(screen.server.ask(STATE), before, "and nothing is made")


def check_repeat(tap, screen):
    """Filters > Repeat Last takes the last settings, without a dialog."""
    before = screen.server.ask(STATE)

    screen.focus(" GIMP$")
    screen.key("ctrl+f")
    tap.check(screen.wait_for(lambda: screen.server.ask(STATE) != before),
              "Repeat makes a layer")
    tap.equal(screen.server.ask(STATE).count('"autumn leaves (seed 7)'), 1,
              "with the last settings")
    screen.key("ctrl+z")
    time.sleep(1)
    tap.equal(screen.server.ask(STATE), before, "one Ctrl+Z takes it back")


def check_bad_model(tap, screen, path):
    before = screen.server.ask(STATE)

    open_dialog(screen)
    screen.key("alt+v", "alt+m", "space")
    screen.focus("^Model File$")
    # The first character opens the line for names.
    screen.type(path[:1])
    time.sleep(1)
    screen.type(path[1:])
    screen.shoot("6-model")
    screen.key("Return")
    time.sleep(1)
    screen.focus(TITLE)
    screen.shoot("7-model-chosen")
    screen.key("alt+g")
    tap.check(screen.wait_for(lambda: not screen.windows(TITLE)),
              "a broken model is chosen")
    time.sleep(2)
    screen.shoot("8-error")
    tap.check(screen.windows("^GIMP Message$"), "a message says so")
    tap.equal(screen.server.ask(STATE), before,
              "the image stays as it was")
    screen.focus("^GIMP Message$")
    screen.key("Return")


def check_keep_off(tap, screen):
    """keep-settings off: libgimp's own notes do not hold the prompt."""
    server = screen.server
    before = server.ask(STATE)

    tap.matches(server.ask(PARASITES), "-last", "last values are in the image")
    open_dialog(screen)
    screen.key("alt+k")
    screen.shoot("9-keep-off")
    screen.type("secret")
    screen.key("alt+g")
    tap.check(screen.wait_for(lambda: server.ask(STATE) != before),
              "a layer is made without its settings")
    time.sleep(2)
    print("#", server.ask(PARASITES))
    tap.check("secret" not in server.ask(PARASITES) and
              "autumn" not in server.ask(PARASITES),
              "the image does not hold the prompt")
    tap.matches(server.ask(STATE), '"VQ-Diffusion"', "nor does the name")
    made = server.ask(STATE)
    screen.focus(" GIMP$")
    screen.key("ctrl+f")
    tap.check(screen.wait_for(lambda: screen.windows("^GIMP Message$")),
              "Repeat says that nothing was kept")
    screen.shoot("10-repeat-nothing")
    tap.equal(server.ask(STATE), made, "and makes nothing")
    screen.focus("^GIMP Message$")
    screen.key("Return")


def check_progress(tap, screen):
    """Many pictures: the bar moves, and its Cancel stops the run."""
    before = screen.server.ask(STATE)

    open_dialog(screen)
    screen.type("clouds")
    screen.key("alt+n")
    screen.type("64")
    screen.key("Tab", "alt+g")
    tap.check(screen.wait_for(lambda: not screen.windows(TITLE)),
              "64 pictures begin")
    time.sleep(4)
    screen.shoot("12-progress")
    tap.equal(screen.server.ask(STATE), before,
              "nothing is in the image while they are made")
    screen.click(*CANCEL_AT)
    tap.check(screen.wait_for(
        lambda: gimp_test.find_run(screen.profile) is None, 20),
        "the status bar's Cancel stops them")
    time.sleep(1)
    screen.shoot("13-stopped")
    tap.equal(screen.server.ask(STATE), before, "and leaves the image alone")


def check_cut(tap, screen):
    """A prompt that is too long is told of."""
    before = screen.server.ask(STATE)

    open_dialog(screen)
    screen.type("red leaves and " * 40 + "the end")
    screen.key("alt+g")
    tap.check(screen.wait_for(lambda: screen.windows("^GIMP Message$")),
              "a message tells what was cut")
    screen.shoot("14-cut")
    tap.check(screen.server.ask(STATE) != before, "and the layer is there")
    screen.focus("^GIMP Message$")
    screen.key("Return")


def check_no_image(tap, screen):
    """With no image open, one is made and shown."""
    server = screen.server

    server.ask("(gimp-display-delete window)")
    tap.check(screen.focus("^GNU Image Manipulation Program$"),
              "no image is open")
    open_dialog(screen, window="^GNU Image Manipulation Program$")
    screen.type("green grass texture")
    screen.key("alt+g")
    tap.check(screen.focus(" GIMP$"), "a new image is shown")
    time.sleep(1)
    screen.shoot("11-new-image")
    tap.equal(server.ask("(write (vector-length (car (gimp-get-images))))"),
              "1#t", "there is one image")


def check_log(tap, profile):
    with open(profile.path("gimp.log")) as log:
        lines = [line for line in log
                 if re.search(r"vqdiffusion.*(WARNING|CRITICAL)", line)
                 # GIMP has quit already; GTK's file dialog when it opens; a
                 # key let go of when its window has gone
                 and not re.search("Broken pipe|GTK_IS_TREE_MODEL|"
                                   "WIDGET_REALIZED_FOR_EVENT", line)]
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
    broken = profile.path("broken.safetensors")
    with open(broken, "w") as file:
        file.write("no model")
    screen = gimp_screen.Screen(profile, arguments.shots)
    try:
        screen.server.wait()
        screen.server.ask(MAKE_IMAGE)
        time.sleep(1)
        check_layer(tap, screen)
        check_cancel(tap, screen)
        check_repeat(tap, screen)
        check_bad_model(tap, screen, broken)
        check_progress(tap, screen)
        check_cut(tap, screen)
        check_keep_off(tap, screen)
        check_no_image(tap, screen)
        check_log(tap, profile)
    finally:
        screen.close()
        screen.log.seek(0)
        print("# " + screen.log.read().replace("\n", "\n# "))
        profile.remove()
    tap.finish()


main()
