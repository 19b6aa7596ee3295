/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-args.h"

#include <glib/gi18n.h>

#define BYTES_PER_MIB (G_GINT64_CONSTANT (1) << 20)
#define MAX_MEMORY_MIB (1 << 24)
#define MAX_THREADS 1024
#define MAX_TOP_K (1 << 20)
#define FILE_TEMPLATE "{prompt}-{seed}"

static const char *const target_names[] = { "layer", "group", "image", NULL };

static void
declare_what (GimpProcedure *procedure)
{
  gimp_procedure_add_string_argument (
      procedure, "prompt", _ ("_Prompt"),
      _ ("What the picture shows, in words; may be empty"), "",
      G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
      procedure, "negative-prompt", _ ("Negative p_rompt"),
      _ ("What the picture is steered away from; works with a guidance other "
         "than 1"),
      "", G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
      procedure, "label", _ ("Label"),
      _ ("For models that draw classes: the number or the name of one"), "",
      G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (
      procedure, "images", _ ("_Number of pictures"),
      _ ("How many pictures to make; each has its own seed"), 1, VQD_MAX_IMAGES,
      1, G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (
      procedure, "seed", _ ("S_eed"),
      _ ("The same seed and settings give the same picture; -1 takes a random "
         "one. Further pictures have the seeds that follow"),
      -1, VQD_MAX_SEED, -1, G_PARAM_READWRITE);
}

static void
declare_how (GimpProcedure *procedure)
{
  gimp_procedure_add_string_argument (
      procedure, "strategy", _ ("S_trategy"),
      _ ("In which order the parts of the picture are decided; \"auto\" is "
         "what "
         "the model was made for"),
      "auto", G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (
      procedure, "steps", _ ("_Steps"),
      _ ("How many times the model looks at the picture: more is slower and "
         "often better; -1 is the model's own number"),
      -1, VQD_MAX_STEPS, -1, G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (
      procedure, "guidance", _ ("G_uidance"),
      _ ("How closely the picture follows the prompt: 1 is none, more is "
         "closer "
         "and less varied; -1 is the model's own strength"),
      -1, 20, -1, G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (
      procedure, "truncation", _ ("Truncat_ion"),
      _ ("Share of the probability that is kept for each part of the picture: "
         "less is safer and less varied; -1 is the model's own share"),
      -1, 1, -1, G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (
      procedure, "top-k", _ ("Ma_ximum of codes"),
      _ ("Keep this many of the likeliest codes for each part of the picture; "
         "0 "
         "keeps all, -1 is the model's own number"),
      -1, MAX_TOP_K, -1, G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (
      procedure, "purity-weight", _ ("Purit_y weight"),
      _ ("How strongly sure parts are sharpened by the purity strategy; -1 is "
         "the model's own weight"),
      -1, 10, -1, G_PARAM_READWRITE);
}

/* Files are of any kind: GIMP answers a missing one with "out of range", and
 * silently takes none where it comes from the last values. We say more. */
static void
declare_result (GimpProcedure *procedure)
{
  gimp_procedure_add_int_argument (
      procedure, "width", _ ("_Width"),
      _ ("Width of the picture in pixels; 0 is the model's own"), 0,
      VQD_MAX_SIZE_PX, 0, G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (
      procedure, "height", _ ("_Height"),
      _ ("Height of the picture in pixels; 0 is the model's own"), 0,
      VQD_MAX_SIZE_PX, 0, G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
      procedure, "target", _ ("Pl_ace in"),
      _ ("Where the pictures go: \"layer\", new layers of the image; "
         "\"group\", "
         "one layer group; \"image\", a new image"),
      "layer", G_PARAM_READWRITE);
  gimp_procedure_add_boolean_argument (
      procedure, "keep-settings", _ ("_Keep prompt and settings in the layers"),
      _ ("Store prompt and settings in each layer, so that the picture can be "
         "made again; off leaves no trace of them in the image"),
      TRUE, G_PARAM_READWRITE);
  gimp_procedure_add_boolean_argument (
      procedure, "fail-on-cut", _ ("Re_ject a prompt that is too long"),
      _ ("Stop when the model cannot read the whole prompt, rather than leave "
         "out its end"),
      FALSE, G_PARAM_READWRITE);
  gimp_procedure_add_file_argument (
      procedure, "output-folder", _ ("Save to _folder"),
      _ ("Also save each picture as a PNG file in this folder"),
      GIMP_FILE_CHOOSER_ACTION_ANY, TRUE, NULL, G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
      procedure, "file-template", _ ("File names _like"),
      _ ("Names of the saved files: {prompt}, {seed} and {number} are filled "
         "in"),
      FILE_TEMPLATE, G_PARAM_READWRITE);
}

static void
declare_machine (GimpProcedure *procedure)
{
  gimp_procedure_add_file_argument (
      procedure, "model", _ ("_Model"),
      _ ("The model file; none takes the first that is found"),
      GIMP_FILE_CHOOSER_ACTION_ANY, TRUE, NULL, G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
      procedure, "device", _ ("_Device"),
      _ ("What computes the picture: \"auto\" or \"cpu\""), "auto",
      G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (
      procedure, "memory-limit", _ ("Memory limit (Mi_B)"),
      _ ("Most memory that a run may take, in MiB; 0 is what the machine has"),
      0, MAX_MEMORY_MIB, 0, G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (
      procedure, "threads", _ ("Pr_ocessor cores"),
      _ ("How many processor cores to use; 0 is all"), 0, MAX_THREADS, 0,
      G_PARAM_READWRITE);
}

/* State of the dialog; no script can pass it. */
static void
declare_dialog (GimpProcedure *procedure)
{
  gimp_procedure_add_boolean_aux_argument (
      procedure, "show-advanced", _ ("Show advanced settings"),
      _ ("Whether the advanced settings are unfolded"), FALSE,
      G_PARAM_READWRITE);
}

void
vqd_args_declare (GimpProcedure *procedure)
{
  declare_what (procedure);
  declare_how (procedure);
  declare_result (procedure);
  declare_machine (procedure);
  declare_dialog (procedure);
}

static gboolean
parse_target (const char *name, VqdTarget *target, GError **error)
{
  for (int i = 0; target_names[i] != NULL; i++)
    if (g_strcmp0 (name, target_names[i]) == 0)
      {
        *target = i;
        return TRUE;
      }

  g_autofree char *valid = g_strjoinv (", ", (char **) target_names);
  g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
               _ ("There is no target \"%s\". It is one of: %s."),
               name != NULL ? name : "", valid);
  return FALSE;
}

/* (transfer full), NULL when none is chosen. */
static gboolean
local_path (GFile *file, char **path, GError **error)
{
  *path = NULL;
  if (file == NULL)
    return TRUE;

  *path = g_file_get_path (file);
  if (*path != NULL)
    return TRUE;

  g_autofree char *uri = g_file_get_uri (file);
  g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
               _ ("\"%s\" is not a file on this machine."), uri);
  return FALSE;
}

static const char *
never_null (char **text)
{
  if (*text == NULL)
    *text = g_strdup ("");
  return *text;
}

static void
read_request (VqdArgs *self, GimpProcedureConfig *config)
{
  VqdRequest *request = &self->request;
  int seed = -1;

  vqd_request_init (request);
  g_object_get (config, "prompt", &self->prompt, "negative-prompt",
                &self->negative_prompt, "label", &self->label, "images",
                &request->n_images, "seed", &seed, "strategy", &self->strategy,
                "steps", &request->steps, "guidance", &request->guidance,
                "truncation", &request->truncation, "top-k", &request->top_k,
                "purity-weight", &request->purity_weight, "width",
                &request->width_px, "height", &request->height_px,
                "fail-on-cut", &request->fail_on_cut, NULL);
  request->prompt = never_null (&self->prompt);
  request->negative_prompt = never_null (&self->negative_prompt);
  request->label = never_null (&self->label);
  request->seed = seed;
  request->strategy = self->strategy;
}

VqdArgs *
vqd_args_new_from_config (GimpProcedureConfig *config, GError **error)
{
  g_autoptr (VqdArgs) self = g_new0 (VqdArgs, 1);
  g_autofree char *target = NULL;
  g_autoptr (GFile) model = NULL;
  int memory_limit_mib = 0;

  read_request (self, config);
  g_object_get (config, "target", &target, "keep-settings",
                &self->keep_settings, "output-folder", &self->output_folder,
                "file-template", &self->file_template, "model", &model,
                "device", &self->device, "memory-limit", &memory_limit_mib,
                "threads", &self->options.n_threads, NULL);

  if (! vqd_request_validate (&self->request, error) ||
      ! parse_target (target, &self->target, error) ||
      ! local_path (model, &self->model, error))
    return NULL;

  self->options.model = self->model;
  self->options.device = self->device;
  self->options.memory_limit_bytes = memory_limit_mib * BYTES_PER_MIB;
  if (self->file_template == NULL || self->file_template[0] == '\0')
    {
      g_free (self->file_template);
      self->file_template = g_strdup (FILE_TEMPLATE);
    }

  return g_steal_pointer (&self);
}

void
vqd_args_free (VqdArgs *self)
{
  g_clear_object (&self->output_folder);
  g_free (self->file_template);
  g_free (self->prompt);
  g_free (self->negative_prompt);
  g_free (self->label);
  g_free (self->strategy);
  g_free (self->device);
  g_free (self->model);
  g_free (self);
}
