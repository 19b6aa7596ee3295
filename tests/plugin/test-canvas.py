#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""expand, vary and tile on real images, without a screen; what all refuse."""

import os
import re
import signal
import time

import gimp_canvas
import gimp_test
import gimp_xcf


def test_expand(tap, profile):
    got = gimp_canvas.run(profile, """
(define image (new-scene RGB PRECISION-U16-NON-LINEAR))
(define (places)
  (map (lambda (layer)
         (list (car (gimp-item-get-name layer)) (offsets layer) (size layer)))
       (vector->list (car (gimp-image-get-layers image)))))
(define (image-size)
  (list (car (gimp-image-get-width image))
        (car (gimp-image-get-height image))))
(save-view image "%(path)s-before.xcf")
(define below (vector-ref (car (gimp-image-get-layers image)) 2))
(define result (plug-in-vqdiffusion-expand #:image image
  #:drawables (vector below) #:left 40 #:top 0 #:right 24 #:bottom 16
  #:images 2 %(quick)s))
(say "places" (places))
(say "image-size" (image-size))
(say "bounds" (gimp-selection-bounds image))
(say "selected" (selected-names image))
(save-xcf image "%(path)s-image.xcf")
(gimp-item-set-visible (vector-ref (cadr result) 1) FALSE)
(save-view image "%(path)s-after.xcf")

; the transparent border, of a layer that is smaller than the image
(define image (car (gimp-image-new 160 120 RGB)))
(define small (add-layer image "small" 120 100 20 0))
(define result (plug-in-vqdiffusion-expand #:image image %(quick)s))
(say "border-places" (places))
(say "border-size" (image-size))
(save-xcf image "%(path)s-border.xcf")
(gimp-image-remove-layer image (first-layer result))
(define whole (add-layer image "whole" 160 120 0 0))
(try "nowhere" (lambda () (plug-in-vqdiffusion-expand #:image image)))

; a layer that reaches beyond the image keeps what is there
(define large (add-layer image "large" 300 300 -50 -60))
(define result (plug-in-vqdiffusion-expand #:image image #:left 8 %(quick)s))
(say "large-places" (places))
(say "large-size" (image-size))
""" % {"quick": gimp_canvas.QUICK, "path": profile.path("expand")})

    tap.equal(got.get("image-size"), "(364 216)", "expand: the canvas grows")
    tap.equal(got.get("places"),
              '(("above" (190 90) (90 60)) ("work" (25 20) (280 170)) '
              '("autumn leaves (seed 7)" (0 0) (364 216)) '
              '("autumn leaves (seed 8)" (0 0) (364 216)) '
              '("below" (40 0) (300 200)))',
              "the new layers are above the one selected; all others keep "
              "their size and their place in the picture")
    tap.equal(got.get("selected"), '("work")', "what was selected is so")
    _, left, _, right, _ = gimp_canvas.numbers(got.get("bounds", "0 0 0 0 0"))
    tap.check(left > 40 + 50 and right < 40 + 200, "with its selection",
              got.get("bounds"))
    mask = gimp_xcf.Xcf(profile.path("expand-image.xcf")).layers[2].mask
    new = [(1 << 364) - 1 - (((1 << 300) - 1 << 40) if y < 200 else 0)
           for y in range(216)]
    opaque = mask.where(gimp_canvas.is_full)
    shown = mask.where(gimp_canvas.is_any)
    tap.equal(gimp_canvas.outside(new, opaque), 0,
              "the new layer hides the new part")
    near = gimp_canvas.widen(new, gimp_canvas.BLEND)
    tap.equal(gimp_canvas.outside(shown, near), 0, "and no more than a blend")
    before = gimp_xcf.Xcf(profile.path("expand-before.xcf")).layers[0].pixels
    after = gimp_xcf.Xcf(profile.path("expand-after.xcf")).layers[0].pixels
    n = after.n_bytes
    tap.equal([row[(40 + gimp_canvas.BLEND) * n:(340 - gimp_canvas.BLEND) * n]
               for row in after.rows[:200 - gimp_canvas.BLEND]],
              [row[gimp_canvas.BLEND * n:(300 - gimp_canvas.BLEND) * n]
               for row in before.rows[:200 - gimp_canvas.BLEND]],
              "the old part is the same pixel for pixel, but for the blend")
    tap.check(len({after.pixel(x, y) for x in range(40)
                   for y in range(200)}) > 100, "the new part is painted")

    tap.equal(got.get("border-places"),
              '(("autumn leaves (seed 7)" (0 0) (160 120)) '
              '("small" (20 0) (120 100)))',
              "no pixels asked for: the transparent border is filled")
    tap.equal(got.get("border-size"), "(160 120)", "and the canvas stays")
    mask = gimp_xcf.Xcf(profile.path("expand-border.xcf")).layers[0].mask
    border = [(1 << 160) - 1 - (((1 << 120) - 1 << 20) if y < 100 else 0)
              for y in range(120)]
    opaque = mask.where(gimp_canvas.is_full)
    tap.equal(gimp_canvas.outside(border, opaque), 0,
              "it hides all of the border")
    near = gimp_canvas.widen(border, gimp_canvas.BLEND)
    tap.equal(gimp_canvas.outside(opaque, near), 0, "and no more than a blend")
    tap.matches(got.get("nowhere", ""),
                "nowhere to expand.*transparent border",
                "with neither, a message says so")
    tap.equal(got.get("large-size"), "(168 120)",
              "a layer larger than the image")
    tap.matches(got.get("large-places", ""),
                r'^\(\("autumn leaves \(seed 7\)" \(0 0\) \(\d+ 120\)\) '
                r'\("large" \(-42 -60\) \(300 300\)\)',
                "is expanded at the image's edge")


