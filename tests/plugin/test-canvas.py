#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""fill, expand, vary and tile on real images, without a screen.

Each function is one start of GIMP, with many checks in it. What an image holds
is compared as the bytes of its XCF file, what it shows as a TIFF of its own
precision.
"""

import base64
import json
import os
import re
import signal
import struct
import threading
import time

import gimp_test

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
(define (save-tiff image path)
  (file-tiff-export #:image image #:file path #:compression "none"))
(define (save-view image path)
  (let* ((copy (car (gimp-image-new-with-precision
                      (car (gimp-image-get-width image))
                      (car (gimp-image-get-height image))
                      (car (gimp-image-get-base-type image))
                      (car (gimp-image-get-precision image)))))
         (layer (car (gimp-layer-new-from-visible image copy "view"))))
    (gimp-image-insert-layer copy layer 0 0)
    (save-tiff copy path)
    (gimp-image-delete copy)))
; a mask or the selection, as a grey picture
(define (save-channel channel path)
  (let* ((image (car (gimp-item-get-image channel)))
         (copy (car (gimp-image-new-with-precision
                      (car (gimp-drawable-get-width channel))
                      (car (gimp-drawable-get-height channel)) GRAY
                      (car (gimp-image-get-precision image)))))
         (layer (car (gimp-layer-new-from-drawable channel copy))))
    (gimp-image-insert-layer copy layer 0 0)
    (gimp-layer-set-offsets layer 0 0)
    (save-tiff copy path)
    (gimp-image-delete copy)))
(define (mask-of layer) (car (gimp-layer-get-mask layer)))
(define (first-layer result) (vector-ref (cadr result) 0))
(define (offsets layer) (gimp-drawable-get-offsets layer))
(define (size item)
  (list (car (gimp-drawable-get-width item))
        (car (gimp-drawable-get-height item))))
(define (parasite layer name)
  (caddr (car (gimp-item-get-parasite layer name))))
"""

KINDS = [
    ("rgb-u8", "RGB", "PRECISION-U8-NON-LINEAR"),
    ("rgb-u8-linear", "RGB", "PRECISION-U8-LINEAR"),
    ("rgb-u16", "RGB", "PRECISION-U16-NON-LINEAR"),
    ("rgb-float", "RGB", "PRECISION-FLOAT-NON-LINEAR"),
    ("rgb-float-linear", "RGB", "PRECISION-FLOAT-LINEAR"),
    ("gray-u8", "GRAY", "PRECISION-U8-NON-LINEAR"),
    ("gray-u16-linear", "GRAY", "PRECISION-U16-LINEAR"),
]

BLEND = 16
CELL = 8  # pixels of the default model
# Of a run on 4000 x 3000 pixels, beside the model's 50 MB and working memory.
MAX_PEAK_BYTES = 1500000000


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


def bits(tiff, is_set):
    return [sum(1 << x for x in range(tiff.width) if is_set(tiff.pixel(x, y)))
            for y in range(tiff.height)]


def level(tiff, pixel):
    """The value of a grey pixel, 0 to 1."""
    if tiff.bits[0] == 32:
        return struct.unpack("<f", pixel)[0]
    return int.from_bytes(pixel, "little") / (2 ** tiff.bits[0] - 1)


def outside(changed, allowed):
    return touched([a & ~b for a, b in zip(changed, allowed)])


SCENE = """
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


def test_kinds(tap, profile):
    """Nothing but the filled part changes, whatever the image is made of."""
    script = SCENE
    for name, base_type, precision in KINDS:
        script += """
