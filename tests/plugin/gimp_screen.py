#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A GIMP with windows, on a screen of Xvfb.

Keys and clicks come from xdotool; what GIMP holds is asked of its Script-Fu
server; names and roles of widgets are read by at_spi.py, in the same session.
"""

import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

import gimp_test

SCREEN = "1280x1000x24"
LAUNCHER = "/usr/libexec/at-spi-bus-launcher"
TOOLS = ("Xvfb", "xdotool", "openbox", "dbus-run-session", "import")


def need_tools():
    """Without a screen's programs the tests are skipped."""
    for tool in TOOLS:
        if shutil.which(tool) is None:
            print("1..0 # SKIP no %s" % tool)
            sys.exit(gimp_test.SKIPPED)


def need_accessibility():
    """Without what screen readers need the tests are skipped."""
    try:
        import gi
        gi.require_version("Atspi", "2.0")
    except (ImportError, ValueError):
        gi = None
    if gi is None or not os.path.exists(LAUNCHER):
        print("1..0 # SKIP no accessibility bus, or no gir1.2-atspi-2.0")
        sys.exit(gimp_test.SKIPPED)


class Server:
    """Script-Fu in the GIMP that runs."""

    def __init__(self, port):
        self.port = port

    def ask(self, script):
        code = script.encode()
        with socket.create_connection(("127.0.0.1", self.port), 60) as link:
            link.sendall(struct.pack(">cH", b"G", len(code)) + code)
            header = self.receive(link, 4)
            _, failed, size = struct.unpack(">cBH", header)
            answer = self.receive(link, size).decode()
        if failed:
            raise RuntimeError("%s: %s" % (script, answer))
        # What the script wrote; the reader's end mark follows.
        return answer.split("#<EOF>")[0].strip()

    @staticmethod
    def receive(link, size):
        data = b""
        while len(data) < size:
            piece = link.recv(size - len(data))
            if not piece:
                raise RuntimeError("the Script-Fu server hung up")
            data += piece
        return data

    def wait(self):
        end = time.monotonic() + gimp_test.START_TIMEOUT_S
        while time.monotonic() < end:
            try:
                return self.ask("(display \"up\")")
            except OSError:
                time.sleep(0.5)
        raise RuntimeError("GIMP's Script-Fu server did not come up")


class Screen:
    """Xvfb with a window manager, and a GIMP on it."""

    def __init__(self, profile, shots, environment=None, accessible=False,
                 size=SCREEN):
        self.profile = profile
        self.shots = shots
        read_end, write_end = os.pipe()
        self.xvfb = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write_end), "-screen", "0", size,
             "-nolisten", "tcp"],
            pass_fds=[write_end], stderr=subprocess.DEVNULL)
        os.close(write_end)
        with os.fdopen(read_end) as line:
            number = line.readline().strip()
        if not number:
            raise RuntimeError("Xvfb did not start")
        self.environment = dict(profile.environment, DISPLAY=":" + number,
                                **(environment or {}))
        if accessible:
            del self.environment["NO_AT_BRIDGE"]
            self.environment["GTK_MODULES"] = "gail:atk-bridge"
        self.session = profile.path("session-environment")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        serve = ('(plug-in-script-fu-server #:run-mode 1 #:ip "127.0.0.1" '
                 '#:port %d #:logfile "%s")'
                 % (port, profile.path("script-fu.log")))
        self.log = open(profile.path("gimp.log"), "w+")
        self.gimp = subprocess.Popen(
            ["dbus-run-session", "--", "sh", "-c",
             'env >%s; %s openbox & exec "$@"'
             % (self.session, LAUNCHER + " --launch-immediately &"
                if accessible else ""), "sh",
             profile.gimp, "-n", "--no-splash", "--batch-interpreter",
             "plug-in-script-fu-eval", "-b", serve],
            env=self.environment, stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=subprocess.STDOUT, start_new_session=True)
        self.server = Server(port)

    def run(self, *command):
        return subprocess.run(command, env=self.environment,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL).stdout.decode()

    def ask_accessibility(self, *arguments):
        """What at_spi.py prints, in the session of the screen."""
        environment = dict(self.environment)
        with open(self.session) as lines:
            for line in lines:
                name, _, value = line.rstrip("\n").partition("=")
                if name == "DBUS_SESSION_BUS_ADDRESS":
                    environment[name] = value
        tool = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                            "at_spi.py")
        return subprocess.run([sys.executable, tool] + list(arguments),
                              env=environment, check=True, timeout=300,
                              stdout=subprocess.PIPE).stdout.decode()

    def key(self, *keys):
        for key in keys:
            self.run("xdotool", "key", "--clearmodifiers", key)
            time.sleep(0.3)

    def click(self, x, y):
        # A tooltip that was under the pointer goes first.
        self.run("xdotool", "mousemove", str(x), str(y), "sleep", "0.3",
                 "click", "1")
        time.sleep(0.3)

    def type(self, text):
        self.run("xdotool", "type", "--delay", "20", text)

    def windows(self, title):
        return self.run("xdotool", "search", "--onlyvisible", "--name",
                        title).split()

    def wait_for(self, condition, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return True
            time.sleep(0.2)
        return False

    def is_active(self, title):
        name = self.run("xdotool", "getactivewindow", "getwindowname")
        return re.search(title, name.strip()) is not None

    def focus(self, title):
        """Waits for a window, and until it has the keys."""
        def activate():
            for window in self.windows(title)[-1:]:
                self.run("xdotool", "windowactivate", window)
            return self.is_active(title)

        found = self.wait_for(activate)
        time.sleep(1)
        return found

    def shoot(self, name):
        if self.shots:
            os.makedirs(self.shots, exist_ok=True)
            self.run("import", "-window", "root",
                     os.path.join(self.shots, name + ".png"))

    def close(self):
        # The whole group: plug-ins that listen outlive their GIMP.
        os.killpg(self.gimp.pid, signal.SIGTERM)
        self.gimp.wait()
        self.xvfb.terminate()
        self.xvfb.wait()
