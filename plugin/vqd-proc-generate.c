/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-proc-generate.h"

#include <glib/gi18n.h>
#include <string.h>

#include "plugin/vqd-args.h"
#include "plugin/vqd-job.h"
#include "plugin/vqd-layer-io.h"
#include "plugin/vqd-names.h"
#include "plugin/vqd-output.h"
#include "plugin/vqd-place.h"
#include "plugin/vqd-progress.h"
#include "ui/vqd-dialog.h"

#define PARASITE_NAME "vqdiffusion"

/* The call as GIMP made it. */
typedef struct
{
  GimpProcedure *procedure;
  GimpRunMode run_mode;
  GimpImage *image;         /* NULL: none */
  GimpDrawable **drawables; /* NULL-terminated, or NULL */
} Call;

/* What the call gave. */
typedef struct
{
  GimpImage *image;
  GimpLayer **layers; /* NULL-terminated */
} Made;

/* What can be seen to be wrong with the image before any work. */
static gboolean
check_call (const Call *call, gboolean into_image, GError **error)
{
  VqdPlace place;

  if (call->image == NULL)
    {
      if (call->drawables == NULL || call->drawables[0] == NULL)
        return TRUE;

      g_set_error_literal (error, VQD_ERROR, VQD_ERROR_REQUEST,
                           _ ("Drawables were given without an image, or with "
                              "an image that does not exist."));
      return FALSE;
    }

  return ! into_image ||
         vqd_place_find (&place, call->image, call->drawables, error);
}

static GimpLayer **
new_layers (GimpImage *image, const VqdArgs *args, const VqdResult *result)
{
  const int n_pictures = vqd_result_get_n_pictures (result);
  GimpLayer **layers = g_new0 (GimpLayer *, n_pictures + 1);

  for (int i = 0; i < n_pictures; i++)
    {
      const VqdPicture *picture = vqd_result_get_picture (result, i);
      g_autofree char *name =
          args->keep_settings ? vqd_names_layer (args->prompt, picture->seed)
                              : g_strdup ("VQ-Diffusion");

      layers[i] = vqd_layer_io_new_layer (image, picture, name);
      if (args->keep_settings)
        {
          GimpParasite *parasite = gimp_parasite_new (
              PARASITE_NAME, GIMP_PARASITE_PERSISTENT,
              strlen (picture->settings) + 1, picture->settings);

          /* Now: on a layer in its image this would be an undo step of its
           * own. */
          gimp_item_attach_parasite (GIMP_ITEM (layers[i]), parasite);
          gimp_parasite_free (parasite);
        }
    }

  return layers;
}

static void
make_layers (Made *made, const VqdPlace *place, const VqdArgs *args,
             const VqdResult *result)
{
  g_autofree char *start =
      args->keep_settings ? vqd_names_shorten (args->prompt) : g_strdup ("");
  const char *group_name = start[0] != '\0' ? start : "VQ-Diffusion";

  made->image = place->image;
  made->layers = new_layers (place->image, args, result);
  vqd_place_insert (place, made->layers, vqd_result_get_n_pictures (result),
                    args->target == VQD_TARGET_GROUP ? group_name : NULL);
}

static void
make_image (Made *made, const Call *call, const VqdArgs *args,
            const VqdResult *result)
{
  const VqdPicture *first = vqd_result_get_picture (result, 0);
  const VqdPlace place = {
    .image = gimp_image_new (first->width_px, first->height_px, GIMP_RGB),
  };

  gimp_image_undo_disable (place.image);
  make_layers (made, &place, args, result);
  gimp_image_undo_enable (place.image);

  if (call->run_mode != GIMP_RUN_NONINTERACTIVE)
    gimp_display_new (place.image);
}

/* The image may have changed while the engine was at work: a result that has
 * lost its place goes to an image of its own. */
static void
place_result (Made *made, const Call *call, const VqdArgs *args,
              const VqdResult *result)
{
  const gboolean wants_image =
      call->image == NULL || args->target == VQD_TARGET_IMAGE;
  VqdPlace place;

  if (! wants_image && gimp_image_is_valid (call->image) &&
      vqd_place_find (&place, call->image, call->drawables, NULL))
    {
      make_layers (made, &place, args, result);
    }
  else
    {
      make_image (made, call, args, result);
      if (! wants_image)
        g_message (_ ("The image was closed or changed meanwhile. The result "
                      "is in a new image."));
    }
}

static GimpValueArray *
return_result (const Call *call, const Made *made, const VqdResult *result,
               const char *device)
{
  const int n_pictures = vqd_result_get_n_pictures (result);
  GimpValueArray *values = gimp_procedure_new_return_values (
      call->procedure, GIMP_PDB_SUCCESS, NULL);
  g_autofree gint32 *seeds = g_new (gint32, n_pictures);

  for (int i = 0; i < n_pictures; i++)
    seeds[i] = (gint32) vqd_result_get_picture (result, i)->seed;

  GIMP_VALUES_SET_IMAGE (values, 1, made->image);
  GIMP_VALUES_SET_CORE_OBJECT_ARRAY (values, 2, made->layers);
  GIMP_VALUES_SET_INT32_ARRAY (values, 3, seeds, n_pictures);
  GIMP_VALUES_SET_STRING (values, 4, device);
  GIMP_VALUES_SET_STRING (values, 5, vqd_result_get_cut_text (result));
  return values;
}

