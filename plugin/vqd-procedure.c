/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-procedure.h"

#include <gegl.h>
#include <glib/gi18n.h>

#include "plugin/vqd-args.h"
#include "plugin/vqd-canvas-io.h"
#include "plugin/vqd-run.h"
#include "plugin/vqd-where.h"
#include "ui/vqd-dialog.h"

GimpValueArray *
vqd_procedure_return_error (GimpProcedure *procedure, GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_error_free (error);
      return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL,
                                               NULL);
    }

  return gimp_procedure_new_return_values (
      procedure,
      g_error_matches (error, VQD_ERROR, VQD_ERROR_REQUEST)
          ? GIMP_PDB_CALLING_ERROR
          : GIMP_PDB_EXECUTION_ERROR,
      error);
}

/* Who is told only after the dialog that nothing can be done has typed in
 * vain: GIMP does not keep the settings of a run that failed. */
static gboolean
check_before_dialog (const VqdRun *run, GError **error)
{
  if (! vqd_run_needs_layer (run))
    return TRUE;

  GimpLayer *layer = vqd_where_find_layer (run->image, run->drawables, error);

  return layer != NULL && vqd_canvas_io_check (layer, run->task, error);
}

static GimpValueArray *
run_procedure (GimpProcedure *procedure, GimpRunMode run_mode, GimpImage *image,
               GimpDrawable **drawables, GimpProcedureConfig *config,
               gpointer run_data)
{
  const VqdProcedure *self = run_data;
  const VqdRun run = {
    .procedure = procedure,
    .task = self->task,
    .run_mode = run_mode,
    .image = image,
    .drawables = drawables,
  };
  GimpValueArray *values = NULL;
  GError *error = NULL;

  gegl_init (NULL, NULL);
  if (run_mode == GIMP_RUN_INTERACTIVE)
    {
      if (! check_before_dialog (&run, &error))
        return vqd_procedure_return_error (procedure, error);
      if (! vqd_dialog_run (procedure, config, _ (self->title),
                            _ (self->ok_label)))
        return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL,
                                                 NULL);
    }

  values = vqd_run (&run, config, &error);
  return values != NULL ? values
                        : vqd_procedure_return_error (procedure, error);
}

void
vqd_procedure_declare_results (GimpProcedure *procedure, gboolean none_ok)
{
  gimp_procedure_add_image_return_value (procedure, "image", _ ("Image"),
                                         _ ("The image with the new layers"),
                                         none_ok, G_PARAM_READWRITE);
  gimp_procedure_add_core_object_array_return_value (
      procedure, "layers", _ ("Layers"),
      _ ("The new layers, one for a picture"), GIMP_TYPE_LAYER,
      G_PARAM_READWRITE);
  gimp_procedure_add_int32_array_return_value (procedure, "seeds", _ ("Seeds"),
                                               _ ("The seed of each picture"),
                                               G_PARAM_READWRITE);
  gimp_procedure_add_string_return_value (procedure, "device", _ ("Device"),
                                          _ ("What computed the pictures"), "",
                                          G_PARAM_READWRITE);
  gimp_procedure_add_string_return_value (
      procedure, "cut-text", _ ("Cut text"),
      _ ("The end of the prompt that the model could not read; empty when it "
         "read all"),
      "", G_PARAM_READWRITE);
}

/* Only what can never work is grey: a message tells what to do, a grey menu
 * does not. */
static int
sensitivity (VqdTask task)
{
  const int with_image = GIMP_PROCEDURE_SENSITIVE_DRAWABLE |
                         GIMP_PROCEDURE_SENSITIVE_DRAWABLES |
                         GIMP_PROCEDURE_SENSITIVE_NO_DRAWABLES;

  return (VQD_TASKS_OF (task) & VQD_TASKS_ON_CANVAS) != 0
             ? with_image
             : with_image | GIMP_PROCEDURE_SENSITIVE_NO_IMAGE;
}

void
vqd_procedure_add_to_menu (GimpProcedure *procedure, const char *submenu)
{
  /* GIMP knows Filters in all languages; the rest is ours. */
  g_autofree char *path =
      g_build_path ("/", "<Image>/Filters", _ ("Generate"), submenu, NULL);

  gimp_procedure_add_menu_path (procedure, path);
}

GimpProcedure *
vqd_procedure_new (GimpPlugIn *plug_in, const char *name,
                   const VqdProcedure *self)
{
  GimpProcedure *procedure =
      gimp_image_procedure_new (plug_in, name, GIMP_PDB_PROC_TYPE_PLUGIN,
                                run_procedure, (gpointer) self, NULL);

  gimp_procedure_set_image_types (procedure, "*");
  gimp_procedure_set_sensitivity_mask (procedure, sensitivity (self->task));
  gimp_procedure_set_menu_label (procedure, _ (self->menu_label));
  vqd_procedure_add_to_menu (procedure, _ ("VQ-Diffusion"));
  gimp_procedure_set_documentation (procedure, _ (self->blurb), _ (self->help),
                                    name);
  gimp_procedure_set_attribution (procedure, "The VQ-Diffusion for GIMP team",
                                  "GPL-3.0-or-later", "2026");
  vqd_args_declare (procedure, VQD_TASKS_OF (self->task));
  vqd_procedure_declare_results (procedure, FALSE);

  return procedure;
}
