# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fill and a tile are measured by.

Pictures are arrays [height, width, 3] of 8-bit levels; gradients are in levels
a pixel, of neighbours to the right and below."""
import dataclasses

import numpy

# Levels a pixel, added to both sides of the seam figure. Where the ring has no
# gradient at all, 1.3 is then a band of 0.3 levels a pixel: a step of some 3
# levels across it, which is about the least that an eye sees.
FLOOR = 1.0
# Distances are exact up to here, and no more than this beyond.
MAX_DISTANCE_PX = 96
LEAST_RING_PX = 8
# The selection counts as one, whole, from here on.
WHOLE = 254


# -------------------------------------------------------------- distances

def distance_to(inside):
    """From each pixel to the nearest one where inside, [height, width]."""
    reach = MAX_DISTANCE_PX
    height, width = inside.shape
    along = numpy.full((height, width), float(reach + 1))
    along[inside] = 0
    for x in range(1, width):
        numpy.minimum(along[:, x], along[:, x - 1] + 1, out=along[:, x])
    for x in range(width - 2, -1, -1):
        numpy.minimum(along[:, x], along[:, x + 1] + 1, out=along[:, x])
    squares = along * along
    best = squares.copy()
    for dy in range(1, min(reach, height - 1) + 1):
        numpy.minimum(best[dy:], squares[:-dy] + dy * dy, out=best[dy:])
        numpy.minimum(best[:-dy], squares[dy:] + dy * dy, out=best[:-dy])
    return numpy.minimum(numpy.sqrt(best), reach + 1)


@dataclasses.dataclass
class Regions:
    """Of a picture with a selection; bool [height, width] but for the last."""
    changed: numpy.ndarray  # pixels that a fill may change
    band: numpy.ndarray     # where the new picture fades into the old one
    ring: numpy.ndarray     # as wide, around it: known pixels
    inner: numpy.ndarray    # only the new picture
    signed: numpy.ndarray   # distance from the selection's edge, + outside
    normal: numpy.ndarray   # [2, height, width], x and y, of length 1

    def with_hard_edge(self):
        """The same border of a paste: the lines on both sides of the edge."""
        return dataclasses.replace(self, band=numpy.abs(self.signed) <= 1)


def regions(selection, blend_px):
    """selection: uint8 [height, width]. Of a layer's mask: blend_px 0."""
    touched = distance_to(selection > 0)
    depth = distance_to(selection < WHOLE)
    signed = distance_to(selection > 127) - distance_to(selection <= 127)
    normal = numpy.stack(numpy.gradient(signed)[::-1])
    normal /= numpy.maximum(numpy.hypot(*normal), 1e-6)
    band = (touched <= blend_px + 1) & (depth <= 1)
    # As wide as the band is on the average
    edge_px = max(1, numpy.count_nonzero(numpy.abs(signed) <= 1) / 2)
    width_px = max(LEAST_RING_PX, round(numpy.count_nonzero(band) / edge_px))
    ring = (touched > blend_px + 1) & (touched <= blend_px + 1 + width_px)
    return Regions(changed=touched <= blend_px, band=band, ring=ring,
                   inner=depth > 1, signed=signed, normal=normal)


# -------------------------------------------------------------- gradients

def gradients(picture):
    """[2, height, width, 3] in x and y; 0 in the last column and row."""
    levels = picture.astype(numpy.float32)
    both = numpy.zeros((2,) + levels.shape, numpy.float32)
    both[0, :, :-1] = levels[:, 1:] - levels[:, :-1]
    both[1, :-1] = levels[1:] - levels[:-1]
    return both


def across(picture, normal):
    """Absolute gradient along the normal, mean of the channels."""
    both = gradients(picture)
    return numpy.abs(both[0] * normal[0][..., None] +
                     both[1] * normal[1][..., None]).mean(axis=-1)


