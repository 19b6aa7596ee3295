#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs `vqdiffusion` as a user does: test-cli.py PROGRAM MODEL_FOLDER

Speaks TAP. Pictures are made with few steps: what is tested is the command,
not the model.
"""

import json
import os
import signal
import struct
import subprocess
import sys
import time
import zlib

import png_test
from cli_test import (CANCEL_SECONDS, FAILED, MODELS, OK, OnTerminal, PATIENCE,
                      PROGRAM, Skip, USAGE, call, contains, environment, equal,
                      refused, run_tests)

MODEL = os.path.join(MODELS, 'vqdiffusion-small.safetensors')


# ---------------------------------------------------------------- helpers

def generate(folder, *arguments, prompt='autumn leaves', steps=2):
    return call('generate', '-p', prompt, '--steps', str(steps), *arguments,
                folder=folder)


def read_png(path):
    """(width, height), texts and the raw bytes of its rows."""
    with open(path, 'rb') as file:
        data = file.read()
    equal(data[:8], b'\x89PNG\r\n\x1a\n')
    chunks, texts, pixels, at = [], {}, b'', 8
    while at < len(data):
        size, kind = struct.unpack('>I4s', data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        crc, = struct.unpack('>I', data[at + 8 + size:at + 12 + size])
        equal(crc, zlib.crc32(kind + body))
        chunks.append(kind)
        if kind == b'tEXt':
            key, text = body.split(b'\0', 1)
            texts[key.decode()] = text.decode('latin-1')
        elif kind == b'iTXt':
            key, rest = body.split(b'\0', 1)
            equal(rest[:2], b'\0\0')
            texts[key.decode()] = rest[2:].split(b'\0', 2)[2].decode('utf-8')
        elif kind == b'IDAT':
            pixels += body
        at += size + 12
    equal(chunks[-1], b'IEND')
    assert b'sRGB' in chunks, chunks
    head = data[16:29]
    equal(head[8:], bytes([8, 2, 0, 0, 0]))
    return struct.unpack('>II', head[:8]), texts, zlib.decompress(pixels)


def read_settings(path):
    return json.loads(read_png(path)[1]['vqdiffusion'])


def read_header():
    with open(MODEL, 'rb') as file:
        size, = struct.unpack('<Q', file.read(8))
        return json.loads(file.read(size)), os.path.getsize(MODEL) - 8 - size


def write_model(path, header, data_bytes):
    """A model file with this header whose numbers are all zero."""
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text)
        file.truncate(8 + len(text) + data_bytes)


# ------------------------------------------------------------------ tests

def test_help_and_version(folder):
    run = call('--version')
    equal(run.returncode, OK)
    contains(run.out, 'vqdiffusion ')
    for arguments in (['--help'], ['generate', '--help'], ['info', '--help']):
        run = call(*arguments)
        equal((run.returncode, run.err), (OK, ''))
        contains(run.out, 'vqdiffusion')
    contains(call('--help').out, 'generate', 'info')
    contains(call('generate', '--help').out, 'vqdiffusion generate',
             '--prompt', '--output', '--images', '--seed', '--strategy',
             '--steps', '--guidance', '--truncation', '--top-k',
             '--purity-weight', '--width', '--height', '--device',
             '--memory-limit', '--threads', '--model', '--fail-on-cut',
             '--no-keep-settings', '--quiet', '--timings', 'auto', 'purity')


def test_wrong_use(folder):
    cases = [
        ([], 'command'),
        (['paint'], 'paint'),
        (['generate'], 'prompt'),
        (['generate', '-p', 'x'], '-o'),
        (['generate', '-p', 'x', '-o'], '-o'),
        (['generate', '-o', 'x.png'], '-p'),
        (['generate', '-p', 'a', 'dog', '-o', 'x.png'], 'dog'),
        (['generate', '-p', 'x', '-o', 'x.png', '--speed', '9'], '--speed'),
        (['generate', '-p', 'x', '-o', 'x.png', '--steps', 'many'], 'many'),
        (['generate', '-p', 'x', '-o', 'x.png', '--guidance', 'x'], 'x'),
        (['generate', '-p', 'x', '-o', 'x.png', '--seed', '9' * 30], '999'),
        (['generate', '-p', 'x', '-o', 'x.jpg'], 'x.jpg', '.png'),
        (['generate', '-p', 'x', '-o', '-'], '.png'),
        (['generate', '-p', 'x', '-o', ''], '.png'),
        (['info', 'one', 'two'], 'One model'),
        (['info', '--yaml'], '--yaml'),
    ]
    for arguments, *parts in cases:
        refused(call(*arguments, folder=folder), USAGE, *parts)
    equal(os.listdir(folder), [])


def test_wrong_values(folder):
    cases = [
        (['--steps', '0'], 'steps', '0', '1000'),
        (['--steps', '1001'], 'steps', '1001'),
        (['--images', '0'], 'images', '64'),
        (['--images', '65'], 'images', '65'),
        (['--width', '-5'], 'width', '-5'),
        (['--height', '8193'], 'height', '8193'),
        (['--seed', '-2'], 'seed', '-2'),
        (['--seed', '2147483648'], 'seed', '2147483648'),
        (['--guidance', '20.5'], 'guidance', '20.5'),
        (['--guidance', 'nan'], 'guidance', 'nan'),
        (['--truncation', '1.5'], 'truncation', '1.5'),
        (['--truncation', '-0.5'], 'truncation', '-0.5'),
        (['--purity-weight', '11'], 'purity-weight', '11'),
        (['--top-k', '-2'], 'top-k', '-2'),
        (['--strategy', 'best'], 'best', 'purity'),
        (['--memory-limit', '-1'], 'memory limit'),
        (['--memory-limit', '99999999999999999'], 'memory limit'),
    ]
    for arguments, *parts in cases:
        run = call('generate', '-p', 'x', '-o', 'x.png', *arguments,
                   folder=folder)
        refused(run, USAGE, *parts)
    for arguments, *parts in [(['--device', 'gpu'], 'gpu', 'cpu'),
                              (['--threads', '-1'], 'thread')]:
        run = call('generate', '-p', 'x', '-o', 'x.png', *arguments,
                   folder=folder)
        assert run.returncode in (FAILED, USAGE), run
        refused(run, run.returncode, *parts)
    equal(os.listdir(folder), [])


def test_memory_limit(folder):
    run = generate(folder, '-o', 'x.png', '--memory-limit', '1')
    refused(run, FAILED, 'memory')
    equal(os.listdir(folder), [])


def test_unwritable_output(folder):
    # Without a model each of these must fail because of the file: it is
    # looked at before the work.
    env = dict(environment(), VQDIFFUSION_MODEL_PATH='/nonexistent')
    os.mkdir(os.path.join(folder, 'folder.png'))
    os.mkfifo(os.path.join(folder, 'pipe.png'))
    os.symlink('nowhere', os.path.join(folder, 'link.png'))
    with open(os.path.join(folder, 'file'), 'w', encoding='ascii'):
        pass
    names = sorted(os.listdir(folder))
    for name, part in [('missing/out.png', 'does not exist'),
                       ('/proc/out.png', 'no file can be made'),
                       ('file/out.png', 'Not a directory'),
                       ('folder.png', 'is a folder'),
                       ('pipe.png', 'is no file'),
                       ('link.png', 'link to nothing'),
                       ('n' * 300 + '.png', 'name too long')]:
        run = call('generate', '-p', 'x', '-o', name, folder=folder, env=env)
        refused(run, FAILED, name[:200], 'cannot be written')
        contains(run.err.lower(), part.lower())
    equal(sorted(os.listdir(folder)), names)


def test_write_protected(folder):
    if os.geteuid() == 0:
        raise Skip('the administrator may write everywhere')
    path = os.path.join(folder, 'out.png')
    with open(path, 'w', encoding='ascii'):
        pass
    os.chmod(path, 0o444)
    refused(generate(folder, '-o', 'out.png'), FAILED, 'write-protected')
    os.chmod(folder, 0o555)
    refused(generate(folder, '-o', 'new.png'), FAILED, 'no file can be made')
    os.chmod(folder, 0o755)


def test_no_model(folder):
    env = dict(environment(), VQDIFFUSION_MODEL_PATH=folder)
    run = call('generate', '-p', 'x', '-o', 'x.png', '--model', 'marble-9',
               folder=folder, env=env)
    refused(run, FAILED, 'marble-9', folder)
    run = call('info', './marble-9.safetensors', folder=folder, env=env)
    refused(run, FAILED, './marble-9.safetensors')
    equal(os.listdir(folder), [])


def test_broken_models(folder):
    header, data_bytes = read_header()
    norm = 'content_codec.dec.decoder.norm_out.weight'
    head = 'transformer.transformer.to_logits.1.weight'
    rows, columns = header[head]['shape']
    assert norm in header and rows != columns

    with open(MODEL, 'rb') as file:
        start = file.read(100000)
    with open(os.path.join(folder, 'short'), 'wb') as file:
        file.write(start)
    with open(os.path.join(folder, 'tiny'), 'wb') as file:
        file.write(start[:5])
    with open(os.path.join(folder, 'empty'), 'wb'):
        pass
    with open(os.path.join(folder, 'absurd'), 'wb') as file:
        file.write(struct.pack('<Q', 1 << 60) + start)
    with open(os.path.join(folder, 'noise'), 'wb') as file:
        file.write(os.urandom(5000))

    changed = json.loads(json.dumps(header))
    del changed[norm]
    write_model(os.path.join(folder, 'missing'), changed, data_bytes)
    changed = json.loads(json.dumps(header))
    changed[norm]['shape'] = [2, changed[norm]['shape'][0] // 2]
    write_model(os.path.join(folder, 'shape'), changed, data_bytes)
    changed = json.loads(json.dumps(header))
    changed[head]['shape'] = [columns, rows]
    write_model(os.path.join(folder, 'turned'), changed, data_bytes)
    changed = json.loads(json.dumps(header))
    changed['__metadata__']['format'] = 'something-else'
    logits = 'transformer.transformer.to_logits.1.weight'
    del changed[logits]
    write_model(os.path.join(folder, 'format'), changed, data_bytes)

    names = sorted(os.listdir(folder))
    for name, *parts in [('short',), ('tiny',), ('empty',), ('absurd',),
                         ('noise',), ('missing', norm), ('shape', norm),
                         ('turned', head, str(rows), str(columns)),
                         ('format', logits)]:
        path = os.path.join(folder, name)
        refused(generate(folder, '-o', 'x.png', '--model', path), FAILED,
                path, *parts)
        refused(call('info', path), FAILED, path, *parts)
    refused(call('info', folder), FAILED, folder)
    equal(sorted(os.listdir(folder)), names)


def test_info(folder):
    run = call('info', MODEL)
    equal((run.returncode, run.err), (OK, ''))
    contains(run.out, 'vqdiffusion-small', 'CC-BY-SA-4.0', '128 × 128', MODEL)
    equal(call('info').out, run.out)
    equal(call('info', 'small').out, run.out)

    run = call('info', 'small', '--json')
    equal((run.returncode, run.err), (OK, ''))
    info = json.loads(run.out)
    config = json.loads(read_header()[0]['__metadata__']['config'])
    for key in 'name', 'version', 'description', 'licence', 'credits':
        equal(info[key], config[key])
    for key in 'strategy', 'steps', 'guidance', 'truncation':
        equal(info[key], config['defaults'][key])
    equal((info['path'], info['file-bytes']), (MODEL, os.path.getsize(MODEL)))
    equal((info['width'], info['height'], info['codes']), (128, 128, 2048))


def test_info_escapes(folder):
    """What a model says of itself must not steer a terminal."""
    header, data_bytes = read_header()
    config = json.loads(header['__metadata__']['config'])
    config['description'] = 'a "quoted" \\ \x1b[31mred\x07 Käse'
    header['__metadata__']['config'] = json.dumps(config)
    header['__metadata__'].pop('sha256', None)
    path = os.path.join(folder, 'model.safetensors')
    write_model(path, header, data_bytes)
    run = call('info', path)
    equal((run.returncode, run.err), (OK, ''))
    contains(run.out, 'a "quoted" \\  [31mred  Käse')
    info = json.loads(call('info', path, '--json').out)
    equal(info['description'], config['description'])


def test_picture(folder):
    run = generate(folder, '-o', 'out.png', '--seed', '7')
    equal((run.returncode, run.out, run.err), (OK, 'out.png\n', ''))
    equal(os.listdir(folder), ['out.png'])
    size, texts, pixels = read_png(os.path.join(folder, 'out.png'))
    equal((size, len(pixels)), ((128, 128), 128 * (1 + 3 * 128)))
    assert len(set(pixels)) > 20, 'one flat colour'
    contains(texts['Software'], 'vqdiffusion')
    settings = json.loads(texts['vqdiffusion'])
    equal((settings['prompt'], settings['seed'], settings['steps'],
           settings['strategy']), ('autumn leaves', 7, 2, 'halton'))
    equal(settings['model'], 'vqdiffusion-small')


def test_settings_make_it_again(folder):
    generate(folder, '-o', 'a.png', '--guidance', '2.5', '--truncation',
             '0.8', '--top-k', '50', '--purity-weight', '0.5', '--width', '96')
    settings = read_settings(os.path.join(folder, 'a.png'))
    again = ['--seed', str(settings['seed'])]
    for key in ('strategy', 'guidance', 'truncation', 'top-k',
                'purity-weight', 'width', 'height', 'model'):
        again += ['--' + key, str(settings[key])]
    run = generate(folder, '-o', 'b.png', *again, prompt=settings['prompt'],
                   steps=settings['steps'])
    equal((run.returncode, run.err), (OK, ''))
    first = read_png(os.path.join(folder, 'a.png'))
    equal(first[0], (96, 128))
    equal(read_png(os.path.join(folder, 'b.png')), first)


def test_same_seed(folder):
    """Neither threads nor the other pictures of a run change a picture."""
    generate(folder, '-o', 'one.png', '--seed', '5', '--threads', '1')
    generate(folder, '-o', 'two.png', '--seed', '5', '--threads', '2')
    generate(folder, '-o', 'n.png', '--seed', '4', '--images', '2')
    one, two, second, first = (read_png(os.path.join(folder, name))
                               for name in ('one.png', 'two.png', 'n-2.png',
                                            'n-1.png'))
    equal(one, two)
    equal(one, second)
    assert first[2] != second[2], 'two seeds, one picture'


def test_random_seed(folder):
    run = generate(folder, '-o', 'a.png')
    seed = read_settings(os.path.join(folder, 'a.png'))['seed']
    equal(run.err, f'seed {seed}\n')
    generate(folder, '-o', 'b.png', '--seed', '-1')
    assert read_settings(os.path.join(folder, 'b.png'))['seed'] != seed


def test_several_pictures(folder):
    run = generate(folder, '-o', 'out.png', '--images', '3', '--seed', '8',
                   steps=1)
    equal(run.out, 'out-1.png\nout-2.png\nout-3.png\n')
    equal(sorted(os.listdir(folder)), run.out.split())
    for i in range(3):
        path = os.path.join(folder, f'out-{i + 1}.png')
        equal(read_settings(path)['seed'], 8 + i)


def test_templates(folder):
    run = generate(folder, '-o', 's{seed}.png', '--images', '2', '--seed',
                   '30', steps=1)
    equal(run.out, 's30.png\ns31.png\n')
    run = generate(folder, '-o', '{number}-of-{seed}.PNG', '--seed', '9',
                   steps=1)
    equal(run.out, '1-of-9.PNG\n')
    run = generate(folder, '-o', '{x}%d.png', '--images', '2', '--seed', '9',
                   steps=1)
    equal(run.out, '{x}%d-1.png\n{x}%d-2.png\n')


def test_purity_map(folder):
    """Grey, of the picture's size, flat in each token's cell."""
    run = generate(folder, '-o', 'out.png', '--purity', 'sure.png', '--seed',
                   '7', prompt='a red house', steps=4)
    equal((run.returncode, run.out, run.err), (OK, 'out.png\nsure.png\n', ''))
    sure = png_test.read(os.path.join(folder, 'sure.png'))
    equal(sure.form(), (128, 128, 1, 8))
    equal(list(sure.texts()), ['Software'])
    for y in range(128):
        for x in range(128):
            equal(sure.at(x, y), sure.at(x // 8 * 8, y // 8 * 8))
    assert len(set(sure.samples)) > 20, 'sure of all alike'

    picture = read_png(os.path.join(folder, 'out.png'))
    generate(folder, '-o', 'alone.png', '--seed', '7', prompt='a red house',
             steps=4)
    equal(read_png(os.path.join(folder, 'alone.png')), picture)


def test_purity_map_names(folder):
    run = generate(folder, '-o', 'a.png', '--purity', 's{seed}.png',
                   '--images', '2', '--seed', '7', '--width', '50', steps=1)
    equal(run.out, 'a-1.png\ns7.png\na-2.png\ns8.png\n')
    sure = png_test.read(os.path.join(folder, 's8.png'))
    equal(sure.form(), (50, 128, 1, 8))

    before = sorted(os.listdir(folder))
    refused(generate(folder, '-o', 'b.png', '--purity', 'b.png'), USAGE,
            '"b.png" would be written twice')
    refused(generate(folder, '-o', '{number}.png', '--purity', '{seed}.png',
                     '--images', '2', '--seed', '2'), USAGE,
            '"2.png" would be written twice')
    refused(generate(folder, '-o', 'b.png', '--purity', 'b.jpg'), USAGE,
            '"b.jpg" does not end in .png')
    equal(sorted(os.listdir(folder)), before)


def test_replaces_and_follows_links(folder):
    os.mkdir(os.path.join(folder, 'real'))
    target = os.path.join(folder, 'real', 'file.png')
    with open(target, 'w', encoding='ascii') as file:
        file.write('old')
    os.symlink('real/file.png', os.path.join(folder, 'link.png'))
    run = generate(folder, '-o', 'link.png', '--seed', '1', steps=1)
    equal((run.returncode, run.out), (OK, 'link.png\n'))
    assert os.path.islink(os.path.join(folder, 'link.png'))
    equal(read_settings(target)['seed'], 1)
    equal(os.listdir(os.path.join(folder, 'real')), ['file.png'])


def test_no_keep_settings(folder):
    run = generate(folder, '-o', 'out.png', '--no-keep-settings', '--seed',
                   '1', prompt='a secret')
    equal((run.returncode, run.err), (OK, ''))
    equal(list(read_png(os.path.join(folder, 'out.png'))[1]), ['Software'])
    with open(os.path.join(folder, 'out.png'), 'rb') as file:
        assert b'secret' not in file.read()


def test_empty_prompt(folder):
    run = generate(folder, '-o', 'out.png', '--seed', '1', prompt='')
    equal((run.returncode, run.out, run.err), (OK, 'out.png\n', ''))
    equal(read_settings(os.path.join(folder, 'out.png'))['prompt'], '')


def test_long_prompt(folder):
    prompt = ' '.join(f'word{i}' for i in range(10000))
    run = generate(folder, '-o', 'out.png', '--seed', '1', prompt=prompt)
    equal((run.returncode, run.out), (OK, 'out.png\n'))
    contains(run.err, 'longer than the model reads', 'word')
    assert len(run.err) < 400, run.err
    equal(read_settings(os.path.join(folder, 'out.png'))['prompt'], prompt)

    run = generate(folder, '-o', 'out.png', '--seed', '1', '--quiet',
                   prompt=prompt)
    equal((run.returncode, run.err), (OK, ''))

    run = generate(folder, '-o', 'cut.png', '--fail-on-cut', prompt=prompt)
    refused(run, USAGE, 'prompt')
    equal(os.listdir(folder), ['out.png'])


def test_other_locales(folder):
    """A prompt is UTF-8, or what the locale says it is."""
    env = dict(environment(), LC_ALL='C')
    run = call('generate', '-p', 'Käse', '-o', 'ä.png', '--steps', '1',
               '--seed', '1', folder=folder, env=env)
    equal((run.returncode, run.out, run.err), (OK, 'ä.png\n', ''))
    equal(read_settings(os.path.join(folder, 'ä.png'))['prompt'], 'Käse')
    run = call('generate', '-p', b'\xff\xfe', '-o', 'x.png', folder=folder)
    refused(run, USAGE, 'UTF-8')
    contains(call('info', '--json', env=env).out, '{')


def test_timings(folder):
    run = generate(folder, '-o', 'out.png', '--seed', '1', '--timings')
    equal((run.returncode, run.out), (OK, 'out.png\n'))
    lines = [line.split() for line in run.err.splitlines()]
    equal([line[0] for line in lines],
          ['load', 'text', 'sampling', 'evaluations', 'decoding'])
    equal(lines.pop(3)[1:], ['2'])
    assert all(float(line[1]) > 0 and line[2] == 's' for line in lines), lines


def test_full_stdout(folder):
    if not os.path.exists('/dev/full'):
        raise Skip('no /dev/full')
    with open('/dev/full', 'w', encoding='ascii') as full:
        run = subprocess.run([PROGRAM, 'info', MODEL], stdout=full,
                             stderr=subprocess.PIPE, env=environment(),
                             timeout=PATIENCE, check=False)
    equal(run.returncode, FAILED)
    contains(run.stderr.decode(), 'could not be written')


def test_progress(folder):
    arguments = ['generate', '-p', 'sand', '-o', 'out.png', '--steps', '4',
                 '--seed', '3', '--images', '2']
    program = OnTerminal(folder, *arguments)
    equal(program.finish(), OK)
    contains(program.seen, 'loading the model', 'picture 1 of 2: step 1 of 4',
             'picture 2 of 2: step 3 of 4', ' left', 'drawing')
    # The line is taken away at the end.
    equal(program.seen.rstrip('\r').rsplit('\r', 1)[1].strip(), '')

    program = OnTerminal(folder, *arguments, '--quiet')
    equal((program.finish(), program.seen), (OK, ''))


def interrupt(folder, number):
    program = OnTerminal(folder, 'generate', '-p', 'sand', '-o', 'out.png',
                         '--steps', '200', '--strategy', 'purity',
                         '--images', '64')
    program.wait_for('step 2 of')
    begin = time.monotonic()
    program.process.send_signal(number)
    code = program.finish()
    seconds = time.monotonic() - begin
    print(f'# {signal.Signals(number).name}: {seconds:.3f} s')
    equal(code, 128 + number)
    assert seconds < CANCEL_SECONDS, f'{seconds:.2f} s to cancel'
    equal(os.listdir(folder), [])


def test_ctrl_c(folder):
    interrupt(folder, signal.SIGINT)


def test_sigterm(folder):
    interrupt(folder, signal.SIGTERM)


def test_ignored_signal(folder):
    """What nohup ignores stays ignored."""
    process = subprocess.Popen(
        [PROGRAM, 'generate', '-p', 'sand', '-o', 'out.png', '--steps', '20',
         '--seed', '1'],
        cwd=folder, env=environment(), stdout=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    time.sleep(0.3)
    process.send_signal(signal.SIGHUP)
    equal(process.communicate(timeout=PATIENCE)[0], b'out.png\n')
    equal(process.returncode, OK)


if __name__ == '__main__':
    sys.exit(run_tests(globals(), sys.argv[3:]))
