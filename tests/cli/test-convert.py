#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""`vqdiffusion convert`, `models` and `info --verify`, as a user runs them:
test-convert.py PROGRAM MODEL_FOLDER GOLDEN_FOLDER

Speaks TAP. The authors' checkpoint is not in the tree: it is looked for in
the conformance folder that VQD_CONFORMANCE_DIR names.
"""

import hashlib
import json
import os
import pty
import random
import resource
import signal
import struct
import subprocess
import sys
import time

from cli_test import (FAILED, MODELS, OK, PATIENCE, PROGRAM, Skip, USAGE, call,
                      contains, default_signals, environment, equal, refused,
                      run_tests)

GOLDEN = os.path.abspath(sys.argv[3])
SMALL = os.path.join(MODELS, 'vqdiffusion-small.safetensors')
TEXT = os.path.join(GOLDEN, 'text', 'model.safetensors')
PIPELINE = os.path.join(GOLDEN, 'pipeline', 'model.safetensors')
CONFORMANCE = os.environ.get('VQD_CONFORMANCE_DIR', '')
BYTES = {'F32': 4, 'F16': 2, 'BF16': 2, 'I8': 1, 'I32': 4}
N_INTERRUPTIONS = 20


# ---------------------------------------------------------------- helpers

def convert(folder, source, name, *arguments):
    """The path of the new file."""
    run = call('convert', source, name, *arguments, folder=folder)
    equal((run.returncode, run.out, run.err), (OK, name + '\n', ''))
    return os.path.join(folder, name)


def read(path):
    with open(path, 'rb') as file:
        return file.read()


def read_model(path):
    """Metadata, and {name: (type, shape, bytes)}; checks what safetensors'
    own reader checks: data without gaps that fill the file."""
    data = read(path)
    size, = struct.unpack('<Q', data[:8])
    header = json.loads(data[8:8 + size])
    metadata = header.pop('__metadata__')
    tensors, at = {}, 0
    for name, entry in sorted(header.items(),
                              key=lambda item: item[1]['data_offsets']):
        begin, end = entry['data_offsets']
        equal((name, begin), (name, at))
        count = 1
        for length in entry['shape']:
            count *= length
        equal((name, end - begin), (name, count * BYTES[entry['dtype']]))
        tensors[name] = (entry['dtype'], entry['shape'],
                         data[8 + size + begin:8 + size + end])
        at = end
    equal(8 + size + at, len(data))
    return metadata, tensors


def write_model(path, metadata, tensors):
    header, at = {'__metadata__': metadata}, 0
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {'dtype': dtype, 'shape': shape,
                        'data_offsets': [at, at + len(data)]}
        at += len(data)
    text = json.dumps(header).encode()
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text)
        for _, _, data in tensors.values():
            file.write(data)


def numbers(tensor):
    """As floats."""
    dtype, _, data = tensor
    if dtype == 'BF16':
        data = b''.join(b'\0\0' + data[i:i + 2]
                        for i in range(0, len(data), 2))
        dtype = 'F32'
    code = {'F32': 'f', 'F16': 'e', 'I8': 'b', 'I32': 'i'}[dtype]
    return struct.unpack(f'<{len(data) // BYTES[dtype]}{code}', data)


def is_matrix(name, shape):
    """What --dtype is for."""
    return (len(shape) > 1 and '.quantize.' not in name and
            name != 'transformer.empty_text_embed')


# ------------------------------------------------------------ conversions

def test_keeps_types(folder):
    for source in TEXT, PIPELINE, SMALL:
        name = f'{len(os.listdir(folder))}.safetensors'
        metadata, new = read_model(convert(folder, source, name))
        old_metadata, old = read_model(source)
        equal(sorted(new), sorted(old))
        for key, tensor in old.items():
            assert new[key] == tensor, f'{key} differs'
        equal(metadata['format'], 'vqdiffusion-1')
        config = json.loads(metadata['config'])
        old_config = json.loads(old_metadata['config'])
        for section, values in old_config.items():
            if isinstance(values, dict):
                values = {**config[section], **values}
            equal(config[section], values)


def test_f32(folder):
    """Widening rounds nothing, and rounding back gives the same bytes."""
    old = read_model(PIPELINE)[1]
    wide = read_model(convert(folder, PIPELINE, 'wide', '--dtype', 'f32'))[1]
    assert len({tensor[0] for tensor in old.values()}) > 1
    for name, tensor in wide.items():
        equal((name, tensor[0]), (name, 'F32'))
        assert numbers(tensor) == numbers(old[name]), name

    half = read_model(convert(folder, PIPELINE, 'half', '--dtype', 'bf16'))[1]
    convert(folder, 'half', 'wide2', '--dtype', 'f32')
    back = read_model(convert(folder, 'wide2', 'back', '--dtype', 'bf16'))[1]
    assert back == half
    wide = read_model(os.path.join(folder, 'wide2'))[1]
    for name, tensor in half.items():
        assert numbers(tensor) == numbers(wide[name]), name


def check_halves(folder, dtype, relative):
    old = read_model(TEXT)[1]
    new = read_model(convert(folder, TEXT, 'x', '--dtype', dtype))[1]
    equal(sorted(new), sorted(old))
    for name, tensor in new.items():
        matrix = is_matrix(name, tensor[1])
        equal((name, tensor[0]), (name, dtype.upper() if matrix else 'F32'))
        for a, b in zip(numbers(old[name]), numbers(tensor), strict=True):
            limit = max(abs(a) * relative, 2 ** -25) if matrix else 0
            assert abs(a - b) <= limit, (name, a, b)


def test_bf16(folder):
    check_halves(folder, 'bf16', 2 ** -9)


def test_f16(folder):
    check_halves(folder, 'f16', 2 ** -12 * 2)
    # Python rounds to nearest even, too.
    old = read_model(TEXT)[1]
    new = read_model(os.path.join(folder, 'x'))[1]
    name = 'transformer.transformer.to_logits.1.weight'
    equal(old[name][0], 'F32')
    values = numbers(old[name])
    assert struct.pack(f'<{len(values)}e', *values) == new[name][2]


def test_int8(folder):
    old = read_model(TEXT)[1]
    new = read_model(convert(folder, TEXT, 'x', '--dtype', 'int8'))[1]
    equal(sorted(name for name in new if not name.endswith('.scale')),
          sorted(old))
    for name, tensor in old.items():
        matrix = is_matrix(name, tensor[1])
        equal((name, new[name][0]), (name, 'I8' if matrix else 'F32'))
        equal(name + '.scale' in new, matrix)
        if not matrix:
            equal((name, numbers(new[name])), (name, numbers(tensor)))
            continue
        scales = numbers(new[name + '.scale'])
        equal(new[name + '.scale'][:2], ('F32', [tensor[1][0]]))
        before, after = numbers(tensor), numbers(new[name])
        n_columns = len(before) // len(scales)
        for row, scale in enumerate(scales):
            place = slice(row * n_columns, (row + 1) * n_columns)
            equal(max(map(abs, after[place])), 127)
            for a, b in zip(before[place], after[place], strict=True):
                assert abs(a - b * scale) <= scale * 0.5001, (name, a, b)

    # Once rounded, it is not rounded again.
    again = read_model(convert(folder, 'x', 'y', '--dtype', 'int8'))[1]
    assert again == new
    assert read_model(convert(folder, 'x', 'z'))[1] == new
    wide = read_model(convert(folder, 'x', 'w', '--dtype', 'f32'))[1]
    equal(sorted(wide), sorted(old))


def test_same_file_again(folder):
    """A function of the model alone, and its own fixed point."""
    first = read(convert(folder, TEXT, 'a', '--dtype', 'int8'))
    assert read(convert(folder, TEXT, 'b', '--dtype', 'int8')) == first
    assert read(convert(folder, 'a', 'c')) == first


def test_alignment(folder):
    """What fills whole multiples of 64 bytes begins at one."""
    for dtype in 'f32', 'bf16', 'int8':
        data = read(convert(folder, TEXT, dtype, '--dtype', dtype))
        size, = struct.unpack('<Q', data[:8])
        equal((8 + size) % 64, 0)
        for name, entry in json.loads(data[8:8 + size]).items():
            if name == '__metadata__':
                continue
            begin, end = entry['data_offsets']
            equal((name, begin % BYTES[entry['dtype']]), (name, 0))
            if (end - begin) % 64 == 0:
                equal((name, begin % 64), (name, 0))


def test_leaves_out(folder):
    """What training left in a file does not go on."""
    metadata, tensors = read_model(TEXT)
    some = ('F32', [2], bytes(8))
    code = 'content_codec.enc.quantize.'
    for name in ('transformer.transformer.blocks.0.attn2.mask',
                 'transformer.log_at', 'transformer.Lt_history',
                 'transformer.condition_emb.text_projection',
                 'transformer.condition_emb.visual.proj',
                 code + 'cluster_size', code + 'embedding_avg',
                 'content_codec.dec.quantize.embedding',
                 'content_codec.loss.discriminator.main.0.weight',
                 'optimizer.state', 'unrelated'):
        assert name not in tensors
        tensors[name] = some
    write_model(os.path.join(folder, 'more'), metadata, tensors)
    new = read_model(convert(folder, 'more', 'x'))[1]
    equal(sorted(new), sorted(read_model(TEXT)[1]))


def test_keeps_codebook_map(folder):
    metadata, tensors = read_model(TEXT)
    one = ('I32', [48], struct.pack('<48i', *range(48)))
    tensors['codebook.class_to_full'] = one
    tensors['codebook.full_to_class'] = one
    write_model(os.path.join(folder, 'mapped'), metadata, tensors)
    new = read_model(convert(folder, 'mapped', 'x', '--dtype', 'bf16'))[1]
    equal(new['codebook.class_to_full'], one)
    equal(new['codebook.full_to_class'], one)


def test_too_large_for_f16(folder):
    metadata, tensors = read_model(TEXT)
    name = 'transformer.transformer.blocks.1.mlp.0.weight'
    dtype, shape, data = tensors[name]
    tensors[name] = (dtype, shape, struct.pack('<f', 70000) + data[4:])
    write_model(os.path.join(folder, 'large'), metadata, tensors)
    refused(call('convert', 'large', 'x', '--dtype', 'f16', folder=folder),
            FAILED, name, '70000', '65504', 'bf16')
    equal(os.listdir(folder), ['large'])
    convert(folder, 'large', 'x', '--dtype', 'bf16')

    tensors[name] = (dtype, shape, struct.pack('<f', float('nan')) + data[4:])
    write_model(os.path.join(folder, 'large'), metadata, tensors)
    for kind in 'f16', 'bf16', 'int8':
        refused(call('convert', 'large', 'y', '--dtype', kind, folder=folder),
                FAILED, name, 'nan')
    equal(sorted(os.listdir(folder)), ['large', 'x'])


def test_generates(folder):
    for dtype in 'f32', 'bf16', 'f16', 'int8':
        convert(folder, SMALL, dtype, '--dtype', dtype)
        run = call('generate', '-p', 'sand', '-o', dtype + '.png', '--seed',
                   '2', '--steps', '3', '--model', './' + dtype,
                   folder=folder)
        equal((run.returncode, run.err), (OK, ''))
        assert os.path.getsize(os.path.join(folder, dtype + '.png')) > 1000
    equal(read(os.path.join(folder, 'f32.png'))[:8], b'\x89PNG\r\n\x1a\n')


def test_checkpoint(folder):
    """The authors' form gives our form, tensor by tensor."""
    path = os.path.join(CONFORMANCE, 'text', 'checkpoint.pth')
    if not CONFORMANCE or not os.path.exists(path):
        raise Skip('VQD_CONFORMANCE_DIR names no folder with '
                   'text/checkpoint.pth')
    wanted = os.path.join(CONFORMANCE, 'text', 'model.safetensors')
    # Shapes do not say the number of heads.
    heads = read_model(os.path.join(CONFORMANCE, 'text',
                                    'forward.safetensors'))[0]['heads']
    metadata, new = read_model(convert(folder, path, 'new.safetensors',
                                       '--heads', heads))
    old_metadata, old = read_model(wanted)
    equal(sorted(new), sorted(old))
    for name, tensor in old.items():
        assert new[name] == tensor, f'{name} differs'
    config = json.loads(metadata['config'])
    old_config = json.loads(old_metadata['config'])
    equal(config['name'], 'new')
    for section in 'diffusion', 'denoiser', 'condition', 'codec':
        equal(config[section], {**config[section], **old_config[section]})


