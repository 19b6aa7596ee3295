/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-proc-fill.h"

#include <glib/gi18n.h>

#include "plugin/vqd-procedure.h"

static const VqdProcedure procedure = {
  .task = VQD_TASK_FILL,
  .menu_label = N_ ("_Fill Selection..."),
  .title = N_ ("Fill Selection"),
  .ok_label = N_ ("_Fill"),
  .blurb = N_ ("Fill the selection with what a text says"),
  .help = N_ ("Fills the selection of a layer with Improved VQ-Diffusion, so "
              "that it goes with what is around; without a selection, the "
              "transparent part of the layer. The prompt may be empty. The "
              "result is a new layer above, with a layer mask; the layer "
              "itself does not change. A number of -1 leaves the choice to the "
              "model. The same seed and settings give the same picture."),
};

GimpProcedure *
vqd_proc_fill_create (GimpPlugIn *plug_in, const char *name)
{
  return vqd_procedure_new (plug_in, name, &procedure);
}
