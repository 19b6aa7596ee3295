/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-proc-generate.h"

#include <glib/gi18n.h>

#include "plugin/vqd-procedure.h"

static const VqdProcedure procedure = {
  .task = VQD_TASK_GENERATE,
  .menu_label = N_ ("Picture from _Text..."),
  .title = N_ ("Picture from Text"),
  .ok_label = N_ ("_Generate"),
  .blurb = N_ ("Make pictures from a text"),
  .help =
      N_ ("Makes pictures from a prompt with Improved VQ-Diffusion, on this "
          "machine alone. They come as new layers above the selected one, or "
          "in a new image when none is open. A number of -1 leaves the choice "
          "to the model. The same seed and settings give the same picture."),
};

GimpProcedure *
vqd_proc_generate_create (GimpPlugIn *plug_in, const char *name)
{
  return vqd_procedure_new (plug_in, name, &procedure);
}