# --------------------------------------------------------------- the file

def test_help_and_wrong_use(folder):
    run = call('convert', '--help')
    equal((run.returncode, run.err), (OK, ''))
    contains(run.out, 'IN OUT', '--dtype', '--force', '--heads', '--quiet')
    for arguments, *parts in [
            ([], 'two files'), (['one'], 'two files'),
            (['one', 'two', 'three'], 'two files'), ([SMALL, ''], 'two files'),
            ([SMALL, 'x', '--dtype', 'q4'], 'q4', 'int8'),
            ([SMALL, 'x', '--heads', 'many'], 'many'),
            ([SMALL, 'x', '--heads', '-1'], 'heads', '-1'),
            ([SMALL, 'x', '--heads', '5'], 'heads', '5', '4')]:
        refused(call('convert', *arguments, folder=folder), USAGE, *parts)
    equal(os.listdir(folder), [])


def test_bad_models(folder):
    write_model(os.path.join(folder, 'other'), {'format': 'pt'},
                {'weight': ('F32', [2], bytes(8))})
    with open(os.path.join(folder, 'noise'), 'wb') as file:
        file.write(os.urandom(5000))
    for name in 'other', 'noise', './missing', '/nonexistent/model':
        refused(call('convert', name, 'x', folder=folder), FAILED,
                os.path.basename(name))

    metadata, tensors = read_model(TEXT)
    name = 'transformer.condition_emb.ln_final.weight'
    tensors[name] = ('I32', [128], bytes(512))
    write_model(os.path.join(folder, 'other'), metadata, tensors)
    refused(call('convert', 'other', 'x', folder=folder), FAILED, name, 'F32')
    equal(sorted(os.listdir(folder)), ['noise', 'other'])


