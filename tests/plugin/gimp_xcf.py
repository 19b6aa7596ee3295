# SPDX-License-Identifier: GPL-3.0-or-later
"""GIMP's own files, read for the bytes that an image holds.

No other format keeps pixels of all precisions as they are, and no plug-in has
converted them. As in devel-docs/xcf.txt of GIMP.
"""

import struct
import zlib

TILE = 64
END, SELECTION, OFFSETS, COMPRESSION, TATTOO = 0, 4, 15, 17, 20


class Pixels:
    """Rows of bytes, n_bytes a pixel, each component with its high byte
    first."""

    def __init__(self, width, height, n_bytes, rows):
        self.width = width
        self.height = height
        self.n_bytes = n_bytes
        self.rows = rows

    def pixel(self, x, y):
        return self.rows[y][x * self.n_bytes:(x + 1) * self.n_bytes]

    def where(self, is_set):
        """Rows of bits: for which pixels it is true."""
        n = self.n_bytes
        known = {}

        def test(pixel):
            if pixel not in known:
                known[pixel] = is_set(pixel)
            return known[pixel]

        return [sum(1 << x for x in range(self.width)
                    if test(row[x * n:x * n + n])) for row in self.rows]

    def differences(self, other):
        """Rows of bits: where two pictures are not the same."""
        n = self.n_bytes
        if (self.width, self.height, n) != (other.width, other.height,
                                            other.n_bytes):
            raise ValueError("two pictures of different form")
        return [0 if a == b else
                sum(1 << x for x in range(self.width)
                    if a[x * n:x * n + n] != b[x * n:x * n + n])
                for a, b in zip(self.rows, other.rows)]


class Item:
    """A layer or a channel."""

    def __init__(self):
        self.name = ""
        self.offsets = (0, 0)
        self.is_selection = False
        self.pixels = None
        self.mask = None


def unpack_runs(data, n_pixels, n_bytes):
    """A tile of which each byte of a pixel is packed on its own."""
    at = 0
    planes = []
    for _ in range(n_bytes):
        plane = bytearray()
        while len(plane) < n_pixels:
            code = data[at]
            at += 1
            n = code + 1 if code < 128 else 256 - code
            if code in (127, 128):
                (n,) = struct.unpack_from(">H", data, at)
                at += 2
            if code < 128:
                plane += data[at:at + 1] * n
                at += 1
            else:
                plane += data[at:at + n]
                at += n
        planes.append(plane)
    return bytes(byte for pixel in zip(*planes) for byte in pixel)


class Xcf:
    """The layers, from the top, and the selection; None when it is empty."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        self.version = int(self.data[10:13])
        self.width, self.height = struct.unpack_from(">II", self.data, 14)
        self.compression = 0
        at = self.read_properties(14 + (16 if self.version >= 4 else 12),
                                  Item())
        layers, at = self.read_pointers(at)
        channels, _ = self.read_pointers(at)
        self.layers = [self.read_item(layer, True) for layer in layers]
        self.selection = None
        for channel in channels:
            item = self.read_item(channel, False)
            if item.is_selection:
                self.selection = item.pixels

    def read_properties(self, at, item):
        while True:
            kind, size = struct.unpack_from(">II", self.data, at)
            at += 8
            if kind == END:
                return at
            if kind == COMPRESSION:
                self.compression = self.data[at]
            elif kind == OFFSETS:
                item.offsets = struct.unpack_from(">ii", self.data, at)
            elif kind == SELECTION:
                item.is_selection = True
            at += size

    def read_pointer(self, at):
        """A place in the file, and what follows it."""
        form = ">Q" if self.version >= 11 else ">I"
        (place,) = struct.unpack_from(form, self.data, at)
        return place, at + struct.calcsize(form)

    def read_pointers(self, at):
        places = []
        while True:
            place, at = self.read_pointer(at)
            if place == 0:
                return places, at
            places.append(place)

    def read_item(self, at, is_layer):
        item = Item()
        at += 12 if is_layer else 8
        (length,) = struct.unpack_from(">I", self.data, at)
        item.name = self.data[at + 4:at + 3 + length].decode()
        at = self.read_properties(at + 4 + length, item)
        hierarchy, at = self.read_pointer(at)
        item.pixels = self.read_hierarchy(hierarchy)
        if is_layer:
            mask, _ = self.read_pointer(at)
            if mask:
                item.mask = self.read_item(mask, False).pixels
        return item

    def read_hierarchy(self, at):
        width, height, n_bytes = struct.unpack_from(">III", self.data, at)
        level, _ = self.read_pointer(at + 12)
        tiles, _ = self.read_pointers(level + 8)
        rows = [bytearray() for _ in range(height)]
        n_columns = -(-width // TILE)
        for i, tile in enumerate(tiles):
            x, y = i % n_columns * TILE, i // n_columns * TILE
            stride = min(TILE, width - x) * n_bytes
            n_rows = min(TILE, height - y)
            pixels = self.read_tile(tile, stride // n_bytes * n_rows, n_bytes)
            for row in range(n_rows):
                rows[y + row] += pixels[row * stride:(row + 1) * stride]
        return Pixels(width, height, n_bytes, [bytes(row) for row in rows])

    def read_tile(self, at, n_pixels, n_bytes):
        if self.compression == 2:
            return zlib.decompressobj().decompress(self.data[at:])
        if self.compression == 1:
            most = n_pixels * n_bytes * 3 // 2 + 64
            return unpack_runs(self.data[at:at + most], n_pixels, n_bytes)
        return self.data[at:at + n_pixels * n_bytes]


def read_state(path):
    """The bytes of a file without the number that a next item would get."""
    with open(path, "rb") as file:
        data = bytearray(file.read())
    at = 14 + (16 if int(data[10:13]) >= 4 else 12)
    while True:
        kind, size = struct.unpack_from(">II", data, at)
        if kind == END:
            return bytes(data)
        if kind == TATTOO:
            data[at + 8:at + 8 + size] = bytes(size)
        at += 8 + size
