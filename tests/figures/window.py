#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of the plug-in's window, for looking at and for docs/window.

The real window in a real GIMP on a screen of Xvfb, with the default model and
a user's picture; a row of TABLE is a GIMP with its looks and its language.
"""

import argparse
import gettext
import glob
import os
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "plugin"))
import gimp_screen  # noqa: E402
import gimp_test  # noqa: E402
import main_window  # noqa: E402

PICTURE = os.path.join(HERE, "photographs", "coffee.jpg")
EMPTY_CATALOGUE = b"""
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"
"""
PLUG_INS = ("script-fu", "script-fu-server", "file-jpeg", "file-png")
SEED = 4
WAIT_S = 600
PAUSE_S = 5
COLOURS = 96
BORDER = "#808080"

OPEN_PICTURE = """
(begin
  (define image (car (gimp-file-load RUN-NONINTERACTIVE "%s")))
  (gimp-image-set-file image "%s")
  (gimp-image-clean-all image)
  (define window (car (gimp-display-new image)))
  (gimp-displays-flush))
"""
SELECT = """
(begin
  (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 410 235 180 150)
  (gimp-displays-flush))
"""
UNSELECT = "(begin (gimp-selection-none image) (gimp-displays-flush))"
HIDE = """
(begin
  (gimp-item-set-visible (vector-ref (car (gimp-image-get-layers image)) 0) %s)
  (gimp-displays-flush))
