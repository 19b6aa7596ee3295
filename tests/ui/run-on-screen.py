#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a program on a screen of its own, with a home of its own.

run-on-screen.py [--shots FOLDER] [--hard] [--language de] PROGRAM
                 [ARGUMENT...]

Xvfb and a window manager, so that windows get the keys. --hard: a dark theme,
all twice as large, from right to left. --language: the locale of that
language, made for this. Exit code: the program's. When a tool is missing, or
the sources of the locale, the test is skipped.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "plugin"))
import gimp_test  # noqa: E402

TOOLS = ("Xvfb", "openbox")
SIZES = ("1280x1100x24", "2560x2200x24")
HOMES = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
         "XDG_RUNTIME_DIR", "TMPDIR")


def make_environment(folder, shots, hard):
    environment = dict(os.environ)
    for name in ("WAYLAND_DISPLAY", "GTK_MODULES", "XMODIFIERS",
                 "VQDIFFUSION_MODEL_PATH"):
        environment.pop(name, None)
    for name in HOMES:
        environment[name] = os.path.join(folder, name.lower())
        os.makedirs(environment[name], mode=0o700)
    environment.update(GDK_BACKEND="x11", NO_AT_BRIDGE="1",
                       LC_ALL="C.UTF-8",
                       GTK_IM_MODULE="gtk-im-context-simple",
                       # files alone: no bus, no virtual file systems
                       GIO_USE_VFS="local", GSETTINGS_BACKEND="memory")
    if hard:
        environment.update(GTK_THEME="Adwaita:dark", GDK_SCALE="2",
                           VQD_UI_RTL="1")
    if shots:
        os.makedirs(shots, exist_ok=True)
        environment["VQD_UI_SHOTS"] = os.path.abspath(shots)
    return environment


def set_language(environment, folder, language):
    locale = gimp_test.make_locale(folder, language)
    if locale is None:
        print("1..0 # SKIP the system has no sources of the locale of %s"
              " (package locales)" % language)
        sys.exit(0)
    environment.update(LOCPATH=folder, LC_ALL=locale, LANGUAGE=language)


def start_screen(environment, size):
    read_end, write_end = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0",
         size, "-nolisten", "tcp"],
        pass_fds=[write_end], stderr=subprocess.DEVNULL)
    os.close(write_end)
    with os.fdopen(read_end) as line:
        number = line.readline().strip()
    if not number:
        raise RuntimeError("Xvfb did not start")
    environment["DISPLAY"] = ":" + number
    return server


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shots", default="")
    parser.add_argument("--hard", action="store_true")
    parser.add_argument("--language", default="")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    for tool in TOOLS:
        if shutil.which(tool) is None:
            print("1..0 # SKIP no %s" % tool)
            sys.exit(0)

    folder = tempfile.mkdtemp(prefix="vqdiffusion-ui-")
    processes = []
    try:
        environment = make_environment(folder, arguments.shots,
                                       arguments.hard)
        if arguments.language:
            set_language(environment, folder, arguments.language)
        processes.append(start_screen(environment, SIZES[arguments.hard]))
        processes.append(subprocess.Popen(
            ["openbox"], env=environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL))
        time.sleep(0.5)
        code = subprocess.run(arguments.command, env=environment).returncode
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)
    # A signal's number is negative: no exit code.
    sys.exit(code if code >= 0 else 128 - code)


main()
