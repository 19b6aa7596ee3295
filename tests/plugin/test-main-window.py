#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The window that stays open: draw, pick, undo, fill, stop, queue, close.

Keys and clicks are real; what the window shows is read as screen readers do.
"""

import json
import os
import re
import signal
import subprocess
import time

import gimp_screen
import gimp_test
import main_window

TIMEOUT_S = 560

MAKE_IMAGE = """
(begin
  (define image (car (gimp-image-new 400 300 RGB)))
  (define (add name)
    (let ((layer (car (gimp-layer-new image name 400 300 RGBA-IMAGE 100
                                      LAYER-MODE-NORMAL))))
      (gimp-image-insert-layer image layer 0 -1)
      (gimp-drawable-edit-gradient-fill layer GRADIENT-LINEAR 0 FALSE 1 0 TRUE
                                        0 0 400 300)
      layer))
  (define below (add "below"))
  (define above (add "above"))
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
               (names (car (gimp-image-get-selected-layers image))))))
"""
BEFORE = '(("above" "below") ("below"))#t'

NTH = "(vector-ref (car (gimp-image-get-layers image)) %d)"

SETTINGS = """
(write (caddr (car (gimp-item-get-parasite %s "vqdiffusion"))))
""" % (NTH % 1)

PLACE = """
(let ((layer (vector-ref (car (gimp-image-get-layers image)) %d)))
  (write (list (gimp-drawable-get-offsets layer)
               (gimp-drawable-get-width layer)
               (gimp-drawable-get-height layer)
               (> (car (gimp-layer-get-mask layer)) 0))))