def test_does_not_overwrite(folder):
    path = os.path.join(folder, 'x')
    with open(path, 'w', encoding='ascii') as file:
        file.write('mine')
    refused(call('convert', TEXT, 'x', folder=folder), FAILED, 'x',
            'exists', 'force')
    equal(read(path), b'mine')
    convert(folder, TEXT, 'x', '--force')
    equal(sorted(read_model(path)[1]), sorted(read_model(TEXT)[1]))
    equal(os.listdir(folder), ['x'])


def test_not_onto_itself(folder):
    path = convert(folder, TEXT, 'x')
    before = read(path)
    os.symlink('x', os.path.join(folder, 'link'))
    os.link(path, os.path.join(folder, 'twin'))
    for source, target in ('x', 'x'), ('x', 'link'), ('link', 'x'), \
            ('x', 'twin'), ('x', '../' + os.path.basename(folder) + '/x'):
        refused(call('convert', source, target, '--force', '--dtype', 'int8',
                     folder=folder), USAGE, 'is the model itself')
    assert read(path) == before


def test_follows_links(folder):
    os.mkdir(os.path.join(folder, 'real'))
    target = os.path.join(folder, 'real', 'x')
    with open(target, 'w', encoding='ascii') as file:
        file.write('old')
    os.symlink('real/x', os.path.join(folder, 'link'))
    convert(folder, TEXT, 'link', '--force')
    assert os.path.islink(os.path.join(folder, 'link'))
    read_model(target)
    equal(os.listdir(os.path.join(folder, 'real')), ['x'])


