/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-proc-window.h"

#include <gegl.h>
#include <glib/gi18n.h>

#include "plugin/vqd-args.h"
#include "plugin/vqd-mode.h"
#include "plugin/vqd-procedure.h"
#include "plugin/vqd-run.h"
#include "plugin/vqd-session.h"

/* In a window one picks. */
#define DEFAULT_IMAGES 4

/* What is returned after the window was closed. */
static GimpValueArray *
return_layers (GimpProcedure *procedure, GimpLayer **layers)
{
  GimpValueArray *values =
      gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);

  if (layers[0] != NULL)
    GIMP_VALUES_SET_IMAGE (values, 1,
                           gimp_item_get_image (GIMP_ITEM (layers[0])));
  GIMP_VALUES_SET_CORE_OBJECT_ARRAY (values, 2, layers);
  return values;
}

static GimpValueArray *
run_mode_of (GimpProcedure *procedure, GimpRunMode run_mode, GimpImage *image,
             GimpDrawable **drawables, GimpProcedureConfig *config)
{
  const VqdModeHints hints = vqd_mode_look (image);
  VqdRun run = {
    .procedure = procedure,
    .run_mode = run_mode,
    .image = image,
    .drawables = drawables,
  };
  GimpValueArray *values = NULL;
  GError *error = NULL;
  g_autofree char *mode = NULL;

  g_object_get (config, "mode", &mode, NULL);
  if (vqd_mode_find_task (mode, &hints, &run.task, &error))
    values = vqd_run (&run, config, &error);

  return values != NULL ? values
                        : vqd_procedure_return_error (procedure, error);
}

static GimpValueArray *
run_window (GimpProcedure *procedure, GimpRunMode run_mode, GimpImage *image,
            GimpDrawable **drawables, GimpProcedureConfig *config,
            gpointer run_data)
{
  gegl_init (NULL, NULL);
  if (run_mode != GIMP_RUN_INTERACTIVE)
    return run_mode_of (procedure, run_mode, image, drawables, config);

  g_autofree GimpLayer **layers = vqd_session_run (procedure, config, image);

  return return_layers (procedure, layers);
}

GimpProcedure *
vqd_proc_window_create (GimpPlugIn *plug_in, const char *name)
{
  GimpProcedure *procedure = gimp_image_procedure_new (
      plug_in, name, GIMP_PDB_PROC_TYPE_PLUGIN, run_window, NULL, NULL);

  gimp_procedure_set_image_types (procedure, "*");
  gimp_procedure_set_sensitivity_mask (
      procedure, GIMP_PROCEDURE_SENSITIVE_DRAWABLE |
                     GIMP_PROCEDURE_SENSITIVE_DRAWABLES |
                     GIMP_PROCEDURE_SENSITIVE_NO_DRAWABLES |
                     GIMP_PROCEDURE_SENSITIVE_NO_IMAGE);
  gimp_procedure_set_menu_label (procedure, _ ("_VQ-Diffusion..."));
  vqd_procedure_add_to_menu (procedure, NULL);
  gimp_procedure_set_documentation (
      procedure, _ ("Draw pictures from words, pick, and go on"),
      _ ("Opens a window that stays open while you work: it draws pictures "
         "from words with Improved VQ-Diffusion, on this machine alone, fills "
         "the selection, expands the image, varies a layer or makes a tile; a "
         "click on a picture makes it a layer. Without a window, it does what "
         "the argument mode says and returns the new layers."),
      name);
  gimp_procedure_set_attribution (procedure, "The VQ-Diffusion for GIMP team",
                                  "GPL-3.0-or-later", "2026");
  gimp_procedure_add_string_argument (
      procedure, "mode", _ ("Mo_de"),
      _ ("What is done: \"auto\" (fill when something is selected, expand when "
         "the layers leave a border of the image empty, else generate), "
         "\"generate\", \"fill\", \"expand\", \"vary\" or \"tile\""),
      "auto", G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (
      procedure, "images", _ ("_Number of pictures"),
      _ ("How many pictures to make; each has its own seed"), 1, VQD_MAX_IMAGES,
      DEFAULT_IMAGES, G_PARAM_READWRITE);
  vqd_args_declare (procedure, VQD_TASKS_ALL); /* but images */
  vqd_procedure_declare_results (procedure, TRUE);

  return procedure;
}