/* Takes the error. */
static GimpValueArray *
return_error (const Call *call, GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_error_free (error);
      return gimp_procedure_new_return_values (call->procedure, GIMP_PDB_CANCEL,
                                               NULL);
    }

  return gimp_procedure_new_return_values (
      call->procedure,
      g_error_matches (error, VQD_ERROR, VQD_ERROR_REQUEST)
          ? GIMP_PDB_CALLING_ERROR
          : GIMP_PDB_EXECUTION_ERROR,
      error);
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

/* After an interactive run libgimp writes the settings into the image and into
 * a file of the profile, to begin with them next time. What is not to be kept
 * must not be there then. */
static void
forget_settings (GObject *config)
{
  guint n_properties = 0;
  g_autofree GParamSpec **properties = g_object_class_list_properties (
      G_OBJECT_GET_CLASS (config), &n_properties);

  for (guint i = 0; i < n_properties; i++)
    {
      GParamSpec *pspec = properties[i];

      if (pspec->owner_type == G_OBJECT_TYPE (config) &&
          ! g_str_equal (pspec->name, "keep-settings") &&
          ! g_str_equal (pspec->name, "show-advanced"))
        g_object_set_property (config, pspec->name,
                               g_param_spec_get_default_value (pspec));
    }
}

static gboolean
check_repeat (const Call *call, const VqdArgs *args, GError **error)
{
  if (call->run_mode != GIMP_RUN_WITH_LAST_VALS || args->keep_settings ||
      args->prompt[0] != '\0')
    return TRUE;

  g_set_error_literal (
      error, GIMP_PLUG_IN_ERROR, 0,
      _ ("The settings of the last run were not kept, as was asked for. "
         "Choose the filter from the menu to set them."));
  return FALSE;
}

/* NULL and error on failure; until then the image is as it was. */
static GimpValueArray *
generate (const Call *call, GimpProcedureConfig *config, GError **error)
{
  g_autoptr (VqdArgs) args = vqd_args_new_from_config (config, error);

  if (args == NULL || ! check_repeat (call, args, error) ||
      ! check_call (call, args->target != VQD_TARGET_IMAGE, error) ||
      ! vqd_output_check (args, error))
    return NULL;

  g_autofree char *device = NULL;
  vqd_progress_start ();
  g_autoptr (VqdResult) result = vqd_job_run (
      &args->options, &args->request, vqd_progress_show, NULL, &device, error);
  vqd_progress_end ();
  if (result == NULL || ! vqd_output_save (args, result, error))
    return NULL;

  Made made;
  place_result (&made, call, args, result);
  if (call->run_mode != GIMP_RUN_NONINTERACTIVE)
    {
      gimp_displays_flush ();
      tell_cut_text (result);
    }
  tell_timings (result);
  if (call->run_mode == GIMP_RUN_INTERACTIVE && ! args->keep_settings)
    forget_settings (G_OBJECT (config));

  GimpValueArray *values = return_result (call, &made, result, device);
  g_free (made.layers);
  return values;
}

static GimpValueArray *
run (GimpProcedure *procedure, GimpRunMode run_mode, GimpImage *image,
     GimpDrawable **drawables, GimpProcedureConfig *config, gpointer run_data)
{
  const Call call = { procedure, run_mode, image, drawables };
  GimpValueArray *values = NULL;
  GError *error = NULL;

  gegl_init (NULL, NULL);
  if (run_mode == GIMP_RUN_INTERACTIVE && ! vqd_dialog_run (procedure, config))
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);

  values = generate (&call, config, &error);
  if (values == NULL)
    values = return_error (&call, error);

  return values;
}

static void
declare_results (GimpProcedure *procedure)
{
  gimp_procedure_add_image_return_value (procedure, "image", _ ("Image"),
                                         _ ("The image with the new layers"),
                                         FALSE, G_PARAM_READWRITE);
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

GimpProcedure *
vqd_proc_generate_create (GimpPlugIn *plug_in, const char *name)
{
  GimpProcedure *procedure = gimp_image_procedure_new (
      plug_in, name, GIMP_PDB_PROC_TYPE_PLUGIN, run, NULL, NULL);

  /* Indexed images too: a message tells what to do, a grey menu does not. */
  gimp_procedure_set_image_types (procedure, "*");
  gimp_procedure_set_sensitivity_mask (
      procedure, GIMP_PROCEDURE_SENSITIVE_DRAWABLE |
                     GIMP_PROCEDURE_SENSITIVE_DRAWABLES |
                     GIMP_PROCEDURE_SENSITIVE_NO_DRAWABLES |
                     GIMP_PROCEDURE_SENSITIVE_NO_IMAGE);
  gimp_procedure_set_menu_label (procedure, _ ("Picture from _Text..."));
  gimp_procedure_add_menu_path (procedure,
                                "<Image>/Filters/Generate/VQ-Diffusion");
  gimp_procedure_set_documentation (
      procedure, _ ("Make pictures from a text"),
      _ ("Makes pictures from a prompt with Improved VQ-Diffusion, on this "
         "machine alone. They come as new layers above the selected one, or in "
         "a "
         "new image when none is open. A number of -1 leaves the choice to the "
         "model. The same seed and settings give the same picture."),
      name);
  gimp_procedure_set_attribution (procedure, "The VQ-Diffusion for GIMP team",
                                  "GPL-3.0-or-later", "2026");
  vqd_args_declare (procedure);
  declare_results (procedure);

  return procedure;
}
