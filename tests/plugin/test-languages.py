#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catalogues: whole, sound, and found by GIMP.

Of each language in po/LINGUAS: nothing is left untranslated, formats fit, a
mnemonic has a mnemonic. Then a GIMP in each of them, with the plug-in as
./dev install puts it there, is asked for the words of the menu.
"""

import argparse
import gettext
import os
import re
import shutil
import subprocess
import sys

import gimp_test

MNEMONIC = re.compile(r"_\w")
MENU = ("Picture from _Text...", "_Fill Selection...", "_Vary Layer...")
# Told by the plug-in, and by the engine below it.
MISTAKES = {
    "layer": "The image has no layer to work on.",
    "strategy": 'There is no strategy "%s"; there are: %s.',
    "file": "not a safetensors file: its header would have %llu bytes",
}
RUN = """
(let ((image (car (gimp-image-new 64 64 RGB))))
  (try "layer"
       (lambda ()
         (plug-in-vqdiffusion-fill #:run-mode RUN-NONINTERACTIVE
                                   #:image image #:prompt "x")))
  (try "strategy"
       (lambda ()
         (plug-in-vqdiffusion-generate #:run-mode RUN-NONINTERACTIVE
                                       #:strategy "best" #:prompt "x")))
  (try "file"
       (lambda ()
         (plug-in-vqdiffusion-generate #:run-mode RUN-NONINTERACTIVE
                                       #:model "%s" #:prompt "x"))))
"""


# The script's own installation, of what is built already.
INSTALL = 'source "$1"; build=$2; build_main () { :; }; cmd_install'


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", required=True, help="the tree")
    parser.add_argument("--locale", required=True, help="the built catalogues")
    parser.add_argument("--plugin", required=True)
    parser.add_argument("--gimp-version", required=True)
    parser.add_argument("--models", required=True)
    return parser.parse_args()


def languages(root):
    with open(os.path.join(root, "po", "LINGUAS")) as file:
        return file.read().split()


def untranslated(root, language):
    """Words of the template that a language has not, or not surely."""
    folder = os.path.join(root, "po")
    merged = subprocess.run(
        ["msgmerge", "--quiet", "--no-fuzzy-matching", "--output-file=-",
         os.path.join(folder, language + ".po"),
         os.path.join(folder, "vqdiffusion.pot")],
        check=True, stdout=subprocess.PIPE).stdout
    left = [subprocess.run(["msgattrib", "--no-obsolete", "--no-wrap", which],
                           input=merged, check=True,
                           stdout=subprocess.PIPE).stdout.decode()
            for which in ("--untranslated", "--only-fuzzy")]
    return re.findall(r'^msgid "(.+)"$', "".join(left), re.M)


def read_catalogue(path):
    with open(path, "rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog
    return {key: value for key, value in catalogue.items() if key != ""}


def check_catalogue(tap, arguments, language):
    po = os.path.join(arguments.root, "po", language + ".po")
    sound = subprocess.run(["msgfmt", "-c", "-o", os.devnull, po],
                           stderr=subprocess.PIPE)
    tap.check(sound.returncode == 0, language + ": msgfmt finds it sound",
              sound.stderr.decode())

    catalogue = read_catalogue(os.path.join(
        arguments.locale, language, "LC_MESSAGES", "vqdiffusion.mo"))
    tap.equal(untranslated(arguments.root, language), [],
              language + ": nothing is left untranslated")
    tap.equal(sorted(key for key, value in catalogue.items()
                     if isinstance(key, str) and
                     len(MNEMONIC.findall(key)) == 1 and
                     len(MNEMONIC.findall(value)) != 1), [],
              language + ": what has a mnemonic has one mnemonic")
    return catalogue


def check_install(tap, arguments, profile):
    build = os.path.dirname(arguments.locale)
    done = subprocess.run(
        ["bash", "-c", INSTALL, "install",
         os.path.join(arguments.root, "dev"), build],
        env=profile.environment, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    folder = profile.path("gimp", "plug-ins", "vqdiffusion", "locale")
    installed = os.listdir(folder) if os.path.isdir(folder) else []
    tap.equal(sorted(installed), sorted(languages(arguments.root)),
              "./dev install brings each language")
    if done.returncode != 0:
        tap.check(False, "./dev install", done.stdout.decode())


def check_in_gimp(tap, profile, language, catalogue):
    """What the plug-in told GIMP of its menu, and what it says of mistakes."""
    folder = profile.path("locales")
    os.makedirs(folder, exist_ok=True)
    locale = gimp_test.make_locale(folder, language)
    if locale is None:
        tap.check(True, "%s: in GIMP # SKIP the system has no sources of it "
                  "(package locales)" % language)
        return
    no_model = profile.path("text.safetensors")
    with open(no_model, "w") as file:
        file.write("This is a text, and far from being a model. " * 9)
    _, output, errors = profile.batch(
        RUN % no_model, {"LOCPATH": folder, "LC_ALL": locale, "LANGUAGE": language})
    said = gimp_test.said(output)
    for name, message in MISTAKES.items():
        words = ".*".join(map(re.escape, re.split("%s|%llu", catalogue[message])))
        tap.check(re.search(words, said.get(name, "")),
                  "%s: a mistake is told of in it, %s" % (language, name),
                  "%s\n%s" % (said, errors))
    with open(profile.path("gimp", "pluginrc"), "rb") as file:
        known = file.read()
    submenu = '"<Image>/Filters/%s"' % catalogue["Generate"]
    tap.equal([words for words in [catalogue[label] for label in MENU] +
               [submenu] if words.encode() not in known], [],
              language + ": GIMP's menu speaks it")


def main():
    arguments = parse_arguments()
    for tool in ("msgfmt", "msgmerge", "msgattrib"):
        if shutil.which(tool) is None:
            print("1..0 # SKIP no %s" % tool)
            sys.exit(0)
    tap = gimp_test.Tap()
    catalogues = {language: check_catalogue(tap, arguments, language)
                  for language in languages(arguments.root)}

    profile = gimp_test.Profile(arguments)
    try:
        check_install(tap, arguments, profile)
        for language, catalogue in catalogues.items():
            # A GIMP start takes long; the others in the full test.
            if language == "de" or os.environ.get("VQD_TEST_FULL"):
                check_in_gimp(tap, profile, language, catalogue)
    finally:
        profile.remove()
    tap.finish()


main()