def test_unwritable(folder):
    os.mkdir(os.path.join(folder, 'folder'))
    os.mkfifo(os.path.join(folder, 'pipe'))
    names = sorted(os.listdir(folder))
    for name, part in [('folder', 'a folder'), ('pipe', 'no file'),
                       ('missing/x', 'No such file'),
                       ('/proc/x', 'not written')]:
        refused(call('convert', TEXT, name, '--force', folder=folder), FAILED,
                name, part)
    equal(sorted(os.listdir(folder)), names)


def test_permissions(folder):
    """As any new file: what the user's mask leaves."""
    os.umask(0o027)
    equal(os.stat(convert(folder, TEXT, 'x')).st_mode & 0o777, 0o640)
    os.umask(0o022)


def test_no_room(folder):
    """Seen before a byte is written."""
    script = 'mount -t tmpfs -o size=1m none "$0" && "$@"; code=$?; ' \
        'ls -A "$0" >&2; exit $code'
    before = ['unshare', '--map-root-user', '--mount', 'sh', '-c', script,
              folder]
    try:
        run = call('convert', TEXT, os.path.join(folder, 'x'), before=before)
    except FileNotFoundError as missing:
        raise Skip('no unshare') from missing
    if 'vqdiffusion' not in run.err:
        raise Skip('no file system can be mounted: ' + run.err.strip())
    refused(run, FAILED, 'not written', '6.5 MB', '1.0 MB free')
    equal(run.err.count('\n'), 1)