def test_vary(tap, profile):
    got = gimp_canvas.run(profile, """
(define image (new-scene RGB PRECISION-U8-NON-LINEAR))
(define work (selected-layer image))
(save-xcf image "%(path)s-before.xcf")
(save-view image "%(path)s-before-view.xcf")
(define result (plug-in-vqdiffusion-vary #:image image %(quick)s))
(save-view image "%(path)s-after-view.xcf")
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
""" % {"quick": gimp_canvas.QUICK, "path": profile.path("vary")})

    tap.equal(got.get("tree"),
              '("above" "autumn leaves (seed 7)" "work" "below")',
              "vary: a new layer above the one that is varied")
    tap.check(gimp_xcf.read_state(profile.path("vary-before.xcf")) ==
              gimp_xcf.read_state(profile.path("vary-removed.xcf")),
              "all else is as it was, to the byte")
    def view(what):
        return gimp_xcf.Xcf(profile.path("vary-%s-view.xcf" % what)
                            ).layers[0].pixels

    changed = view("before").differences(view("after"))
    selected = gimp_xcf.Xcf(profile.path("vary-before.xcf")).selection.where(
        gimp_canvas.is_any)
    tap.check(gimp_canvas.touched(changed) > 500, "the selection is varied",
              gimp_canvas.touched(changed))
    near = gimp_canvas.widen(selected, gimp_canvas.BLEND)
    tap.equal(gimp_canvas.outside(changed, near), 0,
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

    def tokens(key):
        return gimp_canvas.tokens_of(gimp_canvas.unquote(got.get(key)))

    own = tokens("own")
    same = {key: sum(tokens(key)[at] == code
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
    cell = gimp_canvas.CELL

    def step(first, second):
        return sum(abs(a - b) for a, b in zip(first, second)) / len(first)

    columns = [bytes(row[x * n + c] for row in png.rows
                     for c in range(min(n, 3)))
               for x in range(png.width)]
    ratios = []
    for lines in (columns, [bytes(row) for row in png.rows]):
        inside = [step(lines[i], lines[i + 1])
                  for i in range(cell - 1, len(lines) - 1, cell)]
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
    got = gimp_canvas.run(profile, script + """
(define image (car (gimp-image-new 300 200 RGB)))
(define result (plug-in-vqdiffusion-tile #:image image #:width 160 #:height 96
                                         %s))
(say "sized" (size (first-layer result)))
(say "sized-offsets" (offsets (first-layer result)))
""" % gimp_canvas.QUICK)

    tap.equal(got.get("xy-names"), '("autumn leaves (seed 3)")',
              "tile: a new image without one open")
    tap.equal((got.get("sized"), got.get("sized-offsets")),
              ("(160 96)", "(70 52)"), "of a size, in an image")
    ratios = {tiling: edge_ratios(gimp_test.Png(
        profile.path("tile-%s.png" % tiling)))
        for tiling in ("none", "x", "y", "xy")}
    print("# wrapped edges in x and y:", ratios)
    tap.check(min(ratios["none"]) > 1.5, "without tiling the edges do not fit",
              ratios)
    tap.check(ratios["x"][0] < 1.5 < ratios["x"][1], "x: left and right do",
              ratios)
    tap.check(ratios["y"][1] < 1.5 < ratios["y"][0], "y: top and bottom do",
              ratios)
    tap.check(max(ratios["xy"]) < 1.5, "xy: all do", ratios)


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
    got = gimp_canvas.run(profile, script + """
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
    process = profile.start_batch(gimp_canvas.HELPERS + """
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
    tap.check(gimp_xcf.read_state(profile.path("kill-before.xcf")) ==
              gimp_xcf.read_state(profile.path("kill-after.xcf")),
              "it is as it was, to the byte")
    tap.equal(got.get("fine"), '""', "and the next call works")


gimp_canvas.main(test_expand, test_vary, test_tile, test_errors, test_kill)