def seam(picture, where):
    """The seam figure, and what it is made of.

    ratio: the gradient across the border over that in the ring, both with the
    floor. between: over that of the ring or of the inside, whichever is
    nearer; 1 when the border's lies between the two. worst: ratio of the worst
    single line of the band, a pixel wide: a hard edge is one line, and a wide
    band hides it."""
    change = across(picture, where.normal)
    band = float(change[where.band].mean())
    ring = float(change[where.ring].mean())
    inside = float(change[where.inner].mean())
    nearer = min(max(band, min(ring, inside)), max(ring, inside))
    line = numpy.rint(where.signed[where.band]).astype(int)
    line -= line.min()
    sums = numpy.bincount(line, change[where.band])
    counts = numpy.bincount(line)
    full = counts >= 0.5 * counts.max()
    worst = float((sums[full] / counts[full]).max())
    return {'band': band, 'ring': ring, 'inside': inside,
            'ratio': (band + FLOOR) / (ring + FLOOR),
            'between': (band + FLOOR) / (nearer + FLOOR),
            'worst': (worst + FLOOR) / (ring + FLOOR)}


def energy(picture, inside=None):
    """Mean square of the gradient, of all or of the pixels inside."""
    squares = (gradients(picture) ** 2).sum(axis=0).mean(axis=-1)[:-1, :-1]
    if inside is not None:
        squares = squares[inside[:-1, :-1]]
    return float(squares.mean())


# ------------------------------------------------- other ways to fill holes

def smooth_extension(picture, hole):
    """What is around the hole, spread into it without any detail.

    Averages of the known at ever coarser scales, then back up."""
    levels = picture.astype(numpy.float64)
    return numpy.rint(spread(levels, (~hole).astype(float))).astype(numpy.uint8)


def spread(levels, known):
    if known.all():
        return levels
    height, width = known.shape
    if height < 2 and width < 2:
        return levels
    pad = ((0, height % 2), (0, width % 2))
    weight = numpy.pad(known, pad)
    total = numpy.pad(levels * known[..., None], pad + ((0, 0),))
    weight = weight.reshape(len(weight) // 2, 2, -1, 2).sum(axis=(1, 3))
    total = total.reshape(len(weight), 2, -1, 2, 3).sum(axis=(1, 3))
    coarse = spread(total / numpy.maximum(weight, 1e-9)[..., None],
                    (weight > 0).astype(float))
    fine = twice(coarse)[:height, :width]
    return numpy.where(known[..., None] > 0, levels, fine)


def twice(levels):
    """Twice as large, linear in between."""
    for axis in (0, 1):
        before = numpy.concatenate([levels.take([0], axis),
                                    levels.take(range(levels.shape[axis] - 1),
                                                axis)], axis)
        after = numpy.concatenate([levels.take(range(1, levels.shape[axis]),
                                               axis),
                                   levels.take([-1], axis)], axis)
        pair = numpy.stack([0.75 * levels + 0.25 * before,
                            0.75 * levels + 0.25 * after], axis + 1)
        shape = list(levels.shape)
        shape[axis] *= 2
        levels = pair.reshape(shape)
    return levels


def paste(picture, selection, other):
    """other, mirrored as often as needed, with a hard edge."""
    rows, columns = numpy.nonzero(selection > 127)
    top, left = rows.min(), columns.min()
    y = mirrored(rows - top, other.shape[0])
    x = mirrored(columns - left, other.shape[1])
    pasted = picture.copy()
    pasted[rows, columns] = other[y, x]
    return pasted


def mirrored(index, size):
    index = index % (2 * size)
    return numpy.where(index < size, index, 2 * size - 1 - index)


# ------------------------------------------------------------------ tiles

def line_steps(picture, axis):
    """Mean absolute step between neighbouring lines [n lines]; the last is
    from the last line to the first. axis 1: columns, in x."""
    levels = numpy.moveaxis(picture.astype(numpy.float32), axis, 0)
    return numpy.abs(numpy.roll(levels, -1, axis=0) - levels).mean(axis=(1, 2))


def wrap(pictures, axis, cell_px):
    """The tiling figure of several pictures of one texture.

    ratio: the step over the edge over the mean step of the inner lines of its
    kind, those between two cells: within a cell the decoder draws smoother
    (all: over the mean of all inner lines). One line of a texture without any
    seam is not the mean, either: error is the standard deviation of that
    ratio for the inner lines, each taken over all pictures."""
    steps = numpy.mean([line_steps(picture, axis) for picture in pictures],
                       axis=0)
    inner = steps[cell_px - 1:-1:cell_px]
    return {'ratio': float(steps[-1] / inner.mean()),
            'all': float(steps[-1] / steps[:-1].mean()),
            'error': float((inner / inner.mean()).std())}
