# SPDX-License-Identifier: GPL-3.0-or-later
"""What the plug-in's tests share: a private GIMP with the plug-in in it.

Only Python's own library. Tests print TAP.
"""

import argparse
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

SKIPPED = 77
PROCEDURE = "plug-in-vqdiffusion-generate"
REGIONS = {"he": "IL", "ja": "JP", "ko": "KR"}
START_TIMEOUT_S = 300  # of a script


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--plugin", required=True, help="the built plug-in")
    parser.add_argument("--gimp-version", required=True, help="3.0.4")
    parser.add_argument("--models", required=True, help="folder of the models")
    parser.add_argument("--cli", default="", help="the built command line")
    parser.add_argument("--shots", default="", help="folder for screenshots")
    parser.add_argument("--only", default="", help="run one test alone")
    return parser.parse_args()


def need_model(arguments):
    """The default model's file; without it the tests are skipped."""
    path = os.path.join(arguments.models, "vqdiffusion-small.safetensors")
    if not os.path.exists(path):
        print("1..0 # SKIP no model in %s" % arguments.models)
        sys.exit(SKIPPED)
    return path


def make_locale(folder, language):
    """The system's words in a language; None where it has no sources of it.

    Without a locale no catalogue is looked for; LOCPATH must be the folder.
    """
    name = "%s_%s.UTF-8" % (language, REGIONS.get(language, language.upper()))
    path = os.path.join(folder, name)
    subprocess.run(
        ["localedef", "-i", name.split(".")[0], "-f", "UTF-8", path],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return name if os.path.exists(os.path.join(path, "LC_CTYPE")) else None


class Tap:
    """Test results as they come; TAP's plan at the end."""

    def __init__(self):
        self.n_run = 0
        self.n_failed = 0

    def check(self, passed, name, detail=""):
        self.n_run += 1
        self.n_failed += not passed
        print("%sok %d - %s" % ("" if passed else "not ", self.n_run, name))
        if not passed:
            for line in str(detail).splitlines():
                print("# " + line)
        sys.stdout.flush()
        return passed

    def equal(self, got, expected, name):
        return self.check(got == expected, name,
                          "got:      %r\nexpected: %r" % (got, expected))

    def matches(self, text, pattern, name):
        return self.check(re.search(pattern, text) is not None, name,
                          "no %r in:\n%s" % (pattern, text))

    def finish(self):
        print("1..%d" % self.n_run)
        sys.exit(1 if self.n_failed else 0)


class Profile:
    """A GIMP profile and home that go away with the test."""

    def __init__(self, arguments):
        self.folder = tempfile.mkdtemp(prefix="vqdiffusion-test-")
        series = ".".join(arguments.gimp_version.split(".")[:2])
        self.console = "gimp-console-" + series
        self.gimp = "gimp-" + series
        self.gimp_folder = self.path("gimp")
        plugin_folder = self.path("gimp", "plug-ins", "vqdiffusion")
        os.makedirs(plugin_folder)
        shutil.copy(arguments.plugin, os.path.join(plugin_folder,
                                                   "vqdiffusion"))
        with open(self.path("gimp", "gimprc"), "w") as gimprc:
            # The version: else GIMP greets whom it has not seen before.
            gimprc.write('(config-version "%s")\n(check-updates no)\n'
                         '(show-welcome-dialog no)\n'
                         % arguments.gimp_version)
        self.environment = self.make_environment(arguments)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def make_environment(self, arguments):
        environment = dict(os.environ)
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "VQD_TIMINGS"):
            environment.pop(name, None)
        for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME",
                     "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "TMPDIR"):
            environment[name] = self.path(name.lower())
            os.makedirs(environment[name], mode=0o700)
        environment["GIMP3_DIRECTORY"] = self.gimp_folder
        environment["VQDIFFUSION_MODEL_PATH"] = arguments.models
        environment["LC_ALL"] = "C.UTF-8"
        environment["NO_AT_BRIDGE"] = "1"
        return environment

    def batch(self, script, environment=None, timeout=START_TIMEOUT_S):
        """Runs Script-Fu; returns exit code, output and complaints.

        The last two are apart: other processes complain in the middle of a
        line.
        """
        process = self.start_batch(script, environment)
        output, errors = process.communicate(timeout=timeout)
        return (process.returncode, output.decode("utf-8", "replace"),
                errors.decode("utf-8", "replace"))

    def start_batch(self, script, environment=None):
        command = [self.console, "-n", "-i", "--batch-interpreter",
                   "plug-in-script-fu-eval", "-b",
                   "(begin %s %s)" % (PRELUDE, script), "--quit"]
        return subprocess.Popen(
            command, env=dict(self.environment, **(environment or {})),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def find_run(profile):
    """The process of the plug-in that runs a procedure; None without one."""
    folder = os.path.join(profile.gimp_folder, "plug-ins")
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % name, "rb") as file:
                words = file.read().decode("utf-8", "replace").split("\0")
        except OSError:
            continue
        if words[0].startswith(folder) and "-run" in words:
            return int(name)
    return None