(let* ((image (car (list (new-scene %s %s))))
       (work (selected-layer image))
       (path (lambda (what) (string-append "%s-" what))))
  (save-xcf image (path "before.xcf"))
  (save-view image (path "before.tif"))
  (save-channel (car (gimp-image-get-selection image)) (path "selection.tif"))
  (let* ((result (plug-in-vqdiffusion-fill #:image image %s))
         (layer (first-layer result)))
    (save-view image (path "after.tif"))
    (save-channel (mask-of layer) (path "mask.tif"))
    (say "%s-tree" (layer-names image))
    (say "%s-offsets" (offsets layer))
    (say "%s-size" (size layer))
    (say "%s-edit-mask" (car (gimp-layer-get-edit-mask layer)))
    (say "%s-parasites" (car (gimp-item-get-parasite-list layer)))
    (gimp-image-remove-layer image layer)
    (save-xcf image (path "removed.xcf")))
  (gimp-image-delete image))
""" % (base_type, precision, profile.path(name), QUICK, name, name, name, name,
            name)
    got = run(profile, script)

    for name, _, _ in KINDS:
        try:
            check_kind(tap, profile, got, name)
        except (OSError, ValueError) as error:
            tap.check(False, name, error)


def check_kind(tap, profile, got, name):
    def tiff(what):
        return gimp_test.Tiff(profile.path("%s-%s.tif" % (name, what)))

    tap.equal(got.get(name + "-tree"),
              '("above" "autumn leaves (seed 7)" "work" "below")',
              name + ": the new layer is above the one that was filled")
    tap.equal(got.get(name + "-edit-mask"), "0",
              name + ": painting on it would change its pixels")
    tap.equal(sorted(got.get(name + "-parasites", "").strip("()").split()),
              ['"vqdiffusion"', '"vqdiffusion-tokens"'],
              name + ": it keeps settings and tokens")
    tap.check(gimp_test.xcf_state(profile.path(name + "-before.xcf")) ==
              gimp_test.xcf_state(profile.path(name + "-removed.xcf")),
              name + ": all else in the image is as it was, to the byte")

    selection = tiff("selection")
    selected = bits(selection, lambda pixel: any(pixel))
    # Feathered ones do not quite come to 1 but in 8 bits.
    wholly = bits(selection, lambda pixel: level(selection, pixel) > 0.99)
    changed = tiff("before").differences(tiff("after"))
    tap.check(touched(wholly) > 1000, name + ": much is wholly selected",
              touched(wholly))
    tap.equal(outside(changed, widen(selected, BLEND)), 0,
              name + ": outside selection and blend each pixel is the same")
    tap.check(touched(changed) > 0.7 * touched(wholly),
              name + ": inside they are others",
              "%d of %d" % (touched(changed), touched(wholly)))

    mask = tiff("mask")
    x, y = numbers(got.get(name + "-offsets", ""))
    tap.equal(numbers(got.get(name + "-size", "")), (mask.width, mask.height),
              name + ": the mask is as large as the layer")
    opaque = [row << x for row in
              bits(mask, lambda pixel: level(mask, pixel) > 0.98)]
    opaque = [0] * y + opaque + [0] * (200 - y - mask.height)
    tap.equal(outside(wholly, opaque), 0,
              name + ": the new layer hides all that is wholly selected")
    shown = [row << x for row in bits(mask, lambda pixel: any(pixel))]
    shown = [0] * y + shown + [0] * (200 - y - mask.height)
    tap.equal(outside(shown, widen(selected, BLEND)), 0,
              name + ": and shows nothing beyond the blend")
    tap.check(mask.width * mask.height < 300 * 200 / 3,
              name + ": it is as small as the filled part",
              "%d x %d" % (mask.width, mask.height))


WHERE = """
(define (new-image)
  (let ((image (car (gimp-image-new 300 200 RGB))))
    (add-layer image "back" 300 200 0 0)
    (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 100 60 40 40)
    image))
(define image 0)
(define back 0)
(define result 0)
(define (tree layers)
  (map (lambda (layer)
         (let ((name (car (gimp-item-get-name layer))))
           (if (= (car (gimp-item-is-group layer)) TRUE)
               (cons name (tree (car (gimp-item-get-children layer))))
               name)))
       (vector->list layers)))
(define (group name . layers)
  (let ((new (car (gimp-group-layer-new image name))))
    (gimp-image-insert-layer image new 0 0)
    (for-each (lambda (layer) (gimp-image-reorder-item image layer new 0))
              layers)
    new))
(define (select . layers)
  (gimp-image-set-selected-layers image (list->vector layers)))
; prepare may give a vector of drawables for the call
(define (state key prepare)
  (set! image (new-image))
  (set! back (selected-layer image))
  (let ((drawables (prepare)))
    (gimp-image-clean-all image)
    (try key (lambda ()
      (set! result
        (if (vector? drawables)
            (plug-in-vqdiffusion-fill #:image image #:drawables drawables %s)
            (plug-in-vqdiffusion-fill #:image image %s))))))
  (say (string-append key "-tree") (tree (car (gimp-image-get-layers image))))
  (say (string-append key "-dirty") (car (gimp-image-is-dirty image))))
(define (selected-layer image)
  (vector-ref (car (gimp-image-get-selected-layers image)) 0))
(define (new-channel)
  (let ((channel (car (gimp-channel-new image "c" 300 200 50 "red"))))
    (gimp-image-insert-channel image channel 0 0)
    channel))
(define (locked lock)
  (lambda () (lock back TRUE)))
""" % (QUICK, QUICK)

NEW = '"autumn leaves (seed 7)"'
# What is selected, how it is made, the layers then or the message.
STATES = [
    ("layer", "", "(%s \"back\")" % NEW),
    ("group", '(select (group "g" back))', '(%s ("g" "back"))' % NEW),
    ("in-group", '(group "g" back) (select back)',
     '(("g" %s "back"))' % NEW),
    ("group-off",
     '(let ((g (group "g" back))) (select back)'
     ' (gimp-item-set-visible g FALSE))', "not visible.*eye"),
    ("empty-group", '(select (group "g"))', "layer group is empty"),
    ("mask",
     "(let ((mask (car (gimp-layer-create-mask back ADD-MASK-WHITE))))"
     " (gimp-layer-add-mask back mask) (vector mask))",
     "(%s \"back\")" % NEW),
    ("mask-edited",
     "(gimp-layer-add-mask back"
     " (car (gimp-layer-create-mask back ADD-MASK-WHITE)))"
     " (gimp-layer-set-edit-mask back TRUE)", "(%s \"back\")" % NEW),
    ("channel",
     "(gimp-image-set-selected-channels image (vector (new-channel)))",
     "channel is selected.*Layers dialog"),
    ("channel-given", "(vector (new-channel))",
     "channel is selected.*Layers dialog"),
    ("floating",
     '(gimp-floating-sel-attach (car (gimp-layer-new image "f" 9 9'
     ' RGBA-IMAGE 100 LAYER-MODE-NORMAL)) back)',
     "floating selection.*Anchor"),
    ("several", '(select back (add-layer image "other" 300 200 0 0))',
     "Several layers.*only the one"),
    ("several-given", '(vector back (add-layer image "other" 9 9 0 0))',
     "Several layers.*only the one"),
    ("no-layer", "(gimp-image-remove-layer image back)", "has no layer"),
    ("locked", "(gimp-item-set-lock-content back TRUE)",
     "(%s \"back\")" % NEW),
    ("locked-all",
     "(gimp-item-set-lock-content back TRUE)"
     " (gimp-item-set-lock-position back TRUE)"
     " (gimp-item-set-lock-visibility back TRUE)"
     " (gimp-layer-set-lock-alpha back TRUE)", "(%s \"back\")" % NEW),
    ("locked-group",
     '(gimp-item-set-lock-content (group "g" back) TRUE) (select back)',
     '(("g" %s "back"))' % NEW),
    ("invisible", "(gimp-item-set-visible back FALSE)", "not visible.*eye"),
    ("text",
     '(let ((text (car (gimp-text-layer-new image "Words of text"'
     ' (car (gimp-context-get-font)) 60 UNIT-PIXEL))))'
     " (gimp-image-insert-layer image text 0 0)"
     " (gimp-layer-set-offsets text 60 50) (select text))",
     '(%s "Words of text" "back")' % NEW),
    ("indexed",
     "(gimp-image-convert-indexed image CONVERT-DITHER-NONE"
     " CONVERT-PALETTE-GENERATE 4 FALSE FALSE \"\")", "Image > Mode > RGB"),
    ("no-selection", "(gimp-selection-none image)",
     "nothing to fill: nothing is selected.*no transparent part"),
    ("elsewhere", '(select (add-layer image "other" 50 50 0 0))',
     "selection lies outside the layer.*Layers dialog"),
    ("foreign",
     "(let ((other (car (gimp-image-new 64 64 RGB))))"
     ' (vector (add-layer other "other" 64 64 0 0)))',
     "invalid input arguments.*not of the image"),
]


def test_where(tap, profile):
    """From whatever is selected: what is sensible, or what to do first."""
    script = WHERE
    for key, prepare, _ in STATES:
        script += '(state "%s" (lambda () #f %s))\n' % (key, prepare)
        if key == "text":
            script += ('(say "still-text" (map (lambda (layer)'
                       ' (car (gimp-item-id-is-text-layer layer)))'
                       ' (vector->list (car (gimp-image-get-layers'
                       ' image)))))\n')
    got = run(profile, script)

    for key, _, expected in STATES:
        if expected.startswith("("):
            tap.equal((got.get(key), got.get(key + "-tree")), ('""', expected),
                      key + ": the layer is filled, above it")
        else:
            tap.matches(got.get(key, "nothing said"), expected,
                        key + ": a message says what to do")
            print("#   " + got.get(key, ""))
            tap.equal(got.get(key + "-dirty"), "0",
                      key + ": and the image is as it was")
    tap.equal(got.get("still-text"), "(0 1 0)", "text stays text")


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


def test_fill(tap, profile):
    """No selection, small layers, several pictures, own layers."""
    got = run(profile, SCENE + """
; what is transparent, in a layer that is smaller than the image
(define image (car (gimp-image-new 300 200 RGB)))
(define small (add-layer image "small" 120 100 40 50))
(clear-part image small 70 80 30 25)
(define hole (first-layer
  (plug-in-vqdiffusion-fill #:image image #:blend 5 %(quick)s)))
(say "hole-offsets" (offsets hole))
(say "hole-size" (size hole))
(save-channel (mask-of hole) "%(path)s-hole.tif")
(gimp-image-remove-layer image hole)

; what its mask hides is transparent too
(define whole (add-layer image "whole" 300 200 0 0))
(define whole-mask (car (gimp-layer-create-mask whole ADD-MASK-WHITE)))
(gimp-layer-add-mask whole whole-mask)
(gimp-image-select-rectangle image CHANNEL-OP-REPLACE 200 20 30 25)
(gimp-context-set-foreground "black")
(gimp-drawable-edit-fill whole-mask FILL-FOREGROUND)
(gimp-selection-none image)
(define masked (first-layer
  (plug-in-vqdiffusion-fill #:image image #:drawables (vector whole)
                            #:blend 5 %(quick)s)))
(say "masked-offsets" (offsets masked))
(say "masked-size" (size masked))
(gimp-layer-set-apply-mask whole FALSE)
(try "mask-off" (lambda ()
  (plug-in-vqdiffusion-fill #:image image #:drawables (vector whole))))

; a selection that is partly beyond the layer
(gimp-image-select-rectangle image CHANNEL-OP-REPLACE 140 120 50 40)
(define partly (first-layer
  (plug-in-vqdiffusion-fill #:image image #:drawables (vector small)
                            #:blend 0 %(quick)s)))
(say "partly-offsets" (offsets partly))
(say "partly-size" (size partly))

; several
(define several (plug-in-vqdiffusion-fill #:image image
  #:drawables (vector small) #:images 2 #:target "group" #:keep-settings FALSE
  #:steps 2 #:seed 7 #:prompt ""))
(say "several-seeds" (caddr several))
(say "several-in" (names (car (gimp-item-get-children
  (car (gimp-item-get-parent (first-layer several)))))))
(say "several-parasites"
  (car (gimp-item-get-parasite-list (first-layer several))))

; a layer of our own
(define own (plug-in-vqdiffusion-generate %(quick)s))
(define own-image (car own))
(define own-layer (first-layer own))
(say "own-record" (parasite own-layer "vqdiffusion-tokens"))
(gimp-image-select-rectangle own-image CHANNEL-OP-REPLACE 40 48 30 30)
(define (fill-own)
  (let* ((layer (first-layer (plug-in-vqdiffusion-fill #:image own-image
                  #:drawables (vector own-layer) #:steps 2 #:seed 8
                  #:grow 0 #:blend 8 #:prompt "grass")))
         (record (parasite layer "vqdiffusion-tokens"))
         (at (offsets layer)))
    (gimp-image-remove-layer own-image layer)
    (list at record)))
(define first (fill-own))
(say "first-at" (car first))
(say "first-record" (cadr first))
(define again (fill-own))
(say "again" (string=? (cadr first) (cadr again)))
; painted over, near the hole
(gimp-image-select-rectangle own-image CHANNEL-OP-REPLACE 34 50 5 5)
(gimp-context-set-foreground "red")
(gimp-drawable-edit-fill own-layer FILL-FOREGROUND)
(gimp-image-select-rectangle own-image CHANNEL-OP-REPLACE 40 48 30 30)
(say "painted-record" (cadr (fill-own)))
(gimp-item-detach-parasite own-layer "vqdiffusion-tokens")
(say "bare-record" (cadr (fill-own)))
""" % {"quick": QUICK, "path": profile.path("fill")})

    tap.equal(got.get("hole-offsets"), "(66 76)",
              "no selection: the transparent part of the layer, and a blend")
    tap.equal(got.get("hole-size"), "(38 33)", "of less than 5 pixels")
    mask = gimp_test.Tiff(profile.path("fill-hole.tif"))
    tap.equal(touched(bits(mask, lambda pixel: pixel == b"\xff")), 30 * 25,
              "which it hides exactly")
    tap.equal((got.get("masked-offsets"), got.get("masked-size")),
              ("(196 16)", "(38 33)"), "what a layer mask hides is filled")
    tap.matches(got.get("mask-off", ""), "nothing to fill",
                "unless the mask is switched off")
    tap.equal((got.get("partly-offsets"), got.get("partly-size")),
              ("(140 120)", "(50 40)"),
              "a selection that reaches beyond the layer is filled whole")
    tap.equal(got.get("several-seeds"), "#(7 8)", "two pictures, two seeds")
    tap.equal(got.get("several-in"), '("VQ-Diffusion #1" "VQ-Diffusion #2")',
              "in a group; keep-settings off: neutral names")
    tap.equal(got.get("several-parasites"), "()", "and no parasites")
    check_tokens(tap, got)


def check_tokens(tap, got):
    own = tokens_of(unquote(got.get("own-record")))
    x, y = numbers(got.get("first-at", ""))
    cells = {key: {(at[0] + x, at[1] + y): code for at, code in
                   tokens_of(unquote(got.get(key + "-record"))).items()}
             for key in ("first", "painted", "bare")}
    # A hole of 30 pixels from (40, 48), in cells of 8.
    hole = {(cx, cy) for cx in range(40, 70, 8) for cy in range(48, 78, 8)}
    kept = {at for at in cells["first"] if at not in hole}
    tap.check(len(kept) >= 16, "the filled layer knows cells around its hole",
              sorted(kept))
    tap.equal({at: cells["first"][at] for at in kept},
              {at: own[at] for at in kept},
              "which are those of our own layer, not encoded again")
    tap.check(any(cells["first"][at] != own[at] for at in hole),
              "those of the hole are new")
    tap.equal(got.get("again"), "#t", "the same fill gives the same tokens")
    painted = {at for at in kept if cells["painted"][at] != own[at]}
    tap.equal(painted, {(32, 48)}, "a cell that was painted over is read anew")
    tap.check(any(cells["bare"][at] != own[at] for at in kept),
              "without a record all are")


def test_expand(tap, profile):
    got = run(profile, SCENE + """
(define image (new-scene RGB PRECISION-U16-NON-LINEAR))
(define (places)
  (map (lambda (layer)
         (list (car (gimp-item-get-name layer)) (offsets layer) (size layer)))
       (vector->list (car (gimp-image-get-layers image)))))
(define (image-size)
  (list (car (gimp-image-get-width image)) (car (gimp-image-get-height image))))
(save-view image "%(path)s-before.tif")
(define below (vector-ref (car (gimp-image-get-layers image)) 2))
(define result (plug-in-vqdiffusion-expand #:image image
  #:drawables (vector below) #:left 40 #:top 0 #:right 24 #:bottom 16
  #:images 2 %(quick)s))
(say "places" (places))
(say "image-size" (image-size))
(say "bounds" (gimp-selection-bounds image))
(say "selected" (selected-names image))
(gimp-item-set-visible (vector-ref (cadr result) 1) FALSE)
(save-view image "%(path)s-after.tif")
(save-channel (mask-of (first-layer result)) "%(path)s-mask.tif")

; the transparent border, of a layer that is smaller than the image
(define image (car (gimp-image-new 160 120 RGB)))
(define small (add-layer image "small" 120 100 20 0))
(define result (plug-in-vqdiffusion-expand #:image image %(quick)s))
(say "border-places" (places))
(say "border-size" (image-size))
(save-channel (mask-of (first-layer result)) "%(path)s-border.tif")
(gimp-image-remove-layer image (first-layer result))
(define whole (add-layer image "whole" 160 120 0 0))
(try "nowhere" (lambda () (plug-in-vqdiffusion-expand #:image image)))

; a layer that reaches beyond the image keeps what is there
(define large (add-layer image "large" 300 300 -50 -60))
(define result (plug-in-vqdiffusion-expand #:image image #:left 8 %(quick)s))
(say "large-places" (places))
(say "large-size" (image-size))
""" % {"quick": QUICK, "path": profile.path("expand")})

    tap.equal(got.get("image-size"), "(364 216)", "expand: the canvas grows")
    tap.equal(got.get("places"),
              '(("above" (190 90) (90 60)) ("work" (25 20) (280 170)) '
              '("autumn leaves (seed 7)" (0 0) (364 216)) '
              '("autumn leaves (seed 8)" (0 0) (364 216)) '
              '("below" (40 0) (300 200)))',
              "the new layers are above the one selected; all others keep "
              "their size and their place in the picture")
    tap.equal(got.get("selected"), '("work")', "what was selected is so")
    left, top, right, bottom = numbers(got.get("bounds", "0 0 0 0 0"))[1:]
    tap.check(left > 40 + 50 and right < 40 + 200, "with its selection",
              got.get("bounds"))
    mask = gimp_test.Tiff(profile.path("expand-mask.tif"))
    new = [(1 << 364) - 1 - (((1 << 300) - 1 << 40) if y < 200 else 0)
           for y in range(216)]
    opaque = bits(mask, lambda pixel: pixel == b"\xff\xff")
    shown = bits(mask, lambda pixel: any(pixel))
    tap.equal(outside(new, opaque), 0, "the new layer hides the new part")
    tap.equal(outside(shown, widen(new, BLEND)), 0, "and no more than a blend")
    before = gimp_test.Tiff(profile.path("expand-before.tif"))
    after = gimp_test.Tiff(profile.path("expand-after.tif"))
    n = after.n_bytes
    tap.equal([row[(40 + BLEND) * n:(340 - BLEND) * n]
               for row in after.rows[:200 - BLEND]],
              [row[BLEND * n:(300 - BLEND) * n]
               for row in before.rows[:200 - BLEND]],
              "the old part is the same pixel for pixel, but for the blend")
    tap.check(len({after.pixel(x, y) for x in range(40)
                   for y in range(200)}) > 100, "the new part is painted")

    tap.equal(got.get("border-places"),
              '(("autumn leaves (seed 7)" (0 0) (160 120)) '
              '("small" (20 0) (120 100)))',
              "no pixels asked for: the transparent border is filled")
    tap.equal(got.get("border-size"), "(160 120)", "and the canvas stays")
    mask = gimp_test.Tiff(profile.path("expand-border.tif"))
    tap.equal(touched(bits(mask, lambda pixel: pixel == b"\xff")),
              160 * 120 - 120 * 100, "it hides exactly the border")
    tap.matches(got.get("nowhere", ""), "nowhere to expand.*transparent border",
                "with neither, a message says so")
    tap.equal(got.get("large-size"), "(168 120)",
              "a layer larger than the image")
    tap.matches(got.get("large-places", ""),
                r'^\(\("autumn leaves \(seed 7\)" \(0 0\) \(\d+ 120\)\) '
                r'\("large" \(-42 -60\) \(300 300\)\)',
                "is expanded at the image's edge")


def test_vary(tap, profile):
    got = run(profile, SCENE + """
(define image (new-scene RGB PRECISION-U8-NON-LINEAR))
(define work (selected-layer image))
(save-xcf image "%(path)s-before.xcf")
(save-view image "%(path)s-before.tif")
(define result (plug-in-vqdiffusion-vary #:image image %(quick)s))
(save-view image "%(path)s-after.tif")
(save-channel (car (gimp-image-get-selection image)) "%(path)s-selection.tif")
(say "tree" (layer-names image))
(gimp-image-remove-layer image (first-layer result))
(save-xcf image "%(path)s-removed.xcf")

; a whole layer; one that is opaque needs no mask
(gimp-selection-none image)
(define own (plug-in-vqdiffusion-generate %(quick)s))
(define image (car own))
(define layer (first-layer own))
(gimp-layer-set-offsets layer 11 -7)
(define result (plug-in-vqdiffusion-vary #:image image
  #:drawables (vector layer) #:images 3 #:strength 0 #:strength-last 1
  %(quick)s))
(say "ramp-seeds" (caddr result))
(say "ramp-offsets" (map offsets (vector->list (cadr result))))
(say "ramp-size" (map size (vector->list (cadr result))))
(say "ramp-settings" (map (lambda (layer) (parasite layer "vqdiffusion"))
                          (vector->list (cadr result))))
(define white (car (gimp-layer-new image "white" 128 128 RGBA-IMAGE 100
                                   LAYER-MODE-NORMAL)))
(gimp-image-insert-layer image white 0 0)
(gimp-drawable-fill white FILL-WHITE)
(gimp-drawable-append-new-filter white "gegl:invert-gamma" "invert"
                                 LAYER-MODE-REPLACE 1.0)
(define n-images (vector-length (car (gimp-get-images))))
(export (first-layer (plug-in-vqdiffusion-vary #:image image
                       #:drawables (vector white) #:strength 0 %(quick)s))
        "%(path)s-effect.png")
(say "effects" (vector-length (car (gimp-drawable-get-filters white))))
(say "images-more" (- (vector-length (car (gimp-get-images))) n-images))
(define clear (car (gimp-layer-new image "clear" 64 64 RGBA-IMAGE 100
                                   LAYER-MODE-NORMAL)))
(gimp-image-insert-layer image clear 0 0)
(try "clear" (lambda () (plug-in-vqdiffusion-vary #:image image
                          #:drawables (vector clear))))
(define own (plug-in-vqdiffusion-generate %(quick)s))
(define own-layer (first-layer own))
(define (tokens-of . more)
  (parasite
    (first-layer (apply (lambda (strength keep)
      (plug-in-vqdiffusion-vary #:image (car own)
        #:drawables (vector own-layer) #:strength strength #:keep keep
        #:steps 4 #:seed 9 #:prompt "grass")) more))
    "vqdiffusion-tokens"))
(say "own" (parasite own-layer "vqdiffusion-tokens"))
(say "strength-0" (tokens-of 0 -1))
(say "strength-half" (tokens-of 0.5 -1))
(say "strength-1" (tokens-of 1 -1))
(say "keep-most" (tokens-of 0.6 0.9))
(say "keep-all" (tokens-of 0.6 1))
""" % {"quick": QUICK, "path": profile.path("vary")})

    tap.equal(got.get("tree"),
              '("above" "autumn leaves (seed 7)" "work" "below")',
              "vary: a new layer above the one that is varied")
    tap.check(gimp_test.xcf_state(profile.path("vary-before.xcf")) ==
              gimp_test.xcf_state(profile.path("vary-removed.xcf")),
              "all else is as it was, to the byte")
    selection = gimp_test.Tiff(profile.path("vary-selection.tif"))
    changed = gimp_test.Tiff(profile.path("vary-before.tif")).differences(
        gimp_test.Tiff(profile.path("vary-after.tif")))
    selected = bits(selection, lambda pixel: any(pixel))
    tap.check(touched(changed) > 500, "the selection is varied",
              touched(changed))
    tap.equal(outside(changed, widen(selected, BLEND)), 0,
              "and nothing outside it and the blend")

    tap.equal(got.get("ramp-seeds"), "#(7 8 9)", "a batch")
    tap.equal(got.get("ramp-offsets"), "((11 -7) (11 -7) (11 -7))",
              "at the layer's place")
    tap.equal(got.get("ramp-size"), "((128 128) (128 128) (128 128))",
              "of its size")
    tap.equal([float(strength) for strength in
               re.findall(r'strength\\"\s*:\s*([\d.]+)',
                          got.get("ramp-settings", ""))], [0, 0.5, 1],
              "from the first strength to the last")
    tap.matches(got.get("clear", ""), "nothing to vary",
                "an empty layer has nothing to vary")

    colours = gimp_test.Png(profile.path("vary-effect.png")).colours()
    tap.check(sum(colours) / len(colours) < 32,
              "what is varied is the layer with its effects",
              sum(colours) / len(colours))
    tap.equal((got.get("effects"), got.get("images-more")), ("1", "0"),
              "which it keeps, and no copy is left")

    own = tokens_of(unquote(got.get("own")))
    same = {key: sum(tokens_of(unquote(got.get(key)))[at] == code
                     for at, code in own.items()) / len(own)
            for key in ("strength-0", "strength-half", "strength-1",
                        "keep-most", "keep-all")}
    print("# tokens that stay:", same)
    tap.equal((same["strength-0"], same["keep-all"]), (1, 1),
              "strength 0, or all kept, gives the layer's own tokens back")
    tap.check(1 > same["strength-half"] > same["strength-1"],
              "the stronger, the fewer stay", same)
    tap.check(0.85 < same["keep-most"] < 1,
              "as many stay as are to be kept", same)


def edge_ratios(png):
    """Steps over the wrapped edges over those between the cells inside, in x
    and y."""
    n = png.n_channels

    def step(first, second):
        return sum(abs(a - b) for a, b in zip(first, second)) / len(first)

    columns = [bytes(row[x * n + c] for row in png.rows
                     for c in range(min(n, 3)))
               for x in range(png.width)]
    ratios = []
    for lines in (columns, [bytes(row) for row in png.rows]):
        inside = [step(lines[i], lines[i + 1])
                  for i in range(CELL - 1, len(lines) - 1, CELL)]
        ratios.append(step(lines[-1], lines[0]) / (sum(inside) / len(inside)))
    return ratios


def test_tile(tap, profile):
    script = ""
    for tiling in ("none", "x", "y", "xy"):
        script += """
(define result (plug-in-vqdiffusion-tile #:tiling "%s" #:steps 4 #:seed 3
                                         #:prompt "autumn leaves"))
(say "%s-names" (layer-names (car result)))
(export (first-layer result) "%s.png")
""" % (tiling, tiling, profile.path("tile-" + tiling))
    got = run(profile, script + """
(define image (car (gimp-image-new 300 200 RGB)))
(define result (plug-in-vqdiffusion-tile #:image image #:width 160 #:height 96
                                         %s))
(say "sized" (size (first-layer result)))
(say "sized-offsets" (offsets (first-layer result)))
""" % QUICK)

    tap.equal(got.get("xy-names"), '("autumn leaves (seed 3)")',
              "tile: a new image without one open")
    tap.equal((got.get("sized"), got.get("sized-offsets")),
              ("(160 96)", "(70 52)"), "of a size, in an image")
    ratios = {tiling: edge_ratios(gimp_test.Png(
        profile.path("tile-%s.png" % tiling)))
        for tiling in ("none", "x", "y", "xy")}
    print("# wrapped edges in x and y:", ratios)
    tap.check(min(ratios["none"]) > 2, "without tiling the edges do not fit",
              ratios)
    tap.check(ratios["x"][0] < 2 < ratios["x"][1], "x: left and right do",
              ratios)
    tap.check(ratios["y"][1] < 2 < ratios["y"][0], "y: top and bottom do",
              ratios)
    tap.check(max(ratios["xy"]) < 2, "xy: all do", ratios)


def test_errors(tap, profile):
    """Each mistake has its message, and leaves the image as it was."""
    calling = "invalid input arguments"
    cases = [
        # procedure, arguments, what the message holds
        ("fill", "#:grow 513", "out of range"),
        ("fill", "#:feather -1", "out of range"),
        ("fill", "#:blend 513", "out of range"),
        ("fill", '#:target "image"', calling + ".*image.*layer, group"),
        ("fill", "#:width 64", "Invalid argument name: width"),
        ("fill", "#:strength 1", "Invalid argument name: strength"),
        ("fill", "#:steps 0", calling + ".*steps"),
        ("fill", '#:model "/nowhere/x.safetensors"', "/nowhere/x.safetensors"),
        ("expand", "#:left -1", "out of range"),
        ("expand", "#:bottom 8193", "out of range"),
        ("expand", "#:left 8192 #:right 8192 #:memory-limit 300", "memory"),
        ("vary", "#:strength 1.5", "out of range"),
        ("vary", "#:strength-last -0.5", calling + ".*strength-last"),
        ("vary", "#:keep -0.5", calling + ".*keep"),
        ("vary", "#:grow 4", "Invalid argument name: grow"),
        ("tile", '#:tiling "z"', calling + ".*none, x, y, xy"),
        ("tile", '#:output-folder "/nowhere/at/all"', "does not exist"),
    ]
    script = """
(define image (car (gimp-image-new 64 64 RGB)))
(define layer (add-layer image "layer" 64 64 0 0))
(gimp-image-select-rectangle image CHANNEL-OP-REPLACE 10 10 20 20)
(gimp-image-clean-all image)
"""
    for i, (procedure, arguments, _) in enumerate(cases):
        script += ('(try "%d" (lambda () (plug-in-vqdiffusion-%s #:image image'
                   ' %s)))\n' % (i, procedure, arguments))
    got = run(profile, script + """
(say "dirty" (car (gimp-image-is-dirty image)))
(say "layers" (layer-names image))
(say "size" (list (car (gimp-image-get-width image))
                  (car (gimp-image-get-height image))))
""")
    for i, (procedure, arguments, pattern) in enumerate(cases):
        tap.matches(got.get(str(i), "nothing said"), pattern,
                    "%s %s" % (procedure, arguments))
        print("#   " + got.get(str(i), "").replace(profile.folder, ""))
    tap.equal((got.get("dirty"), got.get("layers"), got.get("size")),
              ("0", '("layer")', "(64 64)"), "the image was not changed")


def test_kill(tap, profile):
    """An expansion that is stopped from outside leaves the image as it was."""
    process = profile.start_batch(HELPERS + """
(define image (car (gimp-image-new 200 200 RGB)))
(add-layer image "layer" 200 200 0 0)
(gimp-image-clean-all image)
(save-xcf image "%(path)s-before.xcf")
(try "stopped" (lambda ()
  (plug-in-vqdiffusion-expand #:image image #:left 200 #:steps 1000
                              #:images 64)))
(say "dirty" (car (gimp-image-is-dirty image)))
(save-xcf image "%(path)s-after.xcf")
(try "fine" (lambda ()
  (plug-in-vqdiffusion-expand #:image image #:left 8 #:steps 2)))
""" % {"path": profile.path("kill")})
    end = time.monotonic() + 120
    while gimp_test.find_run(profile) is None and time.monotonic() < end:
        time.sleep(0.2)
    time.sleep(2)
    number = gimp_test.find_run(profile)
    if not tap.check(number is not None, "the plug-in runs"):
        process.kill()
        return
    os.kill(number, signal.SIGKILL)
    output, _ = process.communicate(timeout=gimp_test.START_TIMEOUT_S)
    got = gimp_test.said(output.decode())
    tap.equal(got.get("dirty"), "0", "killed: the image is not changed")
    tap.check(gimp_test.xcf_state(profile.path("kill-before.xcf")) ==
              gimp_test.xcf_state(profile.path("kill-after.xcf")),
              "it is as it was, to the byte")
    tap.equal(got.get("fine"), '""', "and the next call works")


class Peak:
    """The most memory that a run had, read while a script goes on."""

    def __init__(self, profile):
        self.profile = profile
        self.n_bytes = {}
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def watch(self):
        while not self.done.wait(0.1):
            number = gimp_test.find_run(self.profile)
            try:
                with open("/proc/%d/status" % (number or 0)) as status:
                    found = re.search(r"VmHWM:\s+(\d+) kB", status.read())
            except OSError:
                found = None
            if found:
                self.n_bytes[number] = int(found[1]) * 1024

    def finish(self):
        """In the order of the runs."""
        self.done.set()
        self.thread.join()
        return [self.n_bytes[number] for number in sorted(self.n_bytes)]


def test_large(tap, profile):
    """4000 x 3000 pixels; for `./dev test --full`."""
    peak = Peak(profile)
    got = run(profile, """
(define image (car (gimp-image-new 4000 3000 RGB)))
(define work (add-layer image "work" 3800 2900 120 60))
(gimp-image-select-ellipse image CHANNEL-OP-REPLACE 1500 1000 300 200)
(gimp-selection-feather image 30)
(save-channel (car (gimp-image-get-selection image)) "%(path)s-selection.tif")
(save-view image "%(path)s-before.tif")
(define layer (first-layer
  (plug-in-vqdiffusion-fill #:image image %(quick)s)))
(save-view image "%(path)s-after.tif")
(say "fill-size" (size layer))
(gimp-image-remove-layer image layer)
(define result (plug-in-vqdiffusion-expand #:image image
  #:left 512 #:top 512 #:right 512 #:bottom 512 %(quick)s))
(say "expanded" (list (car (gimp-image-get-width image))
                      (car (gimp-image-get-height image))))
(say "expand-size" (size (first-layer result)))
""" % {"quick": QUICK, "path": profile.path("large")}, 3000)
    peaks = peak.finish()
    print("# most memory of fill and expand:", peaks)

    def tiff(what):
        return gimp_test.Tiff(profile.path("large-%s.tif" % what))

    selection = tiff("selection")
    selected = [sum(1 << x for x, value in enumerate(row) if value)
                if any(row) else 0 for row in selection.rows]
    changed = tiff("before").differences(tiff("after"))
    tap.check(touched(changed) > 20000, "the selection is filled",
              touched(changed))
    tap.equal(outside(changed, widen(selected, BLEND)), 0,
              "outside it and the blend each pixel is the same")
    width, height = numbers(got.get("fill-size", "0 0"))
    tap.check(300 < width < 400 and 200 < height < 300,
              "the new layer is as small as the filled part",
              got.get("fill-size"))
    tap.equal((got.get("expanded"), got.get("expand-size")),
              ("(5024 4024)", "(5024 4024)"), "the image is expanded")
    tap.check(len(peaks) == 2 and max(peaks) < MAX_PEAK_BYTES,
              "in less memory than is allowed", peaks)


def main():
    arguments = gimp_test.parse_arguments()
    gimp_test.need_model(arguments)
    tap = gimp_test.Tap()
    profile = gimp_test.Profile(arguments)
    tests = {"kinds": test_kinds, "where": test_where, "fill": test_fill,
             "expand": test_expand, "vary": test_vary, "tile": test_tile,
             "errors": test_errors, "kill": test_kill}
    if arguments.only == "large":
        tests = {"large": test_large}
    try:
        for name, test in tests.items():
            if arguments.only in ("", name):
                start = time.monotonic()
                test(tap, profile)
                print("# %s: %.0f s" % (name, time.monotonic() - start))
    finally:
        profile.remove()
    tap.finish()


main()