def limit_files():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000000, 3000000))


def test_write_fails(folder):
    """What was written is taken away again."""
    refused(call('convert', TEXT, 'x', folder=folder, setup=limit_files),
            FAILED, 'x', 'not written', 'File too large')
    equal(os.listdir(folder), [])


def seconds_to_convert(folder):
    begin = time.monotonic()
    convert(folder, SMALL, 'whole', '--dtype', 'int8')
    return time.monotonic() - begin


def interrupt(folder, number, seed):
    """What is there after a signal at a random moment, N times."""
    seconds = seconds_to_convert(folder)
    whole = read(os.path.join(folder, 'whole'))
    moments = random.Random(seed)
    n_whole = n_left = 0
    for _ in range(N_INTERRUPTIONS):
        process = subprocess.Popen(
            [PROGRAM, 'convert', SMALL, 'x', '--dtype', 'int8'], cwd=folder,
            env=environment(), stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, preexec_fn=default_signals)
        time.sleep(moments.uniform(0, 1.1 * seconds))
        process.send_signal(number)
        errors = process.communicate(timeout=PATIENCE)[1]
        equal(errors, b'')
        assert process.returncode in (OK, 128 + number, -number), process
        names = set(os.listdir(folder)) - {'whole'}
        if 'x' in names:
            assert read(os.path.join(folder, 'x')) == whole, 'half a file'
            n_whole += 1
        else:
            assert process.returncode != OK, 'no file, and no word of it'
        for name in names:
            os.unlink(os.path.join(folder, name))
        n_left += len(names - {'x'})
    print(f'# {signal.Signals(number).name}: {n_whole} of {N_INTERRUPTIONS} '
          f'whole, {n_left} left unfinished, {seconds:.2f} s each')
    assert n_whole < N_INTERRUPTIONS, 'none was interrupted'
    return n_left


def test_killed(folder):
    interrupt(folder, signal.SIGKILL, 1)


def test_ctrl_c(folder):
    equal(interrupt(folder, signal.SIGINT, 2), 0)


def test_progress(folder):
    master, slave = pty.openpty()
    arguments = [PROGRAM, 'convert', SMALL, 'x', '--dtype', 'f32', '--force']
    for quiet in [], ['--quiet']:
        run = subprocess.run(arguments + quiet, cwd=folder, stderr=slave,
                             stdout=subprocess.DEVNULL, timeout=PATIENCE,
                             env=environment(), check=False)
        equal(run.returncode, OK)
        os.write(slave, b'end')
        seen = b''
        while not seen.endswith(b'end'):
            seen += os.read(master, 65536)
        if quiet:
            equal(seen, b'end')
        else:
            contains(seen.decode(), 'opening the model', ' of 126 MB',
                     ' left', '\r')
            # The line is taken away at the end.
            equal(seen[:-4].rsplit(b'\r', 1)[1].strip(), b'')
    os.close(slave)
    os.close(master)