def said(output):
    """What a script said by (say KEY VALUE), by key."""
    return dict(re.findall(r"^SAY ([\w-]+): (.*?) *$", output, re.M))


# say writes a value; try runs a call that may fail and says the error, ""
# when there was none; export saves one layer as an 8-bit PNG.
PRELUDE = """
(define (say key value)
  (display "\nSAY ") (display key) (display ": ") (write value) (newline))
(define last-error "")
(set! *error-hook*
  (lambda (message . rest)
    (set! last-error
          (apply string-append message
                 (map (lambda (x) (if (symbol? x) (symbol->string x) ""))
                      rest)))
    (throw last-error)))
(define (try key thunk)
  (set! last-error "")
  (catch #f (thunk))
  (say key last-error))
(define (names layers)
  (map (lambda (layer) (car (gimp-item-get-name layer)))
       (vector->list layers)))
(define (layer-names image)
  (names (car (gimp-image-get-layers image))))
(define (selected-names image)
  (names (car (gimp-image-get-selected-layers image))))
(define (export layer path)
  (let* ((source (car (gimp-item-get-image layer)))
         (image (car (gimp-image-new-with-precision
                       (car (gimp-drawable-get-width layer))
                       (car (gimp-drawable-get-height layer))
                       (car (gimp-image-get-base-type source))
                       (car (gimp-image-get-precision source)))))
         (copy (car (gimp-layer-new-from-drawable layer image))))
    (gimp-image-insert-layer image copy 0 0)
    (gimp-layer-set-offsets copy 0 0)
    (if (not (= (car (gimp-image-get-precision image))
                PRECISION-U8-NON-LINEAR))
        (gimp-image-convert-precision image PRECISION-U8-NON-LINEAR))
    (file-png-export #:image image #:file path #:format "auto")
    (gimp-image-delete image)))
"""


def unfilter(kind, line, above, n_bytes):
    """One row of a PNG, its filter undone."""
    for i in range(len(line)):
        left = line[i - n_bytes] if i >= n_bytes else 0
        up = above[i]
        corner = above[i - n_bytes] if i >= n_bytes else 0
        if kind == 4:
            paeth = left + up - corner
            nearest = min((abs(paeth - left), 0, left),
                          (abs(paeth - up), 1, up),
                          (abs(paeth - corner), 2, corner))
            predicted = nearest[2]
        else:
            predicted = (0, left, up, (left + up) // 2)[kind]
        line[i] = (line[i] + predicted) & 255
    return line


class Png:
    """An 8-bit PNG as rows of channels."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        self.text = {}
        packed = b""
        at = 8
        while at < len(data):
            size, kind = struct.unpack_from(">I4s", data, at)
            body = data[at + 8:at + 8 + size]
            at += size + 12
            if kind == b"IHDR":
                (self.width, self.height, depth, colour,
                 _, _, interlace) = struct.unpack(">IIBBBBB", body)
            elif kind == b"IDAT":
                packed += body
            elif kind == b"tEXt":
                key, value = body.split(b"\0", 1)
                self.text[key.decode("latin-1")] = value.decode("latin-1")
        if depth != 8 or interlace:
            raise ValueError("%s: not a plain 8-bit PNG" % path)
        self.n_channels = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
        self.rows = self.unpack(zlib.decompress(packed))

    def unpack(self, raw):
        stride = self.width * self.n_channels
        above = bytearray(stride)
        rows = []
        for y in range(self.height):
            at = y * (stride + 1)
            above = unfilter(raw[at], bytearray(raw[at + 1:at + 1 + stride]),
                             above, self.n_channels)
            rows.append(above)
        return rows

    def colours(self):
        """The pixels without their alpha, as one list of bytes."""
        n = self.n_channels
        n_colours = n - (n in (2, 4))
        return [row[x * n + c] for row in self.rows
                for x in range(self.width) for c in range(n_colours)]

    def alphas(self):
        n = self.n_channels
        return [row[x * n + n - 1] for row in self.rows
                for x in range(self.width)] if n in (2, 4) else []
