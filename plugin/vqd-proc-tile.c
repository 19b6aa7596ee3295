/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-proc-tile.h"

#include <glib/gi18n.h>

#include "plugin/vqd-procedure.h"

static const VqdProcedure procedure = {
  .task = VQD_TASK_TILE,
  .menu_label = N_ ("_Seamless Texture..."),
  .title = N_ ("Seamless Texture"),
  .ok_label = N_ ("_Generate"),
  .blurb = N_ ("Make textures whose edges fit each other"),
  .help =
      N_ ("Makes pictures from a prompt with Improved VQ-Diffusion that repeat "
          "without a seam. They come as new layers above the selected one, or "
          "in a new image when none is open. A number of -1 leaves the choice "
          "to the model. The same seed and settings give the same picture."),
};

GimpProcedure *
vqd_proc_tile_create (GimpPlugIn *plug_in, const char *name)
{
  return vqd_procedure_new (plug_in, name, &procedure);
}
