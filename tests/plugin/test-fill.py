#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""plug-in-vqdiffusion-fill on real images, without a screen."""

import gimp_canvas
import gimp_xcf

KINDS = [
    ("rgb-u8", "RGB", "PRECISION-U8-NON-LINEAR"),
    ("rgb-u8-linear", "RGB", "PRECISION-U8-LINEAR"),
    ("rgb-u16", "RGB", "PRECISION-U16-NON-LINEAR"),
    ("rgb-float", "RGB", "PRECISION-FLOAT-NON-LINEAR"),
    ("rgb-float-linear", "RGB", "PRECISION-FLOAT-LINEAR"),
    ("gray-u8", "GRAY", "PRECISION-U8-NON-LINEAR"),
    ("gray-u16-linear", "GRAY", "PRECISION-U16-LINEAR"),
]


def test_kinds(tap, profile):
    """Nothing but the filled part changes, whatever the image is made of."""
    script = ""
    for name, base_type, precision in KINDS:
            script += """
(let* ((image (new-scene %s %s))
       (path (lambda (what) (string-append "%s-" what))))
  (save-xcf image (path "before.xcf"))
  (save-view image (path "before-view.xcf"))
  (let ((layer (first-layer (plug-in-vqdiffusion-fill #:image image %s))))
    (save-view image (path "after-view.xcf"))
    (save-xcf image (path "after.xcf"))
    (say "%s-edit-mask" (car (gimp-layer-get-edit-mask layer)))
    (say "%s-parasites" (car (gimp-item-get-parasite-list layer)))
    (gimp-image-remove-layer image layer)
    (save-xcf image (path "removed.xcf")))
  (gimp-image-delete image))
""" % (base_type, precision, profile.path(name), gimp_canvas.QUICK, name,
            name)
    got = gimp_canvas.run(profile, script)

    for name, _, _ in KINDS:
        try:
            check_kind(tap, profile, got, name)
        except (OSError, ValueError) as error:
            tap.check(False, name, error)


def check_kind(tap, profile, got, name):
    def path(what):
        return profile.path("%s-%s.xcf" % (name, what))

    image = gimp_xcf.Xcf(path("after"))
    tap.equal([layer.name for layer in image.layers],
              ["above", "autumn leaves (seed 7)", "work", "below"],
              name + ": the new layer is above the one that was filled")
    tap.equal(got.get(name + "-edit-mask"), "0",
              name + ": painting on it would change its pixels")
    tap.equal(sorted(got.get(name + "-parasites", "").strip("()").split()),
              ['"vqdiffusion"', '"vqdiffusion-tokens"'],
              name + ": it keeps settings and tokens")
    tap.check(gimp_xcf.read_state(path("before")) ==
              gimp_xcf.read_state(path("removed")),
              name + ": all else in the image is as it was, to the byte")

    layer = image.layers[1]
    selected = image.selection.where(gimp_canvas.is_any)
    # Feathered ones do not quite come to 1 but in 8 bits.
    wholly = image.selection.where(
        lambda pixel: gimp_canvas.level(pixel) > 0.99)
    near = gimp_canvas.widen(selected, gimp_canvas.BLEND)
    tap.check(gimp_canvas.touched(wholly) > 1000,
              name + ": much is wholly selected", gimp_canvas.touched(wholly))
    changed = gimp_xcf.Xcf(path("before-view")).layers[0].pixels.differences(
        gimp_xcf.Xcf(path("after-view")).layers[0].pixels)
    tap.equal(gimp_canvas.outside(changed, near), 0,
              name + ": outside selection and blend each pixel is the same")
    tap.check(gimp_canvas.touched(changed) > 0.7 * gimp_canvas.touched(wholly),
              name + ": inside they are others",
              "%d of %d" % (gimp_canvas.touched(changed),
                            gimp_canvas.touched(wholly)))

    opaque = gimp_canvas.place(layer.mask.where(
        lambda pixel: gimp_canvas.level(pixel) > 0.98), layer, 200)
    tap.equal(gimp_canvas.outside(wholly, opaque), 0,
              name + ": the new layer hides all that is wholly selected")
    shown = gimp_canvas.place(layer.mask.where(gimp_canvas.is_any), layer, 200)
    tap.equal(gimp_canvas.outside(shown, near), 0,
              name + ": and shows nothing beyond the blend")
    tap.check(layer.pixels.width * layer.pixels.height < 300 * 200 / 3,
              name + ": it is as small as the filled part",
              "%d x %d" % (layer.pixels.width, layer.pixels.height))


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
""" % (gimp_canvas.QUICK, gimp_canvas.QUICK)

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
    got = gimp_canvas.run(profile, script)

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


def test_fill(tap, profile):
    """No selection, small layers, several pictures, own layers."""
    got = gimp_canvas.run(profile, """
; what is transparent, in a layer that is smaller than the image
(define image (car (gimp-image-new 300 200 RGB)))
(define small (add-layer image "small" 120 100 40 50))
(clear-part image small 70 80 30 25)
(define hole (first-layer
  (plug-in-vqdiffusion-fill #:image image #:blend 5 %(quick)s)))
(save-xcf image "%(path)s-hole.xcf")
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
""" % {"quick": gimp_canvas.QUICK, "path": profile.path("fill")})

    layer = gimp_xcf.Xcf(profile.path("fill-hole.xcf")).layers[0]
    tap.equal((layer.offsets, layer.pixels.width, layer.pixels.height),
              ((66, 76), 38, 33),
              "no selection: the transparent part of the layer, and a blend of "
              "less than 5 pixels")
    part = (1 << 30) - 1
    hole = [part << 4 if 4 <= y < 29 else 0 for y in range(33)]
    opaque = layer.mask.where(gimp_canvas.is_full)
    tap.equal(gimp_canvas.outside(hole, opaque), 0, "all of which it hides")
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
    own = gimp_canvas.tokens_of(gimp_canvas.unquote(got.get("own-record")))
    x, y = gimp_canvas.numbers(got.get("first-at", ""))
    cells = {key: {(at[0] + x, at[1] + y): code for at, code in
                   gimp_canvas.tokens_of(gimp_canvas.unquote(got.get(key + "-record"))).items()}
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


gimp_canvas.main(test_kinds, test_where, test_fill)