# ------------------------------------------------------- info and models

def test_checksum(folder):
    path = convert(folder, TEXT, 'x')
    data = read(path)
    size, = struct.unpack('<Q', data[:8])
    equal(read_model(path)[0]['sha256'],
          hashlib.sha256(data[8 + size:]).hexdigest())


def test_verify(folder):
    path = convert(folder, SMALL, 'x', '--dtype', 'bf16')
    checksum = read_model(path)[0]['sha256']
    run = call('info', path, '--verify')
    equal((run.returncode, run.err), (OK, ''))
    contains(run.out, checksum + ', verified')
    assert 'verified' not in call('info', path).out
    equal(json.loads(call('info', path, '--verify', '--json').out)['sha256'],
          checksum)

    with open(path, 'r+b') as file:
        file.seek(-1000, os.SEEK_END)
        byte = file.read(1)
        file.seek(-1000, os.SEEK_END)
        file.write(bytes([byte[0] ^ 1]))
    refused(call('info', path, '--verify'), FAILED, path, 'damaged', checksum)
    refused(call('info', SMALL, '--verify'), FAILED, SMALL, 'no checksum')


def test_info(folder):
    run = call('info', convert(folder, SMALL, 'x', '--dtype', 'int8'))
    equal((run.returncode, run.err), (OK, ''))
    lines = {line[:13].strip(): line[13:] for line in run.out.splitlines()}
    for label, part in [('Name', 'vqdiffusion-small'), ('File', '32.7 MB'),
                        ('Kind', 'text (a prompt of up to 77 tokens)'),
                        ('Guidance', 'learned'), ('Picture', '128 × 128'),
                        ('Codec', 'ema-vq'), ('Network', '8 layers'),
                        ('Parameters', 'million'), ('Memory', 'MB'),
                        ('Licence', 'CC-BY-SA-4.0'), ('Credits', 'Noto')]:
        contains(lines[label], part)
    # A scale is no parameter.
    equal(json.loads(call('info', 'x', '--json', folder=folder).out)
          ['parameters'],
          json.loads(call('info', SMALL, '--json').out)['parameters'])


def test_models(folder):
    os.mkdir(os.path.join(folder, 'a'))
    os.mkdir(os.path.join(folder, 'a', 'ithq'))
    for name in ('a/one.safetensors', 'a/two.pth', 'a/readme.txt',
                 'a/ithq/model_index.json', 'a/other.bin'):
        with open(os.path.join(folder, name), 'wb') as file:
            file.write(bytes(2500000))
    os.mkdir(os.path.join(folder, 'a', 'unrelated'))
    env = environment(f'{folder}/a:{folder}/missing')
    run = call('models', env=env)
    equal((run.returncode, run.err), (OK, ''))
    installed, searched, published = run.out.split('\n\n', 2)
    here = [line.strip() for line in installed.splitlines()
            if folder in line]
    equal(here, [f'{folder}/a/ithq (2.5 MB)',
                 f'{folder}/a/one.safetensors (2.5 MB)',
                 f'{folder}/a/two.pth (2.5 MB)'])
    contains(searched, f'{folder}/a\n', f'{folder}/missing\n')
    contains(published, 'ithq_learnable.pth', 'coco_learnable.pth',
             'cc_learnable.pth', 'imagenet_learnable.pth', 'MIT',
             'CC_pretrained.pth', 'coco_pretrained.pth', 'cub_pretrained.pth',
             'human_pretrained.pth', 'imagenet_pretrained.pth',
             'https://huggingface.co/microsoft/vq-diffusion-ithq',
             'https://github.com/microsoft/VQ-Diffusion', ' GB')
    refused(call('models', 'ithq'), USAGE, 'no name')


if __name__ == '__main__':
    sys.exit(run_tests(globals(), sys.argv[4:]))
