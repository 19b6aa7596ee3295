#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The measures on fills whose quality is known.

test-measures.py    TAP on stdout"""
import sys

try:
    import numpy
    from PIL import Image  # noqa: F401 (the inputs need it)
except ImportError as missing:
    print(f'1..0 # SKIP no {missing.name} for Python')
    sys.exit(0)

import inputs
import measures

BLEND_PX, CELL_PX = 16, 8


def disc(height, width, radius):
    y, x = numpy.mgrid[0:height, 0:width]
    inside = (x - width / 2) ** 2 + (y - height / 2) ** 2 < radius ** 2
    return (255 * inside).astype(numpy.uint8)


def random_picture(seed, height=200, width=240):
    rng = numpy.random.default_rng(seed)
    return rng.integers(0, 256, (height, width, 3), numpy.uint8)


def test_distances_are_those_of_a_search_over_all_pixels():
    rng = numpy.random.default_rng(1)
    inside = rng.random((23, 31)) < 0.03
    rows, columns = numpy.nonzero(inside)
    y, x = numpy.mgrid[0:23, 0:31]
    searched = numpy.sqrt((y[..., None] - rows) ** 2 +
                          (x[..., None] - columns) ** 2).min(axis=-1)
    assert numpy.abs(measures.distance_to(inside) - searched).max() < 1e-9


def test_distances_end_at_the_reach():
    inside = numpy.zeros((4, 300), bool)
    inside[:, 0] = True
    far = measures.distance_to(inside)
    assert far[0, 90] == 90 and far[0, 299] == measures.MAX_DISTANCE_PX + 1


def test_an_untouched_texture_has_no_seam():
    where = measures.regions(disc(200, 240, 60), BLEND_PX)
    ratio = measures.seam(random_picture(1), where)['ratio']
    assert 0.97 < ratio < 1.03, ratio


def test_the_band_the_ring_and_the_inside_are_apart():
    where = measures.regions(disc(200, 240, 60), BLEND_PX)
    assert not (where.band & where.ring).any()
    assert not (where.band & where.inner).any()
    assert not (where.changed & where.ring).any()
    share = where.ring.sum() / where.band.sum()
    assert 1.0 < share < 1.8, share   # the ring is the longer one


def test_a_step_is_measured_across_and_not_along():
    picture = numpy.zeros((100, 100, 3), numpy.uint8)
    picture[:, 50:] = 100
    selection = numpy.zeros((100, 100), numpy.uint8)
    selection[:, :50] = 255
    where = measures.regions(selection, BLEND_PX)
    across = measures.seam(picture, where)
    assert abs(across['band'] - 100 / (BLEND_PX + 2)) < 0.5, across
    assert across['worst'] > 95, across
    along = measures.seam(picture.swapaxes(0, 1), where)
    assert along['band'] < 0.1, along


def test_energy_is_the_mean_square():
    ramp = numpy.zeros((20, 20, 3), numpy.uint8)
    ramp[:] = (3 * numpy.arange(20))[None, :, None]
    assert abs(measures.energy(ramp) - 9) < 1e-6


def test_the_smooth_extension_keeps_what_is_known_and_has_no_energy():
    picture = random_picture(2)
    hole = disc(200, 240, 60) > 0
    smooth = measures.smooth_extension(picture, hole)
    assert (smooth[~hole] == picture[~hole]).all()
    inner = measures.regions(disc(200, 240, 60), BLEND_PX).inner
    share = measures.energy(smooth, inner) / measures.energy(picture)
    assert share < 0.05, share


def test_the_smooth_extension_goes_on_with_a_flat_colour():
    picture = numpy.full((90, 70, 3), 77, numpy.uint8)
    smooth = measures.smooth_extension(picture, disc(90, 70, 30) > 0)
    assert (smooth == 77).all()


def test_a_paste_is_the_other_picture_and_nothing_around_it():
    picture, other = random_picture(3), random_picture(4, 50, 50)
    selection = disc(200, 240, 60)
    pasted = measures.paste(picture, selection, other)
    assert (pasted[selection == 0] == picture[selection == 0]).all()
    rows, columns = numpy.nonzero(selection)
    row = rows.min() + 20
    assert (pasted[row, columns.min() + 60] ==
            other[20, 99 - 60]).all()   # the first mirror image


def waves(seed):
    """A texture on a torus: waves of whole numbers of periods."""
    rng = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[0:128, 0:128] * 2 * numpy.pi / 128
    wave = sum(numpy.sin(rng.integers(-9, 10) * x + rng.integers(-9, 10) * y +
                         rng.uniform(0, 7)) for _ in range(30))
    return numpy.repeat(128 + 12 * wave[..., None], 3, axis=-1)


def test_a_texture_that_wraps_has_no_edge():
    pictures = [waves(seed) for seed in range(64)]
    for axis in (0, 1):
        figure = measures.wrap(pictures, axis, CELL_PX)
        assert 0.95 < figure['ratio'] < 1.05, figure
        assert figure['error'] < 0.05, figure


def test_a_texture_that_was_cut_has_an_edge_where_it_was_cut():
    pictures = [waves(seed)[:, :104] for seed in range(64)]
    figure = measures.wrap(pictures, 1, CELL_PX)
    assert figure['ratio'] > 3, figure
    figure = measures.wrap(pictures, 0, CELL_PX)
    assert 0.95 < figure['ratio'] < 1.05, figure


def test_a_hard_edge_is_not_hidden_in_a_wide_band():
    picture = random_picture(5).astype(float) * 0.2
    selection = disc(200, 240, 60)
    where = measures.regions(selection, BLEND_PX)
    picture[selection > 0] += 120
    soft = measures.seam(picture, where)['ratio']
    hard = measures.seam(picture, where.with_hard_edge())['ratio']
    assert hard > 3 and hard > 2 * soft, (soft, hard)


def test_a_picture_as_it_is_passes_and_its_smooth_extension_does_not():
    for case in inputs.CASES:
        picture = case.picture()
        where = measures.regions(case.selection(), BLEND_PX)
        ratio = measures.seam(picture, where)['ratio']
        assert 0.8 < ratio < 1.25, (case.name, ratio)
        smooth = measures.smooth_extension(picture, where.changed)
        assert measures.energy(smooth, where.inner) < 8, case.name


def test_inputs_are_ten_of_both_kinds_and_five_with_known_pixels_around():
    kinds = [case.kind for case in inputs.CASES]
    assert kinds.count('photograph') == kinds.count('flat') == 10, kinds
    assert kinds.count('even') == 5, kinds
    assert len({case.name for case in inputs.CASES}) == 25
    for case in inputs.CASES:
        picture, selection = case.picture(), case.selection()
        assert picture.dtype == selection.dtype == numpy.uint8
        assert picture.shape == selection.shape + (3,), case.name
        where = measures.regions(selection, BLEND_PX)
        for name in ('band', 'ring', 'inner'):
            assert getattr(where, name).sum() > 300, (case.name, name)


def main():
    tests = [(name[5:].replace('_', '-'), function)
             for name, function in globals().items()
             if name.startswith('test_')]
    print(f'1..{len(tests)}')
    n_failed = 0
    for number, (name, function) in enumerate(tests, 1):
        try:
            function()
            print(f'ok {number} {name}', flush=True)
        except AssertionError as failure:
            n_failed += 1
            print(f'# {failure}\nnot ok {number} {name}', flush=True)
    return n_failed > 0


sys.exit(main())
