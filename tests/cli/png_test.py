# SPDX-License-Identifier: GPL-3.0-or-later
"""PNG files in plain Python, not by the library that the program uses."""
import array
import struct
import sys
import zlib

SIGNATURE = b'\x89PNG\r\n\x1a\n'
COLOR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}


class Picture:
    """samples: [height, width, channels], numbers of so many bits."""

    def __init__(self, width, height, channels, depth=8, samples=None,
                 chunks=()):
        self.width, self.height = width, height
        self.channels, self.depth = channels, depth
        self.samples = samples
        # (kind, body) of those before the pixels.
        self.chunks = list(chunks)

    def form(self):
        return self.width, self.height, self.channels, self.depth

    def at(self, x, y):
        start = (y * self.width + x) * self.channels
        return self.samples[start:start + self.channels]

    def put(self, x, y, pixel):
        start = (y * self.width + x) * self.channels
        self.samples[start:start + self.channels] = pixel

    def chunk(self, wanted):
        return next((body for kind, body in self.chunks if kind == wanted),
                    None)

    def texts(self):
        found = {}
        for kind, body in self.chunks:
            if kind == b'tEXt':
                key, text = body.split(b'\0', 1)
                found[key.decode()] = text.decode('latin-1')
            elif kind == b'iTXt':
                key, rest = body.split(b'\0', 1)
                text = rest[2:].split(b'\0', 2)[2]
                found[key.decode()] = text.decode('utf-8')
        return found


def chunk(kind, body):
    return struct.pack('>I', len(body)) + kind + body + \
        struct.pack('>I', zlib.crc32(kind + body))


def to_bytes(picture):
    values = array.array('B' if picture.depth == 8 else 'H', picture.samples)
    if sys.byteorder == 'little':
        values.byteswap()
    return values.tobytes()


def encode(picture):
    size = picture.width * picture.channels * picture.depth // 8
    data = to_bytes(picture)
    rows = b''.join(b'\0' + data[y * size:(y + 1) * size]
                    for y in range(picture.height))
    head = struct.pack('>IIBBBBB', picture.width, picture.height,
                       picture.depth, COLOR_TYPES[picture.channels], 0, 0, 0)
    return SIGNATURE + chunk(b'IHDR', head) + \
        b''.join(chunk(*one) for one in picture.chunks) + \
        chunk(b'IDAT', zlib.compress(rows, 1)) + chunk(b'IEND', b'')


def write(path, picture):
    with open(path, 'wb') as file:
        file.write(encode(picture))


def paeth(left, up, corner):
    guess = left + up - corner
    far = abs(guess - left), abs(guess - up), abs(guess - corner)
    return left if far[0] <= min(far[1:]) else up if far[1] <= far[2] \
        else corner


def unfilter(data, row_bytes, step):
    """Rows as they are, from rows with their filters."""
    out, above = bytearray(), bytearray(row_bytes)
    for start in range(0, len(data), row_bytes + 1):
        kind = data[start]
        row = bytearray(data[start + 1:start + 1 + row_bytes])
        for i in range(row_bytes) if kind else ():
            left = row[i - step] if i >= step else 0
            corner = above[i - step] if i >= step else 0
            row[i] = (row[i] + (left, above[i], (left + above[i]) // 2,
                                paeth(left, above[i], corner))[kind - 1]) & 255
        out += row
        above = row
    return bytes(out)


def decode(data):
    """A file that was written whole; not interlaced, no palette."""
    assert data[:8] == SIGNATURE, 'not a PNG file'
    chunks, pixels, at, kind = [], b'', 8, b''
    while at < len(data):
        size, kind = struct.unpack('>I4s', data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        crc, = struct.unpack('>I', data[at + 8 + size:at + 12 + size])
        assert crc == zlib.crc32(kind + body), kind
        if kind == b'IDAT':
            pixels += body
        else:
            chunks.append((kind, body))
        at += size + 12
    assert kind == b'IEND' and at == len(data), 'not whole'
    width, height, depth, color, _, _, interlace = struct.unpack(
        '>IIBBBBB', chunks[0][1])
    assert interlace == 0 and depth in (8, 16)
    channels = {v: k for k, v in COLOR_TYPES.items()}[color]
    step = channels * depth // 8
    values = array.array('B' if depth == 8 else 'H',
                         unfilter(zlib.decompress(pixels), width * step, step))
    if sys.byteorder == 'little':
        values.byteswap()
    return Picture(width, height, channels, depth, list(values), chunks[1:-1])


def read(path):
    with open(path, 'rb') as file:
        return decode(file.read())
