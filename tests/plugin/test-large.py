#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""fill and expand of 4000 x 3000 pixels; for `./dev test --full`."""

import re
import threading

import gimp_canvas
import gimp_test
import gimp_xcf

# Of a run, beside the model's 50 MB.
MAX_PEAK_BYTES = 1500000000


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
    got = gimp_canvas.run(profile, """
(define image (car (gimp-image-new 4000 3000 RGB)))
(define work (add-layer image "work" 3800 2900 120 60))
(gimp-image-select-ellipse image CHANNEL-OP-REPLACE 1500 1000 300 200)
(gimp-selection-feather image 30)
(save-view image "%(path)s-before.xcf")
(define layer (first-layer
  (plug-in-vqdiffusion-fill #:image image %(quick)s)))
(save-view image "%(path)s-after.xcf")
(save-xcf image "%(path)s-image.xcf")
(say "fill-size" (size layer))
(gimp-image-remove-layer image layer)
(define result (plug-in-vqdiffusion-expand #:image image
  #:left 512 #:top 512 #:right 512 #:bottom 512 %(quick)s))
(say "expanded" (list (car (gimp-image-get-width image))
                      (car (gimp-image-get-height image))))
(say "expand-size" (size (first-layer result)))
""" % {"quick": gimp_canvas.QUICK, "path": profile.path("large")}, 3000)
    peaks = peak.finish()
    print("# most memory of fill and expand:", peaks)

    def read(what):
        return gimp_xcf.Xcf(profile.path("large-%s.xcf" % what))

    changed = read("before").layers[0].pixels.differences(
        read("after").layers[0].pixels)
    selected = read("image").selection.where(gimp_canvas.is_any)
    tap.check(gimp_canvas.touched(changed) > 20000, "the selection is filled",
              gimp_canvas.touched(changed))
    tap.equal(gimp_canvas.outside(changed, gimp_canvas.widen(selected, gimp_canvas.BLEND)), 0,
              "outside it and the blend each pixel is the same")
    width, height = gimp_canvas.numbers(got.get("fill-size", "0 0"))
    tap.check(300 < width < 400 and 200 < height < 300,
              "the new layer is as small as the filled part",
              got.get("fill-size"))
    tap.equal((got.get("expanded"), got.get("expand-size")),
              ("(5024 4024)", "(5024 4024)"), "the image is expanded")
    tap.check(len(peaks) == 2 and max(peaks) < MAX_PEAK_BYTES,
              "in less memory than is allowed", peaks)


gimp_canvas.main(test_large)
