/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-proc-expand.h"

#include <glib/gi18n.h>

#include "plugin/vqd-procedure.h"

static const VqdProcedure procedure = {
  .task = VQD_TASK_EXPAND,
  .menu_label = N_ ("_Expand Picture..."),
  .title = N_ ("Expand Picture"),
  .ok_label = N_ ("E_xpand"),
  .blurb = N_ ("Make a picture larger, drawing what is beyond its edges"),
  .help = N_ (
      "Enlarges the image by some pixels on each side and continues the "
      "selected layer there with Improved VQ-Diffusion; with none, fills the "
      "transparent border that the layer has in the image. The result is a new "
      "layer above; other layers do not change. A number of -1 leaves the "
      "choice to the model. The same seed and settings give the same picture."),
};

GimpProcedure *
vqd_proc_expand_create (GimpPlugIn *plug_in, const char *name)
{
  return vqd_procedure_new (plug_in, name, &procedure);
}