"""

# One layer as an 8-bit PNG.
EXPORT = """
(let* ((copy-image (car (gimp-image-new 128 128 RGB)))
       (copy (car (gimp-layer-new-from-drawable %s copy-image))))
  (gimp-image-insert-layer copy-image copy 0 0)
  (gimp-layer-set-offsets copy 0 0)
  (file-png-export #:image copy-image #:file "%s" #:format "auto")
  (gimp-image-delete copy-image))
"""

MODES = ("Generate", "Fill", "Expand", "Vary", "Tile")
# What is looked at, and what belongs to the window alone.
NO_ARGUMENTS = {"Image", "Map of Purity", "Remember prompts", "Numbers"}

IS_DIRTY = "(write (gimp-image-is-dirty image))"
IMAGES = "(write (vector-length (car (gimp-get-images))))"


class Session:
    """The screen and its window, and what all checks do with them."""

    def __init__(self, tap, screen, arguments):
        self.tap = tap
        self.arguments = arguments
        self.screen = screen
        self.window = main_window.MainWindow(screen)
        self.ask = screen.server.ask

    def undo(self):
        self.screen.focus(" GIMP$")
        self.screen.key("ctrl+z")
        time.sleep(0.7)
        self.window.focus()

    def becomes(self, script, value, what, seconds=10):
        self.screen.wait_for(lambda: self.ask(script) == value, seconds)
        self.tap.equal(self.ask(script), value, what)

    def button(self):
        """The label of the primary button."""
        names = "^(Generate|Fill|Expand|Vary|Tile)$"
        return [button.name for button in self.window.find("button", names)]


def check_open(session):
    tap, window = session.tap, session.window
    tap.check(window.open(), "the menu opens the window")
    session.screen.shoot("main-1-empty")
    focused = [widget for widget in window.widgets()
               if "focused" in widget.states]
    tap.equal([widget.role for widget in focused], ["text"],
              "the keys go to the prompt")
    tap.equal(session.button(), ["Generate"], "the button says Generate")


def check_names(session, where):
    """Every widget that takes the focus has a name and a role."""
    nameless = []
    above = {}
    for widget in session.window.all_widgets():
        above[widget.depth] = widget
        # "visible", not only "showing": also what is in menus that are closed
        if not {"focusable", "visible"} <= set(widget.states) or widget.name:
            continue
        # GTK's own: a scrolled area, whose contents have names
        if widget.role == "scroll pane":
            continue
        nameless.append(" > ".join("%s %r" % (above[depth].role,
                                              above[depth].name)
                                   for depth in range(widget.depth + 1)))
    session.tap.equal(nameless, [],
                      "all that takes the focus has a name: " + where)


def check_draw(session):
    tap, screen, window = session.tap, session.screen, session.window
    window.set_images(2)
    screen.key("alt+p")
    screen.type("autumn leaves")
    tap.check(window.start(), "Ctrl+Enter starts a run")
    tap.check(screen.wait_for(lambda: window.items("Step [1-9]"), 20),
              "a picture is drawn step by step")
    screen.shoot("main-2-half-way")
    tap.matches(window.status(), r"Picture \d of 2 · .* elapsed",
                "the status says which, and for how long")
    tap.check(window.wait_status("^Done: 2 pictures"), "both are drawn")
    tap.equal(len(window.items("Ready")), 2, "both are in the gallery")
    screen.key("alt+k")
    # the window says so after the image has it
    tap.check(screen.wait_for(lambda: window.items("Is a layer"), 20),
              "a key makes the first one a layer, from the prompt")
    session.undo()
    tap.equal(session.ask(LAYERS), BEFORE, "the image is as it was")
    screen.shoot("main-3-full")


def check_insert(session):
    tap, screen, window = session.tap, session.screen, session.window
    window.click_item(0)
    expected = r'\(\("above" "autumn leaves \(seed \d+\)" "below"\)'
    screen.wait_for(lambda: re.match(expected, session.ask(LAYERS)), 10)
    tap.matches(session.ask(LAYERS), expected,
                "a click inserts the picture above the selected layer")
    tap.matches(session.ask(SETTINGS), "autumn leaves",
                "the layer keeps its settings")
    screen.key("Right", "Return")
    expected = r'\(\("above" "autumn.*" "autumn.*" "below"\) \("below"\)'
    screen.wait_for(lambda: re.match(expected, session.ask(LAYERS)), 10)
    tap.matches(session.ask(LAYERS), expected,
                "so does Enter; the selected layer stays selected")
    tap.equal(len(window.items("Is a layer")), 2, "both say so")
    session.undo()
    tap.matches(session.ask(LAYERS), r'\(\("above" "autumn[^"]*" "below"\)',
                "one Ctrl+Z takes one back")
    session.undo()
    tap.equal(session.ask(LAYERS), BEFORE, "another the other")
    tap.equal(session.ask(IS_DIRTY), "(0)#t", "and the image is unchanged")


def draw_purity(session, settings, folder):
    """The purity map of a picture by the command line, as a list of bytes."""
    arguments = session.arguments
    command = [arguments.cli, "generate", "--quiet", "-p", settings["prompt"],
               "-o", os.path.join(folder, "picture.png"),
               "--purity", os.path.join(folder, "purity.png")]
    for key in ("seed", "strategy", "steps", "guidance", "truncation", "top-k",
                "purity-weight"):
        command += ["--" + key, str(settings[key])]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL,
                   env=session.screen.profile.environment)
    return gimp_test.Png(os.path.join(folder, "purity.png")).colours()


def check_purity_layer(session):
    """With the picture, above its layer, and back."""
    tap, screen, window = session.tap, session.screen, session.window
    folder = screen.profile.path()
    seed = re.search(r"seed (\d+)", window.items()[-1].name).group(1)
    name = "autumn leaves (seed %s)" % seed
    both = '(("above" "%s – purity" "%s" "below") ("below"))#t' % (name, name)

    screen.key("alt+b")
    session.becomes(LAYERS, both, "the map is inserted with its picture")
    tap.equal(session.ask(PLACE % 1), session.ask(PLACE % 2),
              "in its place and size")
    layer = os.path.join(folder, "layer.png")
    session.ask(EXPORT % (NTH % 1, layer))
    settings = json.loads(json.loads(session.ask(
        '(write (caddr (car (gimp-item-get-parasite %s "vqdiffusion"))))'
        % (NTH % 2)).rsplit("#t", 1)[0]))
    png = gimp_test.Png(layer)
    greys = png.colours()
    tap.equal((png.width, png.height, set(png.alphas())), (128, 128, {255}),
              "all of the picture was drawn")
    tap.check(len(set(greys)) > 5, "more or less surely", sorted(set(greys)))
    tap.check(greys[::3] == greys[1::3] == greys[2::3], "it is grey")
    if session.arguments.cli:
        tap.check(greys[::3] == draw_purity(session, settings, folder),
                  "and what the command line writes of the same picture")
    session.undo()
    session.becomes(LAYERS, BEFORE, "one Ctrl+Z takes both back")

    window.click_item(1)
    one = '(("above" "%s" "below") ("below"))#t' % name
    session.becomes(LAYERS, one, "the picture alone is inserted")
    session.ask("(gimp-layer-set-offsets %s 30 -20)" % (NTH % 1))
    window.focus()
    screen.key("alt+b")
    session.becomes(LAYERS, both, "the map goes above the picture's layer")
    tap.matches(session.ask(PLACE % 1), r"^\(\(30 -20\) \(128\) \(128\)",
                "to where the user moved it")
    session.undo()
    session.becomes(LAYERS, one, "one Ctrl+Z takes it back")
    session.undo()
    session.undo()
    session.becomes(LAYERS, BEFORE, "and the picture as before")


def check_purity(session):
    tap, screen, window = session.tap, session.screen, session.window
    window.focus()
    window.click_item(1)
    screen.wait_for(lambda: session.ask(LAYERS) != BEFORE, 10)
    session.undo()
    screen.key("alt+f")
    tap.check(screen.wait_for(lambda: window.items("Purity \\d+ %"), 5),
              "a picture shows its purity map, and says it in a number")
    tap.equal(len(window.items("Purity")), 1, "the others do not")
    tap.check(window.find("label", "^unsure$") and
              window.find("label", "^sure$"), "the colours are explained")
    screen.shoot("main-13-purity")
    check_names(session, "purity")
    check_purity_layer(session)
    window.focus()
    screen.key("alt+f")
    tap.check(screen.wait_for(lambda: not window.items("Purity"), 5),
              "and it is hidden again")


def check_compare_save_delete(session):
    tap, screen, window = session.tap, session.screen, session.window
    window.focus()
    screen.key("alt+c")
    tap.check(screen.focus("^Compare$"), "a picture is compared")
    screen.shoot("main-4-compare")
    check_names(session, "comparing")
    screen.key("Escape")
    path = screen.profile.path("saved.png")
    window.focus()
    screen.key("alt+x")
    screen.focus("^Export Picture$")
    screen.key("ctrl+a")
    screen.type(path)
    screen.key("Return")
    tap.check(screen.wait_for(lambda: os.path.exists(path), 10),
              "a picture is saved")
    time.sleep(0.5)
    png = gimp_test.Png(path)
    tap.equal((png.width, png.height), (128, 128), "in its size")
    tap.matches(png.text.get("vqdiffusion", ""), "autumn leaves",
                "with its settings")

    window.focus()
    window.click_item(1)
    time.sleep(0.5)
    session.undo()
    window.focus()
    screen.key("Delete")
    tap.check(screen.wait_for(lambda: len(window.items()) == 1, 5),
              "Delete takes a picture off the list")


def check_reuse(session):
    """The settings of a picture come back."""
    tap, screen, window = session.tap, session.screen, session.window
    seed = re.search(r"seed (\d+)", window.items()[0].name).group(1)
    screen.key("alt+p", "ctrl+a")
    screen.type("something else")
    window.click_item(0)
    time.sleep(0.5)
    session.undo()
    window.focus()
    screen.key("alt+u")
    time.sleep(0.7)
    widgets = window.widgets()
    texts = [widget.text for widget in widgets if widget.role == "text"]
    tap.check("autumn leaves" in texts, "Use Settings brings back the prompt",
              texts)
    numbers = [widget.text for widget in widgets
               if widget.role == "spin button"]
    tap.check(seed in numbers, "and the seed of the picture", numbers)
    tap.equal(window.find("label", "^The first that is found$"), [],
              "the model is still called by its name")


def check_fill(session):
    tap, screen, window = session.tap, session.screen, session.window
    session.ask("(begin (gimp-image-select-rectangle image CHANNEL-OP-REPLACE "
                "120 80 100 90) (gimp-displays-flush))")
    tap.check(screen.wait_for(lambda: session.button() == ["Fill"], 10),
              "with a selection the button says Fill")
    window.set_images(1)
    tap.check(window.draw(), "the selection is filled")
    screen.shoot("main-5-fill")
    check_names(session, "filling")
    window.click_item(0, "Ready")
    screen.wait_for(lambda: session.ask(LAYERS) != BEFORE, 10)
    tap.matches(session.ask(LAYERS), r'\(\("above" "autumn[^"]*" "below"\)',
                "the result is inserted above the layer worked on")
    tap.matches(session.ask(PLACE % 1), r" #t\)#t$",
                "with a layer mask")
    session.undo()
    tap.equal(session.ask(LAYERS), BEFORE, "one Ctrl+Z takes it back")
    session.ask("(begin (gimp-selection-none image) (gimp-displays-flush))")
    tap.check(screen.wait_for(lambda: session.button() == ["Generate"], 10),
              "without one it says Generate again")


def check_stop(session):
    tap, screen, window = session.tap, session.screen, session.window
    n_before = len(window.items())
    window.set_images(8)
    tap.check(window.start(), "eight pictures begin")
    screen.wait_for(lambda: window.items("Step [1-9]"), 20)
    window.click("button", "^Stop All$")
    tap.check(window.wait_status("^Stopped", 10), "Stop All stops them")
    tap.check(len(window.items()) - n_before <= 8 and
              not window.items("Waiting|Step"), "and none waits")
    tap.equal(session.ask(LAYERS), BEFORE, "the image is as it was")


def check_early_pick(session):
    """One of a run is stopped; the others go on."""
    tap, screen, window = session.tap, session.screen, session.window
    window.set_images(3)
    window.start()
    screen.wait_for(lambda: window.items("Step [1-9]"), 20)
    # the second one: the first may be done before the menu is there
    x, y, _, _ = window.items("Waiting")[0].place
    screen.run("xdotool", "mousemove", str(x + 60), str(y + 60), "click", "3")
    time.sleep(0.5)
    screen.shoot("main-6-menu")
    screen.key("o")
    tap.check(window.wait_status("^Stopped: 2 pictures"),
              "a picture is stopped by its menu; the others are drawn",
              window.status())


def check_queue(session):
    tap, screen, window = session.tap, session.screen, session.window
    window.set_images(4)
    for word in ("leaves", "stones", "grass"):
        window.focus()
        screen.key("alt+p", "ctrl+a")
        screen.type(word)
        screen.key("ctrl+Return")

    def rows():
        return [re.sub(" \\(.*", "", row.name)
                for row in window.find("list item", "left\\)$")]

    tap.check(screen.wait_for(lambda: len(rows()) == 3, 10),
              "three runs are in the queue", rows())
    screen.shoot("main-7-queue")
    check_names(session, "queue")
    window.click("button", "^Draw earlier: grass")
    tap.check(screen.wait_for(lambda: rows()[-1:] == ["stones"], 5),
              "the last is moved", rows())
    window.click("button", "^Cancel this run: stones")
    tap.check(screen.wait_for(lambda: "stones" not in rows(), 5),
              "one is cancelled", rows())
    window.click("button", "^Stop All$")
    tap.check(window.wait_status("^Stopped", 10), "and all are stopped",
              window.status())


def check_error(session):
    """What cannot be done is said in the window."""
    tap, screen, window = session.tap, session.screen, session.window
    session.ask("(begin (gimp-item-set-visible below FALSE) "
                "(gimp-displays-flush))")
    window.focus()
    screen.key("alt+d", "space")
    for _ in range(4):
        screen.key("Down")
    screen.key("Return")
    tap.check(screen.wait_for(lambda: session.button() == ["Vary"], 5),
              "the mode is chosen", session.button())
    window.focus()
    screen.key("ctrl+Return")
    shown = screen.wait_for(
        lambda: window.find("label", "could not be made"), 10)
    tap.check(shown, "an error is told in the window")
    screen.shoot("main-8-error")
    check_names(session, "error")
    tap.check(window.find("label", "not visible.*first") and
              window.find("label", "^Put this right in the image"),
              "with its reason and what to do")
    tap.equal([button.name for button in window.widgets()
               if re.search("Diagnostics", button.name)], [],
              "nobody is asked to send what the user can mend")
    session.ask("(begin (gimp-item-set-visible below TRUE) "
                "(gimp-image-clean-all image) (gimp-displays-flush))")
    window.click("button", "^Try Again$")
    tap.check(window.wait_status("elapsed|Starting|Picture|Done", 10),
              "once mended, Try Again starts it", window.status())
    screen.key("ctrl+period")
    tap.check(window.wait_status("^(Stopped|Done)"), "and it can be stopped",
              window.status())
    tap.equal(window.find("label", "could not be made"), [],
              "the message has gone")
    window.focus()
    screen.key("alt+d", "space", "Home", "Return")
    tap.check(screen.wait_for(lambda: session.button() == ["Generate"], 5),
              "and the mode follows the image again")


def check_pages(session):
    tap, screen, window = session.tap, session.screen, session.window
    window.focus()
    # from a text as well, which takes these keys for itself
    screen.key("alt+p", "ctrl+Next")
    tap.check(screen.wait_for(
        lambda: window.find("list item", "vqdiffusion-small"), 20),
        "the models page lists the model")
    screen.shoot("main-9-models")
    check_names(session, "models")
    window.focus()
    screen.key("ctrl+Prior")
    tap.check(screen.wait_for(lambda: session.button() == ["Generate"], 5),
              "and one comes back")
    screen.key("alt+v")
    time.sleep(1)
    screen.shoot("main-12-advanced")
    check_names(session, "advanced")
    screen.key("alt+v")


def arguments_of(profile):
    """The nicks of the procedure's arguments, as GIMP keeps them."""
    with open(profile.path("gimp", "pluginrc"), errors="replace") as pluginrc:
        procedure = re.search(
            r'proc-def "plug-in-vqdiffusion" .*?\n +(\d+) \d+\n(.*?)\n\(plug',
            pluginrc.read(), re.S)
    nicks = dict(re.findall(r'proc-arg \d+ "\S+" "\S+" "(\S+)" "(.*?)"',
                            procedure.group(2))[:int(procedure.group(1))])
    # what every procedure has
    return {nick.replace("_", "") for name, nick in nicks.items()
            if name not in ("run-mode", "image", "drawables")}


def check_arguments(session):
    """What can be set in the window, in some mode, is what a script can."""
    tap, screen, window = session.tap, session.screen, session.window
    settings = set()
    names = set()
    for mode in MODES:
        window.focus()
        screen.key("alt+d", "space", "Home")
        screen.key(*["Down"] * (1 + MODES.index(mode)), "Return")
        screen.wait_for(lambda: session.button() == [mode], 5)
        tap.equal(session.button(), [mode], "the mode can be chosen: " + mode)
        for widget in window.all_widgets():
            if "visible" not in widget.states:
                continue
            if "focusable" in widget.states or widget.role == "combo box":
                names.add(widget.name)
            if widget.role in ("spin button", "combo box", "check box"):
                settings.add(widget.name)
    window.focus()
    screen.key("alt+d", "space", "Home", "Return")
    arguments = arguments_of(screen.profile)
    tap.check(len(arguments) > 30, "the procedure has arguments", arguments)
    tap.equal(sorted(arguments - names), [],
              "each argument can be set in the window")
    tap.equal(sorted(settings - arguments - NO_ARGUMENTS), [],
              "what can be set in the window is an argument")


def check_stop_reading(session):
    """A large layer takes a while to be read; it is stopped meanwhile."""
    tap, screen, window = session.tap, session.screen, session.window
    n_before = len(window.items())
    window.focus()
    screen.key("alt+d", "space", *["Down"] * 4, "Return")
    tap.check(screen.wait_for(lambda: session.button() == ["Vary"], 5),
              "a layer is to be varied", session.button())
    session.ask("(begin (gimp-image-scale image 4000 3000) "
                "(gimp-displays-flush))")
    time.sleep(2)
    window.focus()
    screen.run("xdotool", "key", "ctrl+Return", "key", "ctrl+period")
    tap.check(window.wait_status("^Stopped: 0 pictures", 20),
              "it is stopped", window.status())
    tap.equal(len(window.items()), n_before, "and no picture waits")
    tap.equal(session.ask(LAYERS), BEFORE, "the image is as it was")
    window.focus()
    screen.key("alt+d", "space", "Home", "Return")
    tap.check(screen.wait_for(lambda: session.button() == ["Generate"], 5),
              "and the mode follows the image again")


def check_image_closed(session):
    tap, screen, window = session.tap, session.screen, session.window
    session.ask("(gimp-display-delete window)")
    tap.check(screen.wait_for(
        lambda: session.ask(IMAGES) == "0#t", 10), "the image is closed")
    time.sleep(1.5)
    tap.check(window.focus(), "the window stays")
    window.click_item(0, "Ready|Is a layer")
    tap.check(screen.wait_for(lambda: session.ask(IMAGES) == "1#t", 10),
              "a click makes a new image")
    screen.shoot("main-10-new-image")


def check_close(session):
    tap, screen, window = session.tap, session.screen, session.window
    window.focus()
    screen.key("alt+p", "ctrl+a")
    screen.type("a red apple")
    window.set_images(5)
    window.start()
    window.close()
    tap.check(window.find("label", "still being drawn"),
              "closing asks while pictures are drawn")
    screen.shoot("main-11-closing")
    screen.key("Escape")
    tap.check(window.focus() and gimp_test.find_run(screen.profile),
              "Escape keeps it open")
    window.close()
    screen.key("alt+s")
    tap.check(screen.wait_for(
        lambda: gimp_test.find_run(screen.profile) is None, 10),
        "Stop and Close ends it")

    tap.check(window.open(), "it opens again")
    widgets = window.widgets()
    tap.check("a red apple" in [widget.text for widget in widgets],
              "with the prompt of before")
    tap.check("5" in [widget.text for widget in widgets
                      if widget.role == "spin button"],
              "and the number of pictures")
    window.close()
    tap.check(screen.wait_for(
        lambda: gimp_test.find_run(screen.profile) is None, 10),
        "idle, it closes at once")


def check_scripts(session):
    """Without a window it does what mode says."""
    tap = session.tap
    session.ask(MAKE_IMAGE)
    session.ask("""
      (plug-in-vqdiffusion #:run-mode RUN-NONINTERACTIVE #:image image
        #:prompt "grass" #:seed 3 #:images 1 #:steps 4 #:mark-image TRUE)""")
    tap.equal(session.ask(LAYERS),
              '(("above" "grass (seed 3)" "below") ("below"))#t',
              "a script's auto generates")
    path = session.screen.profile.path("marked.xcf")
    session.ask('(gimp-xcf-save RUN-NONINTERACTIVE image "%s")' % path)
    with open(path, "rb") as file:
        tap.check(b"compositeWithTrainedAlgorithmicMedia" in file.read(),
                  "the image's metadata says so, when asked for")
    session.ask("(gimp-image-select-rectangle image CHANNEL-OP-REPLACE "
                "10 10 60 60)")
    session.ask("""
      (plug-in-vqdiffusion #:run-mode RUN-NONINTERACTIVE #:image image
        #:prompt "stones" #:seed 4 #:images 1 #:steps 4)""")
    tap.matches(session.ask(PLACE % 2), r" #t\)#t$",
                "with a selection it fills")
    try:
        session.ask("(plug-in-vqdiffusion #:run-mode RUN-NONINTERACTIVE "
                    '#:image image #:mode "paint")')
        said = ""
    except RuntimeError as error:
        said = str(error)
    tap.matches(said, 'no mode "paint".*auto, generate, fill',
                "a wrong mode is an error that lists the right ones")


def check_log(tap, profile):
    with open(profile.path("gimp.log")) as log:
        lines = [line for line in log
                 if re.search(r"vqdiffusion.*(WARNING|CRITICAL)|fatal", line)
                 # GTK's file dialog when it opens; a key let go of when its
                 # window has gone; the bridge to screen readers, asked for
                 # widgets that have gone
                 and not re.search("Broken pipe|GTK_IS_TREE_MODEL|"
                                   "WIDGET_REALIZED_FOR_EVENT|ATK_IS_STATE_SET|"
                                   "g_object_unref: assertion 'G_IS_OBJECT",
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
    gimp_screen.need_accessibility()
    tap = gimp_test.Tap()
    profile = gimp_test.Profile(arguments)
    screen = gimp_screen.Screen(profile, arguments.shots, accessible=True)
    session = Session(tap, screen, arguments)
    try:
        screen.server.wait()
        session.ask(MAKE_IMAGE)
        time.sleep(1)
        check_open(session)
        check_names(session, "empty")
        check_draw(session)
        check_insert(session)
        check_purity(session)
        check_compare_save_delete(session)
        check_reuse(session)
        check_fill(session)
        check_stop(session)
        check_early_pick(session)
        check_queue(session)
        check_error(session)
        check_pages(session)
        check_arguments(session)
        check_stop_reading(session)
        check_image_closed(session)
        check_close(session)
        check_scripts(session)
        check_log(tap, profile)
    except BaseException:
        screen.shoot("main-failure")
        raise
    finally:
        screen.close()
        screen.log.seek(0)
        print("# " + screen.log.read().replace("\n", "\n# "))
        profile.remove()
    tap.finish()


main()
