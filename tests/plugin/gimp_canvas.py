# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of fill, expand, vary and tile share.

Each of their tests is one start of GIMP, with many checks in it. What an image
holds and shows is compared as the bytes of XCF files.
"""

import base64
import json
import struct
import time

import gimp_test

BLEND = 16
CELL = 8  # pixels of the default model

# Where pixels lie does not depend on how good they look.
QUICK = '#:steps 2 #:seed 7 #:prompt "autumn leaves"'

HELPERS = """
(define (add-layer image name width height x y)
  (let ((layer (car (gimp-layer-new image name width height
                       (if (= (car (gimp-image-get-base-type image)) GRAY)
                           GRAYA-IMAGE RGBA-IMAGE)
                       100 LAYER-MODE-NORMAL))))
    (gimp-image-insert-layer image layer 0 0)
    (gimp-layer-set-offsets layer x y)
    (gimp-drawable-edit-gradient-fill layer GRADIENT-LINEAR 0 FALSE 1 0 TRUE
                                      0 0 width height)
    layer))
(define (clear-part image layer x y width height)
  (gimp-image-select-rectangle image CHANNEL-OP-REPLACE x y width height)
  (gimp-drawable-edit-clear layer)
  (gimp-selection-none image))
(define (save-xcf image path)
  (gimp-xcf-save RUN-NONINTERACTIVE image path))
(define (save-view image path)
  (let* ((copy (car (gimp-image-new-with-precision
                      (car (gimp-image-get-width image))
                      (car (gimp-image-get-height image))
                      (car (gimp-image-get-base-type image))
                      (car (gimp-image-get-precision image)))))
         (layer (car (gimp-layer-new-from-visible image copy "view"))))
    (gimp-image-insert-layer copy layer 0 0)
    (save-xcf copy path)
    (gimp-image-delete copy)))
(define (first-layer result) (vector-ref (cadr result) 0))
(define (offsets layer) (gimp-drawable-get-offsets layer))
(define (size item)
  (list (car (gimp-drawable-get-width item))
        (car (gimp-drawable-get-height item))))
(define (parasite layer name)
  (caddr (car (gimp-item-get-parasite layer name))))
(define (new-scene type precision)
  (let* ((image (car (gimp-image-new-with-precision 300 200 type precision)))
         (below (add-layer image "below" 300 200 0 0))
         (work (add-layer image "work" 280 170 -15 20))
         (above (add-layer image "above" 90 60 150 90))
         (mask (car (gimp-layer-create-mask work ADD-MASK-WHITE)))
         (channel (car (gimp-channel-new image "channel" 300 200 50 "red")))
         (path (car (gimp-path-new image "path"))))
    (gimp-layer-set-mode above LAYER-MODE-MULTIPLY)
    (gimp-layer-set-opacity above 40)
    (gimp-layer-add-mask work mask)
    (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 150 70 40)
    (gimp-drawable-edit-clear mask)
    (gimp-image-insert-channel image channel 0 0)
    (gimp-drawable-edit-fill channel FILL-WHITE)
    (gimp-image-insert-path image path 0 0)
    (gimp-path-stroke-new-from-points path PATH-STROKE-TYPE-BEZIER
      #(10 10 10 10 10 10 50 50 50 50 50 50) FALSE)
    (gimp-image-add-hguide image 77)
    (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 90 60 70 50)
    (gimp-selection-feather image 9)
    (gimp-layer-set-edit-mask work TRUE)
    (gimp-image-set-selected-layers image (vector work))
    image))
(define (selected-layer image)
  (vector-ref (car (gimp-image-get-selected-layers image)) 0))
"""


def run(profile, script, timeout=gimp_test.START_TIMEOUT_S):
    """Runs a script that must succeed; returns what it said."""
    code, output, errors = profile.batch(HELPERS + script, timeout=timeout)
    if code != 0:
        # GIMP repeats the script after its error.
        errors = errors.split("Stopping at failing batch command")[0]
        print("# exit code %d\n# %s" % (code, errors.replace("\n", "\n# ")))
    return gimp_test.said(output)


def numbers(text):
    return tuple(int(float(word)) for word in
                 text.replace("(", " ").replace(")", " ").split())


def touched(rows):
    """How many bits are set."""
    return sum(bin(row).count("1") for row in rows)


def widen(rows, radius):
    """The bits that are at most so far from one that is set."""
    def row_at(y):
        return rows[y] if 0 <= y < len(rows) else 0

    wide = []
    for y in range(len(rows)):
        found = 0
        for dy in range(-radius, radius + 1):
            row = row_at(y + dy)
            reach = int((radius * radius - dy * dy) ** 0.5)
            for _ in range(reach if row else 0):
                row |= row << 1 | row >> 1
            found |= row
        wide.append(found)
    return wide


def outside(changed, allowed):
    """How many bits are set that may not be."""
    return touched([a & ~b for a, b in zip(changed, allowed)])


def place(rows, item, height):
    """The bits of a layer as those of an image so high."""
    x, y = item.offsets
    moved = [row << x if x >= 0 else row >> -x for row in rows]
    moved = [0] * y + moved if y >= 0 else moved[-y:]
    return (moved + [0] * height)[:height]


def level(pixel):
    """The value of a grey pixel, 0 to 1."""
    if len(pixel) == 4:
        return struct.unpack(">f", pixel)[0]
    return int.from_bytes(pixel, "big") / (256 ** len(pixel) - 1)


def is_any(pixel):
    return any(pixel)


def is_full(pixel):
    return level(pixel) == 1


def tokens_of(record):
    """The cells of a record by their place in the layer."""
    data = json.loads(record)
    raw = base64.b64decode(data["tokens"])
    codes = [raw[i] + 256 * raw[i + 1] for i in range(0, len(raw), 2)]
    return {(data["x"] + i % data["width"] * data["cell"],
             data["y"] + i // data["width"] * data["cell"]): code
            for i, code in enumerate(codes) if code != 65535}


def unquote(text):
    """A string as (write) has it."""
    return json.loads(text) if text else ""


def main(*tests):
    arguments = gimp_test.parse_arguments()
    gimp_test.need_model(arguments)
    tap = gimp_test.Tap()
    profile = gimp_test.Profile(arguments)
    try:
        for test in tests:
            if arguments.only in ("", test.__name__):
                start = time.monotonic()
                test(tap, profile)
                print("# %s: %.0f s" % (test.__name__,
                                        time.monotonic() - start))
    finally:
        profile.remove()
    tap.finish()
