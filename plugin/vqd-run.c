/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-run.h"

#include <glib/gi18n.h>

#include "plugin/vqd-args.h"
#include "plugin/vqd-canvas-reader.h"
#include "plugin/vqd-insert.h"
#include "plugin/vqd-job.h"
#include "plugin/vqd-names.h"
#include "plugin/vqd-output.h"
#include "plugin/vqd-place.h"
#include "plugin/vqd-progress.h"
#include "plugin/vqd-settings.h"
#include "plugin/vqd-where.h"

gboolean
vqd_run_needs_layer (const VqdRun *self)
{
  return (VQD_TASKS_OF (self->task) & VQD_TASKS_ON_CANVAS) != 0;
}

/* What can be seen to be wrong with the image before any work. */
static gboolean
check_image (const VqdRun *self, const VqdArgs *args, GError **error)
{
  VqdPlace place;

  if (vqd_run_needs_layer (self))
    return TRUE; /* read_canvas () does */
  if (self->image == NULL && self->drawables != NULL &&
      self->drawables[0] != NULL)
    {
      g_set_error_literal (error, VQD_ERROR, VQD_ERROR_REQUEST,
                           _ ("Drawables were given without an image, or with "
                              "an image that does not exist."));
      return FALSE;
    }

  return self->image == NULL || args->target == VQD_TARGET_IMAGE ||
         vqd_place_find (&place, self->image, self->drawables, error);
}

static gboolean
check_repeat (const VqdRun *self, const VqdArgs *args, GError **error)
{
  if (self->run_mode != GIMP_RUN_WITH_LAST_VALS || args->keep_settings ||
      args->prompt[0] != '\0')
    return TRUE;

  g_set_error_literal (
      error, GIMP_PLUG_IN_ERROR, 0,
      _ ("The settings of the last run were not kept, as was asked for. "
         "Choose the filter from the menu to set them."));
  return FALSE;
}

/* canvas: NULL for tasks without one. (transfer full) */
static gboolean
read_canvas (const VqdRun *self, VqdArgs *args, VqdCanvasIo **canvas,
             GError **error)
{
  if (! vqd_run_needs_layer (self))
    return TRUE;

  GimpLayer *layer = vqd_where_find_layer (self->image, self->drawables, error);

  if (layer != NULL)
    *canvas = vqd_canvas_reader_read_all (layer, &args->request, error);
  if (*canvas == NULL)
    return FALSE;

  args->request.canvas = &(*canvas)->canvas;
  return TRUE;
}

static void
insert_result (const VqdRun *self, const VqdArgs *args,
               const VqdCanvasIo *canvas, const VqdResult *result,
               VqdInserted *inserted)
{
  const VqdInsert insert = {
    .image = args->target != VQD_TARGET_IMAGE ? self->image : NULL,
    .drawables = self->drawables,
    .canvas = canvas,
    .show = self->run_mode != GIMP_RUN_NONINTERACTIVE,
  };
  const int n_pictures = vqd_result_get_n_pictures (result);
  g_autofree const VqdPicture **pictures =
      g_new (const VqdPicture *, n_pictures);

  for (int i = 0; i < n_pictures; i++)
    pictures[i] = vqd_result_get_picture (result, i);

  vqd_insert_pictures (&insert, args, pictures, n_pictures, inserted);
  if (inserted->is_lost)
    g_message (_ ("The image was closed or changed meanwhile. The result is in "
                  "a new image."));
}

static void
tell_cut_text (const VqdResult *result)
{
  const char *cut_text = vqd_result_get_cut_text (result);
  g_autofree char *start = vqd_names_shorten (cut_text);

  if (start[0] != '\0')
    g_message (_ ("The prompt is longer than the model can read. Left out was "
                  "all from: \"%s\""),
               start);
}

static void
tell_timings (const VqdResult *result)
{
  const VqdSeconds seconds = vqd_result_get_seconds (result);

  if (g_strcmp0 (g_getenv ("VQD_TIMINGS"), "1") == 0)
    g_printerr ("vqdiffusion: load %.2f s, text %.2f s, sampling %.2f s, "
                "decoding %.2f s\n",
                seconds.load, seconds.text, seconds.sample, seconds.decode);
}

static GimpValueArray *
return_result (const VqdRun *self, const VqdInserted *inserted,
               const VqdResult *result, const char *device)
{
  const int n_pictures = vqd_result_get_n_pictures (result);
  GimpValueArray *values = gimp_procedure_new_return_values (
      self->procedure, GIMP_PDB_SUCCESS, NULL);
  g_autofree gint32 *seeds = g_new (gint32, n_pictures);

  for (int i = 0; i < n_pictures; i++)
    seeds[i] = (gint32) vqd_result_get_picture (result, i)->seed;

  GIMP_VALUES_SET_IMAGE (values, 1, inserted->image);
  GIMP_VALUES_SET_CORE_OBJECT_ARRAY (values, 2, inserted->layers);
  GIMP_VALUES_SET_INT32_ARRAY (values, 3, seeds, n_pictures);
  GIMP_VALUES_SET_STRING (values, 4, device);
  GIMP_VALUES_SET_STRING (values, 5, vqd_result_get_cut_text (result));
  return values;
}

GimpValueArray *
vqd_run (const VqdRun *self, GimpProcedureConfig *config, GError **error)
{
  g_autoptr (VqdArgs) args =
      vqd_args_new_from_config (config, self->task, error);
  g_autoptr (VqdCanvasIo) canvas = NULL;

  if (args == NULL || ! check_repeat (self, args, error) ||
      ! check_image (self, args, error) || ! vqd_output_check (args, error) ||
      ! read_canvas (self, args, &canvas, error))
    return NULL;

  g_autofree char *device = NULL;
  vqd_progress_start ();
  g_autoptr (VqdResult) result = vqd_job_run (
      &args->options, &args->request, vqd_progress_show, NULL, &device, error);
  vqd_progress_end ();
  if (result == NULL || ! vqd_output_save (args, result, error))
    return NULL;

  VqdInserted inserted;
  insert_result (self, args, canvas, result, &inserted);
  if (self->run_mode != GIMP_RUN_NONINTERACTIVE)
    {
      gimp_displays_flush ();
      tell_cut_text (result);
    }
  tell_timings (result);
  if (self->run_mode == GIMP_RUN_INTERACTIVE && ! args->keep_settings)
    vqd_settings_forget (G_OBJECT (config));

  GimpValueArray *values = return_result (self, &inserted, result, device);
  g_free (inserted.layers);
  return values;
}
