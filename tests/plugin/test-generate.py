#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""plug-in-vqdiffusion-generate on real images, without a screen.

Each function is one start of GIMP, with many checks in it.
"""

import os
import signal
import subprocess
import time

import gimp_test

# Two steps: where a layer lies does not depend on how good it looks.
QUICK = '#:steps 2 #:prompt "autumn leaves" #:seed 7'
CALL = "(%s %s " % (gimp_test.PROCEDURE, QUICK)


def run(profile, script, environment=None):
    """Runs a script that must succeed; returns what it said."""
    code, output, errors = profile.batch(script, environment)
    if code != 0:
        # GIMP repeats the script after its error.
        errors = errors.split("Stopping at failing batch command")[0]
        print("# exit code %d\n# %s" % (code, errors.replace("\n", "\n# ")))
    return gimp_test.said(output)


def test_new_image(tap, profile, reference):
    """No image is open: one is made."""
    path = profile.path("new.png")
    saved = profile.path("saved")
    os.mkdir(saved)
    got = run(profile, """
(say "exists" (defined? '%s))
(define result %s))
(define image (car result))
(define layer (vector-ref (cadr result) 0))
(say "seeds" (caddr result))
(say "device" (cadddr result))
(say "cut" (list-ref result 4))
(say "names" (layer-names image))
(say "type" (car (gimp-image-get-base-type image)))
(say "precision" (= (car (gimp-image-get-precision image))
                    PRECISION-U8-NON-LINEAR))
(say "canvas" (list (car (gimp-image-get-width image))
                    (car (gimp-image-get-height image))))
(say "size" (list (car (gimp-drawable-get-width layer))
                  (car (gimp-drawable-get-height layer))))
(say "displays" (car (gimp-get-images)))
(say "parasites" (car (gimp-item-get-parasite-list layer)))
(say "settings" (caddr (car (gimp-item-get-parasite layer "vqdiffusion"))))
(export layer "%s")

(define several %s #:images 3 #:target "group" #:width 200 #:height 100))
(define group (vector-ref (car (gimp-image-get-layers (car several))) 0))
(say "several-seeds" (caddr several))
(say "several-top" (layer-names (car several)))
(say "several-in" (names (car (gimp-item-get-children group))))
(say "several-size"
  (list (car (gimp-drawable-get-width (vector-ref (cadr several) 0)))
        (car (gimp-drawable-get-height (vector-ref (cadr several) 0)))))

(define bare %s #:keep-settings FALSE #:output-folder "%s"
                #:file-template "picture {prompt} {number}/{seed}"))
(say "bare-name" (layer-names (car bare)))
(say "bare-parasites"
  (car (gimp-item-get-parasite-list (vector-ref (cadr bare) 0))))
(say "bare-image" (car (gimp-image-get-parasite-list (car bare))))
%s #:output-folder "%s")
%s #:output-folder "%s")
""" % (gimp_test.PROCEDURE, CALL, path, CALL, CALL, saved, CALL, saved, CALL,
       saved))

    tap.equal(got.get("exists"), "#t", "the procedure is registered")
    tap.equal(got.get("names"), '("autumn leaves (seed 7)")',
              "a new image has one layer, named by prompt and seed")
    tap.equal(got.get("type"), "0", "it is an RGB image")
    tap.equal(got.get("precision"), "#t", "of 8 bits")
    tap.equal(got.get("canvas"), got.get("size"), "as large as the picture")
    tap.equal(got.get("seeds"), "#(7)", "the seed is returned")
    tap.equal(got.get("device"), '"cpu"', "and the device")
    tap.equal(got.get("cut"), '""', "and that nothing was cut")
    tap.equal(sorted(got.get("parasites", "").strip("()").split()),
              ['"vqdiffusion"', '"vqdiffusion-tokens"'],
              "the layer has two parasites")
    tap.matches(got.get("settings", ""), r'autumn leaves.*7',
                "of which one holds prompt and seed")
    tap.equal(got.get("several-seeds"), "#(7 8 9)",
              "picture i has the seed + i")
    tap.equal(got.get("several-top"), '("autumn leaves")',
              "target group makes one group")
    tap.equal(got.get("several-in"),
              '("autumn leaves (seed 7)" "autumn leaves (seed 8)" '
              '"autumn leaves (seed 9)")', "with the layers in it, in order")
    tap.equal(got.get("several-size"), "(200 100)",
              "width and height are obeyed")
    tap.equal(got.get("bare-name"), '("VQ-Diffusion")',
              "keep-settings off: a neutral name")
    tap.equal(got.get("bare-parasites"), "()", "and no parasite on the layer")
    tap.equal(got.get("bare-image"), "()", "nor on the image")

    tap.equal(sorted(os.listdir(saved)),
              ["autumn leaves-7-2.png", "autumn leaves-7.png",
               "picture VQ-Diffusion 1_7.png"],
              "files are named by the template; none is overwritten")
    bare = gimp_test.Png(os.path.join(saved, "picture VQ-Diffusion 1_7.png"))
    kept = gimp_test.Png(os.path.join(saved, "autumn leaves-7.png"))
    tap.equal(bare.text, {"Software": "vqdiffusion"},
              "keep-settings off: no settings in the PNG")
    tap.matches(kept.text.get("vqdiffusion", ""), "autumn leaves",
                "on: the settings are in its text")

    layer = gimp_test.Png(path)
    tap.check(len(set(layer.colours())) > 16, "the picture is not flat")
    tap.check(all(alpha == 255 for alpha in layer.alphas()),
              "and hides what lies below")
    tap.check(kept.colours() == layer.colours(),
              "the saved file has the layer's pixels")
    if reference is not None:
        tap.check(layer.colours() == reference.colours(),
                  "the command line's picture has the same pixels")
    return layer


KINDS = [
    # name, base type, precision, largest distance from what was expected;
    # a step of the 8-bit export is 2.3 of a linear layer's in the lights
    ("rgb-u8", "RGB", "PRECISION-U8-NON-LINEAR", 0),
    ("rgb-u8-linear", "RGB", "PRECISION-U8-LINEAR", 2.3),
    ("rgb-u16", "RGB", "PRECISION-U16-NON-LINEAR", 1),
    ("rgb-u16-linear", "RGB", "PRECISION-U16-LINEAR", 1),
    ("rgb-u32", "RGB", "PRECISION-U32-NON-LINEAR", 1),
    ("rgb-half", "RGB", "PRECISION-HALF-NON-LINEAR", 1),
    ("rgb-half-linear", "RGB", "PRECISION-HALF-LINEAR", 1),
    ("rgb-float", "RGB", "PRECISION-FLOAT-NON-LINEAR", 1),
    ("rgb-float-linear", "RGB", "PRECISION-FLOAT-LINEAR", 1),
    ("rgb-double", "RGB", "PRECISION-DOUBLE-NON-LINEAR", 1),
    ("gray-u8", "GRAY", "PRECISION-U8-NON-LINEAR", 1),
    ("gray-u16", "GRAY", "PRECISION-U16-NON-LINEAR", 1),
    ("gray-float-linear", "GRAY", "PRECISION-FLOAT-LINEAR", 1),
]


def to_linear(value):
    return (value / 12.92 if value <= 0.04045
            else ((value + 0.055) / 1.055) ** 2.4)


def from_linear(value):
    return (value * 12.92 if value <= 0.0031308
            else 1.055 * value ** (1 / 2.4) - 0.055)


def scale(kind, colours):
    """Colours of an 8-bit picture as the layer's own steps, unrounded."""
    _, base_type, precision, _ = kind
    if base_type == "GRAY":
        # Luminance as babl has it: sRGB's, adapted to D50.
        weights = (0.222491, 0.716888, 0.060621)
        return [255 * from_linear(sum(w * to_linear(c / 255) for w, c in
                                      zip(weights, colours[i:i + 3])))
                for i in range(0, len(colours), 3)]
    if precision == "PRECISION-U8-LINEAR":
        return [255 * to_linear(c / 255) for c in colours]
    return colours


def test_kinds(tap, profile, picture):
    """The pixels are right whatever the image's precision and base type."""
    script = ""
    for name, base_type, precision, _ in KINDS:
        script += """
(let* ((image (car (gimp-image-new-with-precision 64 64 %s %s)))
       (result %s #:image image)))
  (say "%s-same" (= image (car result)))
  (say "%s-precision" (= (car (gimp-image-get-precision image)) %s))
  (export (vector-ref (cadr result) 0) "%s"))
""" % (base_type, precision, CALL, name, name, precision,
            profile.path(name + ".png"))
    got = run(profile, script)

    for kind in KINDS:
        name, _, _, bound = kind
        tap.equal((got.get(name + "-same"), got.get(name + "-precision")),
                  ("#t", "#t"), name + ": the layer is in the image given")
        try:
            got_colours = gimp_test.Png(profile.path(name + ".png")).colours()
            if kind[1] == "RGB":
                got_colours = scale(kind, got_colours)
            expected = scale(kind, picture.colours())
            distance = max(abs(a - b) for a, b in
                           zip(got_colours, expected, strict=True))
        except (OSError, ValueError) as error:
            tap.check(False, name + ": pixels", error)
            continue
        print("# %s: largest distance %.2f" % (name, distance))
        tap.check(distance <= bound, name + ": pixels",
                  "distance %.2f, bound %.1f" % (distance, bound))


PLACES = """
(define (new-image)
  (gimp-image-new 300 201 RGB))
(define image (car (new-image)))
(define (add name parent position)
  (let ((layer (car (gimp-layer-new image name 300 201 RGBA-IMAGE 100
                                    LAYER-MODE-NORMAL))))
    (gimp-image-insert-layer image layer parent position)
    (gimp-drawable-fill layer FILL-WHITE)
    layer))
(define bottom (add "bottom" 0 -1))
(define middle (add "middle" 0 -1))
(define top (add "top" 0 -1))
(define group (car (gimp-group-layer-new image "group")))
(gimp-image-insert-layer image group 0 1)
(define inner (add "inner" group 0))
(define mask (car (gimp-layer-create-mask middle ADD-MASK-WHITE)))
(gimp-layer-add-mask middle mask)
(define channel (car (gimp-channel-new image "channel" 300 201 50 "red")))
(gimp-image-insert-channel image channel 0 0)
(gimp-image-select-ellipse image CHANNEL-OP-REPLACE 20 30 100 80)
(gimp-selection-feather image 9)
(define (sums drawable)
  (map (lambda (n) (list-ref (gimp-drawable-histogram
                               drawable HISTOGRAM-VALUE 0 1) n))
       '(0 1 3)))
(define (tree layers)
  (map (lambda (layer)
         (let ((name (car (gimp-item-get-name layer))))
           (if (= (car (gimp-item-is-group layer)) TRUE)
               (cons name (tree (car (gimp-item-get-children layer))))
               name)))
       (vector->list layers)))
(define (state)
  (list (tree (car (gimp-image-get-layers image)))
        (let ((selected (selected-names image))) ; in no order
          (map (lambda (name) (if (member name selected) name))
               '("top" "group" "inner" "middle" "bottom")))
        (names (car (gimp-image-get-selected-channels image)))
        (gimp-selection-bounds image)
        (map sums (list bottom middle top inner channel mask
                        (car (gimp-image-get-selection image))))
        (car (gimp-image-get-parasite-list image))
        (car (gimp-layer-get-edit-mask middle))))
(define (place key select . arguments)
  (select)
  (let* ((before (state))
         (result (apply generate arguments))
         (layer (vector-ref (cadr result) 0)))
    (say (string-append key "-tree") (car (state)))
    (say (string-append key "-before") (cdr before))
    (say (string-append key "-after") (cdr (state)))
    (say (string-append key "-parent")
         (let ((parent (car (gimp-item-get-parent layer))))
           (if (< parent 0) "none" (car (gimp-item-get-name parent)))))
    (say (string-append key "-offsets") (gimp-drawable-get-offsets layer))
    (say (string-append key "-size")
         (list (car (gimp-drawable-get-width layer))
               (car (gimp-drawable-get-height layer))))
    (gimp-image-remove-layer image layer)))
"""


def test_places(tap, profile):
    """Above the selected layer, in its group, or above all."""
    got = run(profile, PLACES + """
(define (generate . more)
  (if (null? more)
      %s #:image image)
      %s #:image image #:drawables (car more))))
(define (select . layers)
  (lambda () (gimp-image-set-selected-layers image (list->vector layers))))
(place "one" (select middle))
(place "in-group" (select inner))
(place "group" (select group))
(place "several" (select middle bottom))
(place "none"
  (lambda ()
    (gimp-image-set-selected-channels image (vector channel))
    (gimp-image-unset-active-channel image)))
(place "given" (select top) (vector bottom))
(place "given-several" (select bottom) (vector bottom middle))
(place "mask" (select top) (vector mask))
(place "channel"
  (lambda () (gimp-image-set-selected-channels image (vector channel))))
(say "selected-channel" (names (car (gimp-image-get-selected-channels image))))
""" % (CALL, CALL))

    new = '"autumn leaves (seed 7)"'
    layers = ['"top"', '("group" "inner")', '"middle"', '"bottom"']
    cases = {
        "one": ("above the selected layer", 2),
        "group": ("above a selected group, not in it", 1),
        "several": ("above all when several are selected", 0),
        "none": ("above all when none is selected", 0),
        "given": ("above the drawable that is given", 3),
        "given-several": ("above all when several are given", 0),
        "mask": ("above the layer of a mask that is given", 2),
        "channel": ("above all when a channel is selected", 0),
    }
    for key, (name, position) in cases.items():
        tree = layers[:position] + [new] + layers[position:]
        tap.equal(got.get(key + "-tree"), "(%s)" % " ".join(tree), name)
        tap.equal(got.get(key + "-parent"), '"none"', name + ": no parent")
    tap.equal(got.get("in-group-tree"),
              '("top" ("group" %s "inner") "middle" "bottom")' % new,
              "inside the group of the selected layer")
    tap.equal(got.get("in-group-parent"), '"group"', "which is its parent")

    for key in list(cases) + ["in-group"]:
        width, height = map(int, got.get(key + "-size", "(0 0)")[1:-1].split())
        tap.equal(got.get(key + "-offsets"),
                  "(%d %d)" % (int((300 - width) / 2),
                               int((201 - height) / 2)),
                  key + ": centred on the canvas")
        tap.check(got.get(key + "-before") and
                  got.get(key + "-before") == got.get(key + "-after"),
                  key + ": selection, masks, pixels, selected items untouched",
                  "%s\n%s" % (got.get(key + "-before"),
                              got.get(key + "-after")))
    tap.equal(got.get("selected-channel"), '("channel")',
              "a selected channel stays selected")


def test_targets(tap, profile):
    """Into an image that is given, or a new one."""
    got = run(profile, """
(define image (car (gimp-image-new 400 300 RGB)))
(define new %s #:image image #:target "image"))
(say "new" (not (= image (car new))))
(say "old" (layer-names image))
(define group %s #:image image #:target "group" #:images 2))
(say "group" (layer-names image))
(say "group-selected" (selected-names image))
(define two (plug-in-vqdiffusion-generate #:steps 2 #:prompt "two" #:seed 7
                                          #:image image #:images 2))
(say "two" (layer-names image))
(say "selected" (selected-names image))
(define random (plug-in-vqdiffusion-generate #:steps 2 #:prompt ""))
(say "random" (vector-ref (caddr random) 0))
(say "random-name" (layer-names (car random)))
(define (repeat text n) (if (= n 0) "" (string-append text (repeat text (- n 1)))))
(define (double text n) (if (= n 0) text (double (string-append text text) (- n 1))))
(define words (string-append (double "some green leaves on grass " 11) "end"))
(define long (plug-in-vqdiffusion-generate #:steps 2 #:prompt words))
(say "long-words" (string-length words))
(say "long-cut" (string-length (list-ref long 4)))
(say "long-end" (string=? (list-ref long 4)
  (substring words (- (string-length words) (string-length (list-ref long 4)))
             (string-length words))))
(say "long-name" (layer-names (car long)))
""" % (CALL, CALL))

    tap.equal(got.get("new"), "#t", "target image makes a new image")
    tap.equal(got.get("old"), "()", "and leaves the old one alone")
    tap.equal(got.get("group"), '("autumn leaves")',
              "target group makes a group in the image")
    tap.equal(got.get("group-selected"), '("autumn leaves")',
              "which is selected, as nothing was there before")
    tap.equal(got.get("two"),
              '("two (seed 7)" "two (seed 8)" "autumn leaves")',
              "two pictures are two layers, the first on top")
    tap.equal(got.get("selected"), '("autumn leaves")',
              "and the selected layer stays so")
    tap.check(0 <= int(got.get("random", "-1")) <= 2 ** 31 - 1,
              "a random seed is one that can be given again", got)
    tap.equal(got.get("random-name"),
              '("VQ-Diffusion (seed %s)")' % got.get("random"),
              "an empty prompt works, and the name says the seed")
    n_words = int(got.get("long-words", "0")) / len("green ")
    tap.check(n_words > 9000 and int(got.get("long-cut", "0")) > 40000,
              "a prompt of 10,000 words works and returns what was cut", got)
    tap.equal(got.get("long-end"), "#t", "which is the prompt's end")
    tap.check(len(got.get("long-name", "")) < 80, "and its name is short",
              got.get("long-name"))


def test_errors(tap, profile, model):
    """Each mistake has its message, and leaves the image as it was."""
    truncated = profile.path("truncated.safetensors")
    with open(model, "rb") as whole, open(truncated, "wb") as part:
        part.write(whole.read(1 << 20))
    text = profile.path("text.safetensors")
    with open(text, "w") as file:
        file.write("this is no model\n" * 1000)
    calling = "invalid input arguments"
    failed = "(?!.*invalid input arguments)"
    cases = [
        # key, arguments, what the message holds
        ("steps-zero", "#:steps 0", calling + ".*steps"),
        ("steps-negative", "#:steps -5", "out of range"),
        ("width-negative", "#:width -5", "out of range: 0 to"),
        ("seed-negative", "#:seed -2", "out of range"),
        ("images-none", "#:images 0", "out of range"),
        ("guidance", "#:guidance 21", "out of range"),
        ("guidance-gap", "#:guidance -0.5", calling + ".*guidance"),
        ("truncation-gap", "#:truncation -0.5", calling + ".*truncation"),
        ("unknown", "#:stepz 3", "Invalid argument name: stepz"),
        ("device", '#:device "gpu"', calling + ".*gpu.*cpu"),
        ("strategy", '#:strategy "best"',
         calling + ".*best.*auto.*original.*purity"),
        ("target", '#:target "wall"',
         calling + ".*wall.*layer, group, image"),
        ("drawables", "#:drawables (vector layer)",
         calling + ".*without an image"),
        ("foreign", "#:image other #:drawables (vector layer)",
         calling + ".*not of the image"),
        ("indexed", "#:image indexed", failed + ".*Image > Mode > RGB"),
        ("floating", "#:image floating", failed + ".*floating selection"),
        ("no-file", '#:model "/nowhere/x.safetensors"',
         "/nowhere/x.safetensors"),
        ("truncated", '#:model "%s"' % truncated,
         failed + ".*truncated.safetensors"),
        ("no-model", '#:model "%s"' % text, failed + ".*text.safetensors"),
        ("no-folder", '#:output-folder "/nowhere/at/all"',
         failed + ".*/nowhere/at/all.*does not exist"),
        ("file-folder", '#:output-folder "%s"' % text,
         failed + ".*text.safetensors.*does not exist"),
        ("cut", "#:fail-on-cut TRUE #:prompt words", calling),
    ]
    if os.getuid() != 0:
        locked = profile.path("locked")
        os.mkdir(locked, 0o500)
        cases.append(("locked", '#:output-folder "%s"' % locked,
                      failed + ".*locked.*cannot be written"))

    script = """
(define (double text n)
  (if (= n 0) text (double (string-append text text) (- n 1))))
(define words (double "some green leaves on grass " 11))
(define image (car (gimp-image-new 64 64 RGB)))
(define (add image type)
  (let ((layer (car (gimp-layer-new image "layer" 64 64 type 100
                                    LAYER-MODE-NORMAL))))
    (gimp-image-insert-layer image layer 0 0)
    (gimp-drawable-fill layer FILL-WHITE)
    layer))
(define layer (add image RGB-IMAGE))
(define other (car (gimp-image-new 64 64 RGB)))
(define indexed (car (gimp-image-new 64 64 RGB)))
(add indexed RGB-IMAGE)
(gimp-image-convert-indexed indexed CONVERT-DITHER-NONE
                            CONVERT-PALETTE-GENERATE 4 FALSE FALSE "")
(define floating (car (gimp-image-new 64 64 RGB)))
(define base (add floating RGBA-IMAGE))
(gimp-floating-sel-attach
  (car (gimp-layer-new floating "floats" 9 9 RGBA-IMAGE 100
                       LAYER-MODE-NORMAL)) base)
(define images (list image other indexed floating))
(for-each gimp-image-clean-all images)
(define n-images (vector-length (car (gimp-get-images))))
"""
    for key, arguments, _ in cases:
        script += '(try "%s" (lambda () (%s %s)))\n' % (
            key, gimp_test.PROCEDURE, arguments)
    script += """
(say "dirty" (map (lambda (image) (car (gimp-image-is-dirty image))) images))
(say "layers" (map (lambda (image)
                     (vector-length (car (gimp-image-get-layers image))))
                   images))
(say "new" (- (vector-length (car (gimp-get-images))) n-images))
(try "fine" (lambda () (plug-in-vqdiffusion-generate #:steps 2)))
"""
    got = run(profile, script)
    for key, arguments, pattern in cases:
        tap.matches(got.get(key, "nothing said"), "^\"?" + pattern
                    if pattern.startswith("(?!") else pattern,
                    "%s: %s" % (key, arguments.replace(profile.folder, "")))
        print("#   " + got.get(key, "").replace(profile.folder, ""))
    tap.equal(got.get("dirty"), "(0 0 0 0)", "no image was changed")
    tap.equal(got.get("layers"), "(1 0 1 2)", "no layer was made")
    tap.equal(got.get("new"), "0", "no image was made")
    tap.equal(got.get("fine"), '""', "and a right call works after them")


def test_no_model(tap, profile):
    """Without a model the message says where one was looked for."""
    empty = profile.path("no-models")
    os.mkdir(empty)
    code, _, errors = profile.batch(
        '(plug-in-vqdiffusion-generate #:prompt "grass")',
        {"VQDIFFUSION_MODEL_PATH": empty, "XDG_DATA_DIRS": empty})
    tap.equal(code, 70, "no model: the script stops with exit code 70")
    tap.matches(errors, "no-models", "and is told where it was looked for")


def test_timings(tap, profile):
    _, _, errors = profile.batch(CALL + ")", {"VQD_TIMINGS": "1"})
    tap.matches(errors, r"(?m)^vqdiffusion: load \d+\.\d\d s, text \d+\.\d\d "
                r"s, sampling \d+\.\d\d s, decoding \d+\.\d\d s$",
                "VQD_TIMINGS=1 prints the seconds of each part")


def test_kill(tap, profile, number, result):
    """A run that is stopped from outside leaves the image as it was."""
    name = signal.Signals(number).name
    process = profile.start_batch("""
(define image (car (gimp-image-new 64 64 RGB)))
(gimp-image-clean-all image)
(define result "none")
(try "stopped" (lambda ()
  (set! result (plug-in-vqdiffusion-generate #:image image
                 #:steps 1000 #:images 64))))
(say "result" result)
(say "dirty" (car (gimp-image-is-dirty image)))
(say "layers" (layer-names image))
(try "fine" (lambda () (plug-in-vqdiffusion-generate #:steps 2)))
""")
    end = time.monotonic() + 120
    while gimp_test.find_run(profile) is None and time.monotonic() < end:
        time.sleep(0.2)
    time.sleep(3)
    run = gimp_test.find_run(profile)
    if not tap.check(run is not None, name + ": the plug-in runs"):
        process.kill()
        return
    os.kill(run, number)
    start = time.monotonic()
    while os.path.exists("/proc/%d" % run) and time.monotonic() < start + 60:
        time.sleep(0.01)
    print("# gone after %.2f s" % (time.monotonic() - start))
    output, _ = process.communicate(timeout=gimp_test.START_TIMEOUT_S)
    got = gimp_test.said(output.decode())
    print("#   " + got.get("stopped", ""))
    tap.equal(got.get("result"), result, name + ": the call gives nothing")
    tap.equal((got.get("dirty"), got.get("layers")), ("0", "()"),
              name + ": the image is as it was")
    tap.equal(got.get("fine"), '""', name + ": the next call works")


def reference_picture(arguments, profile):
    """The command line's picture of the same request; None without one."""
    if not arguments.cli:
        return None
    path = profile.path("cli.png")
    subprocess.run([arguments.cli, "generate", "--prompt", "autumn leaves",
                    "--seed", "7", "--steps", "2", "--output", path],
                   env=profile.environment, check=True,
                   stdout=subprocess.DEVNULL)
    return gimp_test.Png(path)


def main():
    arguments = gimp_test.parse_arguments()
    model = gimp_test.need_model(arguments)
    tap = gimp_test.Tap()
    profile = gimp_test.Profile(arguments)
    try:
        reference = reference_picture(arguments, profile)
        picture = test_new_image(tap, profile, reference)
        test_kinds(tap, profile, picture)
        test_places(tap, profile)
        test_targets(tap, profile)
        test_errors(tap, profile, model)
        test_no_model(tap, profile)
        test_timings(tap, profile)
        test_kill(tap, profile, signal.SIGTERM, '(#f)')
        test_kill(tap, profile, signal.SIGKILL, '"none"')
    finally:
        profile.remove()
    tap.finish()


main()
