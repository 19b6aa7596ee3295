/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-proc-vary.h"

#include <glib/gi18n.h>

#include "plugin/vqd-procedure.h"

static const VqdProcedure procedure = {
  .task = VQD_TASK_VARY,
  .menu_label = N_ ("_Vary Layer..."),
  .title = N_ ("Vary Layer"),
  .ok_label = N_ ("Var_y"),
  .blurb = N_ ("Draw a layer again, near to what it is"),
  .help = N_ ("Draws the selected layer, or what is selected of it, again with "
              "Improved VQ-Diffusion: a strength says how far it goes from "
              "what is there. The results are new layers above; the layer "
              "itself does not change. A number of -1 leaves the choice to the "
              "model. The same seed and settings give the same picture."),
};

GimpProcedure *
vqd_proc_vary_create (GimpPlugIn *plug_in, const char *name)
{
  return vqd_procedure_new (plug_in, name, &procedure);
}
