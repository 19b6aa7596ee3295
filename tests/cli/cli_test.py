# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the command line share: calls, checks, TAP.

A test is a function test_NAME (folder) of the script; folder is its own,
empty, and removed afterwards.
"""
import contextlib
import os
import pty
import select
import signal
import subprocess
import sys
import tempfile

PROGRAM, MODELS = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
OK, FAILED, USAGE = 0, 1, 2
# Seconds to wait for anything.
PATIENCE = 120
# Seconds from Ctrl-C to the end of the program; seen: 0.05.
CANCEL_SECONDS = 1.0


class Skip(Exception):
    """The reason why a test cannot be done here."""


def environment(models=MODELS):
    """The user's own models and languages have no say."""
    env = {k: v for k, v in os.environ.items()
           if not k.startswith(('LC_', 'LANG', 'XDG_', 'VQDIFFUSION'))}
    env.update(LC_ALL='C.UTF-8', VQDIFFUSION_MODEL_PATH=models)
    return env


def call(*arguments, folder=None, env=None, before=(), setup=None):
    """Runs the program; no terminal anywhere."""
    run = subprocess.run([*before, PROGRAM, *arguments], cwd=folder,
                         timeout=PATIENCE, stdin=subprocess.DEVNULL,
                         capture_output=True, env=env or environment(),
                         preexec_fn=setup, check=False)
    run.out = run.stdout.decode()
    run.err = run.stderr.decode()
    assert 'CRITICAL' not in run.err and 'Sanitizer' not in run.err, run.err
    return run


def equal(seen, expected):
    assert seen == expected, f'saw {seen!r}, expected {expected!r}'


def contains(text, *parts):
    for part in parts:
        assert part in text, f'no {part!r} in {text!r}'


def refused(run, code, *parts):
    """One clear message, the right exit code, and no path printed."""
    equal((run.returncode, run.out), (code, ''))
    assert run.err.startswith('vqdiffusion: '), run.err
    contains(run.err, *parts)


def default_signals():
    """A shell's background jobs ignore Ctrl-C, and pass that on."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class OnTerminal:
    """The program with stderr on a terminal."""

    def __init__(self, folder, *arguments):
        self.master, slave = pty.openpty()
        self.seen = ''
        self.process = subprocess.Popen(
            [PROGRAM, *arguments], cwd=folder, env=environment(),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=slave,
            preexec_fn=default_signals)
        os.close(slave)

    def read(self):
        """Reads on; False at the end."""
        ready, _, _ = select.select([self.master], [], [], PATIENCE)
        assert ready, f'silent for {PATIENCE} s after {self.seen!r}'
        try:
            text = os.read(self.master, 65536).decode(errors='replace')
        except OSError:
            return False
        self.seen += text
        return text != ''

    def wait_for(self, text):
        while text not in self.seen:
            assert self.read(), f'ended without {text!r}: {self.seen!r}'

    def finish(self):
        """The exit code; reads what is left."""
        while self.read():
            pass
        code = self.process.wait(PATIENCE)
        self.process.stdout.close()
        os.close(self.master)
        return code


def run_test(name, function):
    """A TAP line's begin and end."""
    with tempfile.TemporaryDirectory(prefix='vqd-cli-') as folder:
        try:
            function(folder)
        except Skip as skip:
            return 'ok', f'{name} # SKIP {skip}'
        except (AssertionError, OSError, ValueError, KeyError,
                subprocess.SubprocessError) as failure:
            for line in f'{type(failure).__name__}: {failure}'.splitlines():
                print('# ' + line[:2000])
            return 'not ok', name
        finally:
            with contextlib.suppress(OSError):
                os.chmod(folder, 0o755)
    return 'ok', name


def run_tests(functions, wanted):
    """functions: globals () of the script. The exit status."""
    tests = [(name[5:].replace('_', '-'), function)
             for name, function in functions.items()
             if name.startswith('test_')]
    if wanted:
        tests = [test for test in tests if test[0] in wanted]
    print(f'1..{len(tests)}', flush=True)
    n_failed = 0
    for number, (name, function) in enumerate(tests, 1):
        verdict, text = run_test(name, function)
        n_failed += verdict != 'ok'
        print(f'{verdict} {number} {text}', flush=True)
    return 1 if n_failed > 0 or not tests else 0
