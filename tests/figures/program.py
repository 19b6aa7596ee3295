# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line, and what is known of a run."""
import dataclasses
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import time

import numpy
from PIL import Image

# Seconds that one picture may take.
PATIENCE = 1800
MODELS = pathlib.Path(__file__).resolve().parents[2] / 'data' / 'models'


class RunFailed(Exception):
    """What the command said."""


@dataclasses.dataclass
class Run:
    picture: numpy.ndarray  # uint8 [height, width, channels]
    text: dict              # of the PNG file
    place: tuple            # of its corner on the canvas, (x, y)
    seconds: dict           # by part
    evaluations: int

    @property
    def tokens(self):
        """The token record as text."""
        return self.text.get('vqdiffusion-tokens', '')


def place_of(path):
    """What the chunk oFFs says; (0, 0) when there is none."""
    data = pathlib.Path(path).read_bytes()
    offset = 8
    while offset < len(data):
        length, kind = struct.unpack_from('>I4s', data, offset)
        if kind == b'oFFs':
            return struct.unpack_from('>ii', data, offset + 8)
        offset += length + 12
    return 0, 0


class Program:
    def __init__(self, path, model=None, steps=None):
        self.path = os.path.abspath(path)
        self.model, self.steps = model, steps
        self.environment = {k: v for k, v in os.environ.items()
                            if not k.startswith(('LC_', 'LANG'))}
        self.environment['LC_ALL'] = 'C.UTF-8'
        self.environment.setdefault('VQDIFFUSION_MODEL_PATH', str(MODELS))

    def command(self, subcommand, arguments, out, steps=None):
        command = [self.path, subcommand, *map(str, arguments), '-o', str(out)]
        if self.model:
            command += ['--model', self.model]
        if steps or self.steps:
            command += ['--steps', str(steps or self.steps)]
        return command

    def draw(self, subcommand, *arguments, out, steps=None):
        """Runs it; a Run."""
        command = self.command(subcommand, arguments, out, steps)
        run = subprocess.run([*command, '--timings'], env=self.environment,
                             stdin=subprocess.DEVNULL, capture_output=True,
                             text=True, timeout=PATIENCE, check=False)
        if run.returncode != 0:
            raise RunFailed(run.stderr.strip() or f'status {run.returncode}')
        seconds = dict(re.findall(r'^(\w+) +([\d.]+) s$', run.stderr, re.M))
        evaluations = re.search(r'^evaluations +(\d+)$', run.stderr, re.M)
        with Image.open(out) as image:
            image.load()
            return Run(numpy.array(image), dict(image.text), place_of(out),
                       {name: float(value) for name, value in seconds.items()},
                       int(evaluations.group(1)) if evaluations else -1)


# ------------------------------------------------------ watched as it runs

@dataclasses.dataclass
class Watched:
    status: int
    peak_bytes: int
    seconds: float
    largest_gap: float   # between two reports of progress
    said: str            # the last report with a time left
    seconds_to_end: float  # from the signal; 0: none was sent


def peak_bytes(pid):
    """Of memory so far; 0 when it has ended."""
    try:
        with open(f'/proc/{pid}/status', encoding='ascii') as status:
            found = re.search(r'^VmHWM:\s+(\d+) kB$', status.read(), re.M)
    except OSError:
        found = None
    return int(found.group(1)) * 1024 if found else 0


def watch(program, command, stop_after=None):
    """Runs it at a terminal; Ctrl-C after so many seconds."""
    ours, theirs = pty.openpty()
    with open(ours, 'rb', buffering=0) as reports:
        process = subprocess.Popen(command, env=program.environment,
                                   stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        try:
            return follow(process, reports, stop_after)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


def follow(process, reports, stop_after):
    start = last = time.monotonic()
    peak, gap, said, stopped = 0, 0.0, '', None
    while process.poll() is None:
        peak = max(peak, peak_bytes(process.pid))
        now = time.monotonic()
        if select.select([reports], [], [], 0.1)[0]:
            try:
                text = reports.read(4096).decode('utf-8', 'replace')
            except OSError:   # the other end is closed
                time.sleep(0.05)
                continue
            now = time.monotonic()
            gap, last = max(gap, now - last), now
            said = next((line.strip() for line in reversed(text.split('\r'))
                         if ' left' in line), said)
        if stop_after and not stopped and now - start > stop_after:
            process.send_signal(signal.SIGINT)
            stopped = now
    end = time.monotonic()
    return Watched(process.returncode, peak, end - start,
                   max(gap, end - last) if not stopped else gap, said,
                   end - stopped if stopped else 0.0)