"""


class Desk(main_window.MainWindow):
    """A GIMP with a picture in it, and the window of the plug-in."""

    def __init__(self, arguments, folder, language, is_dark, scale):
        self.folder = folder
        self.scale = scale
        is_rtl = language == "he"
        self.back, self.on = (("Right", "Left") if is_rtl
                              else ("Left", "Right"))
        self.profile = gimp_test.Profile(arguments)
        self.take_catalogues(arguments, language)
        with open(self.profile.path("gimp", "gimprc"), "a") as gimprc:
            gimprc.write("(theme-color-scheme %s)\n"
                         '(plug-in-path "${gimp_dir}/plug-ins")\n'
                         % ("dark" if is_dark else "light"))
        self.take_plug_ins(arguments)
        self.words = gettext.translation(
            "vqdiffusion", arguments.locale, [language],
            fallback=True).gettext
        environment = dict(self.make_home(arguments), GDK_SCALE=str(scale))
        if language != "en":
            environment.update(self.make_language(language))
        super().__init__(gimp_screen.Screen(
            self.profile, "", environment, accessible=True,
            size="%dx%dx24" % (1366 * scale, 1000 * scale)))

    def take_catalogues(self, arguments, language):
        locale = self.profile.path("gimp", "plug-ins", "vqdiffusion",
                                   "locale")
        shutil.copytree(arguments.locale, locale,
                        ignore=shutil.ignore_patterns("*-*", "*.p"))
        # Without one, a language that is read from the right would have the
        # window from left to right, as its English words are.
        folder = os.path.join(locale, language, "LC_MESSAGES")
        if language != "en" and not os.path.exists(folder):
            os.makedirs(folder)
            subprocess.run(
                ["msgfmt", "-o", os.path.join(folder, "vqdiffusion.mo"), "-"],
                input=EMPTY_CATALOGUE, check=True)

    def take_plug_ins(self, arguments):
        """Those needed alone: GIMP asks each for its menus, a minute long."""
        series = ".".join(arguments.gimp_version.split(".")[:2])
        pattern = "/usr/lib/*/gimp/%s/plug-ins" % series
        for name in PLUG_INS:
            shutil.copytree(
                os.path.join(glob.glob(pattern)[0], name),
                self.profile.path("gimp", "plug-ins", name))

    def make_home(self, arguments):
        """With the model where a user has it."""
        home = self.profile.environment["HOME"]
        data = os.path.join(home, ".local", "share")
        models = os.path.join(data, "vqdiffusion", "models")
        os.makedirs(models)
        shutil.copy(gimp_test.need_model(arguments), models)
        return {"XDG_DATA_HOME": data, "VQDIFFUSION_MODEL_PATH": ""}

    def make_language(self, language):
        folder = self.profile.path("locales")
        os.makedirs(folder)
        locale = gimp_test.make_locale(folder, language)
        if locale is None:
            raise RuntimeError("no sources of the locale of %s" % language)
        return {"LOCPATH": folder, "LC_ALL": locale, "LANGUAGE": language}

    def begin(self):
        self.screen.server.wait()
        self.screen.server.ask(
            OPEN_PICTURE % (PICTURE, self.profile.path("coffee.xcf")))
        time.sleep(1)
        self.screen.focus(" GIMP$")
        # Filters is the third from the end in every language.
        self.screen.key("F10", self.back, self.back, self.back, "Down")
        self.screen.key("End", self.on, "v")
        if not self.focus():
            raise RuntimeError("the menu does not open the window")

    def key_of(self, label):
        """Presses the key of a label, as it is in the language."""
        words = self.words(label)
        key = words[words.index("_") + 1].lower()
        self.focus()
        self.screen.key("alt+" + key)

    def type_prompt(self, text):
        self.key_of("_Prompt")
        self.screen.key("ctrl+a")
        self.screen.type(text)

    def set_number(self, label, number):
        self.key_of(label)
        self.screen.key("ctrl+a")
        self.screen.type(str(number))
        self.screen.key("Tab")

    def set_quality(self, key):
        """The one beside Balanced, or that again."""
        self.key_of("_Quality:")
        self.screen.key(key, "space")

    def finish(self):
        for _ in range(WAIT_S // PAUSE_S):
            # Looking takes time that the pictures need.
            time.sleep(PAUSE_S)
            if not self.find("progress bar"):
                return
        raise RuntimeError("the pictures take too long")

    def draw(self, prompt):
        self.type_prompt(prompt)
        self.screen.key("ctrl+Return")
        time.sleep(3)

    def shoot(self, name):
        """The window alone, with few colours."""
        path = os.path.join(self.folder, name + ".png")
        time.sleep(1)
        # the pointer would leave tooltips and lit widgets
        self.screen.run("xdotool", "mousemove", "0", "0", "sleep", "0.7")
        window = self.screen.windows(main_window.TITLE)[-1]
        self.screen.run("import", "-window", window, path)
        self.screen.run(
            "convert", path, "-bordercolor", BORDER, "-border",
            str(self.scale), "+dither", "-colors", str(COLOURS), "-strip",
            "-define", "png:compression-level=9", "PNG8:" + path)
        print("%s: %d kB" % (path, os.path.getsize(path) // 1000), flush=True)

    def end(self):
        self.screen.close()
        self.profile.remove()


# ---------------------------------------------------------------- scenes

def states(desk):
    desk.shoot("empty")
    desk.set_number("S_eed", SEED)
    # the slowest, for between looking and shooting it goes on
    desk.set_quality(desk.on)
    desk.draw("autumn leaves")
    desk.screen.wait_for(lambda: desk.find("list item", "Ready$"), 120)
    desk.screen.wait_for(
        lambda: desk.find("list item", "Step [2-4][0-9] "), 60)
    desk.shoot("half-way")
    desk.set_quality(desk.back)
    desk.draw("green grass texture")
    desk.draw("clouds in a blue sky")
    desk.finish()
    desk.shoot("full")

    desk.screen.server.ask(SELECT)
    desk.set_number("_Number of pictures", 2)
    desk.draw("autumn leaves")
    desk.finish()
    desk.shoot("fill")
    desk.screen.server.ask(UNSELECT)

    desk.focus()
    desk.screen.key("ctrl+Next")
    desk.screen.wait_for(lambda: desk.find("list item", "vqdiffusion"), 20)
    desk.shoot("models")
    desk.screen.key("ctrl+Prior")
    desk.key_of("Ad_vanced")
    desk.shoot("advanced")
    desk.key_of("Ad_vanced")

    desk.screen.server.ask(HIDE % "FALSE")
    desk.key_of("Mo_de")
    desk.screen.key("space", "Down", "Down", "Down", "Down", "Return")
    desk.focus()
    desk.screen.key("ctrl+Return")
    desk.shoot("error")


def gallery(name):
    """A short run."""
    def scene(desk):
        desk.set_number("_Number of pictures", 3)
        desk.set_number("S_eed", SEED)
        desk.set_quality(desk.back)
        desk.draw("autumn leaves")
        desk.finish()
        desk.shoot(name)
    return scene


def everything(name):
    """All that has words, for looking at; not in the documents."""
    def scene(desk):
        gallery(name)(desk)
        desk.key_of("Ad_vanced")
        desk.shoot(name + "-advanced")
        desk.focus()
        desk.screen.key("ctrl+Next")
        desk.shoot(name + "-models")
    return scene


# name: (language, is dark, scale, scene)
TABLE = {
    "states": ("en", False, 1, states),
    "dark": ("en", True, 1, gallery("dark")),
    "large": ("en", False, 2, gallery("large")),
    "german": ("de", False, 1, gallery("german")),
    "japanese": ("ja", False, 1, gallery("japanese")),
    "right-to-left": ("he", False, 1, gallery("right-to-left")),
}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plugin", required=True, help="the built plug-in")
    parser.add_argument("--gimp-version", required=True, help="3.0.4")
    parser.add_argument("--models", required=True, help="folder of the models")
    parser.add_argument("--locale", required=True,
                        help="the built catalogues")
    parser.add_argument("folder", help="where the pictures go")
    parser.add_argument("names", nargs="*", default=list(TABLE),
                        help="of " + ", ".join(TABLE) + ", or the code of a "
                        "language: all of its words")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    os.makedirs(arguments.folder, exist_ok=True)
    for name in arguments.names:
        language, is_dark, scale, scene = TABLE.get(
            name, (name, False, 1, everything(name)))
        desk = Desk(arguments, arguments.folder, language, is_dark, scale)
        try:
            desk.begin()
            scene(desk)
        except BaseException:
            desk.screen.run("import", "-window", "root", os.path.join(
                arguments.folder, name + "-failure.png"))
            raise
        finally:
            desk.end()


main()
