/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-args.h"

#include <glib/gi18n.h>

#define BYTES_PER_MIB (G_GINT64_CONSTANT (1) << 20)
#define MAX_MEMORY_MIB (1 << 24)
#define MAX_THREADS 1024
#define MAX_TOP_K (1 << 20)
#define FILE_TEMPLATE "{prompt}-{seed}"

#define ALL VQD_TASKS_ALL
#define FROM_WORDS VQD_TASKS_FROM_WORDS
#define ON_CANVAS VQD_TASKS_ON_CANVAS
#define EXPAND VQD_TASKS_OF (VQD_TASK_EXPAND)
#define INTO_HOLES (VQD_TASKS_OF (VQD_TASK_FILL) | EXPAND)
#define VARY VQD_TASKS_OF (VQD_TASK_VARY)
#define TILE VQD_TASKS_OF (VQD_TASK_TILE)

typedef enum
{
  KIND_STRING,
  KIND_INT,
  KIND_DOUBLE,
  KIND_BOOLEAN,
  KIND_FILE
} Kind;

typedef struct
{
  const char *name;
  guint tasks; /* that have it */
  gsize offset;
  Kind kind;
  const char *text; /* default of strings */
  double first;     /* default of the others, */
  double min;       /* and range of numbers */
  double max;
  const char *nick;
  const char *blurb;
} Argument;

#define OF(field) G_STRUCT_OFFSET (VqdArgs, field)
#define STRING(first) KIND_STRING, (first), 0, 0, 0
#define INT(first, min, max) KIND_INT, NULL, (first), (min), (max)
#define DOUBLE(first, min, max) KIND_DOUBLE, NULL, (first), (min), (max)
#define BOOLEAN(first) KIND_BOOLEAN, NULL, (first), 0, 0
#define FILE_NAME KIND_FILE, NULL, 0, 0, 0

/* In the order that GIMP shows them in. */
static const Argument arguments[] = {
  /* what */
  { "prompt", ALL, OF (prompt), STRING (""), N_ ("_Prompt"),
    N_ ("What the picture shows, in words; may be empty") },
  { "negative-prompt", ALL, OF (negative_prompt), STRING (""),
    N_ ("Negative p_rompt"),
    N_ ("What the picture is steered away from; works with a guidance other "
        "than 1") },
  { "label", ALL, OF (label), STRING (""), N_ ("Label"),
    N_ ("For models that draw classes: the number or the name of one") },
  { "images", ALL, OF (request.n_images), INT (1, 1, VQD_MAX_IMAGES),
    N_ ("_Number of pictures"),
    N_ ("How many pictures to make; each has its own seed") },
  { "seed", ALL, OF (seed), INT (-1, -1, VQD_MAX_SEED), N_ ("S_eed"),
    N_ ("The same seed and settings give the same picture; -1 takes a random "
        "one. Further pictures have the seeds that follow") },

  /* near to what is there */
  { "strength", VARY, OF (request.strength), DOUBLE (0.6, 0, 1),
    N_ ("Stren_gth"),
    N_ ("How much is drawn anew: 0 changes nothing, 1 keeps nothing") },
  { "strength-last", VARY, OF (request.strength_last), DOUBLE (-1, -1, 1),
    N_ ("Strength of the _last"),
    N_ ("Of several pictures, the strength goes up or down to this one; -1 is "
        "the same strength for all") },
  { "keep", VARY, OF (request.keep), DOUBLE (-1, -1, 1), N_ ("_Fixed share"),
    N_ ("Share of the picture, in places chosen at random, that does not "
        "change, while the rest is drawn from nothing; -1 goes by strength "
        "instead") },

  /* how */
  { "strategy", ALL, OF (strategy), STRING ("auto"), N_ ("S_trategy"),
    N_ ("In which order the parts of the picture are decided; \"auto\" is what "
        "the model was made for") },
  { "steps", ALL, OF (request.steps), INT (-1, -1, VQD_MAX_STEPS),
    N_ ("_Steps"),
    N_ ("How many times the model looks at the picture: more is slower and "
        "often better; -1 is the model's own number") },
  { "guidance", ALL, OF (request.guidance), DOUBLE (-1, -1, 20),
    N_ ("G_uidance"),
    N_ ("How closely the picture follows the prompt: 1 is none, more is closer "
        "and less varied; -1 is the model's own strength") },
  { "truncation", ALL, OF (request.truncation), DOUBLE (-1, -1, 1),
    N_ ("Truncat_ion"),
    N_ ("Share of the probability that is kept for each part of the picture: "
        "less is safer and less varied; -1 is the model's own share") },
  { "top-k", ALL, OF (request.top_k), INT (-1, -1, MAX_TOP_K),
    N_ ("Ma_ximum of codes"),
    N_ ("Keep this many of the likeliest codes for each part of the picture; 0 "
        "keeps all, -1 is the model's own number") },
  { "purity-weight", ALL, OF (request.purity_weight), DOUBLE (-1, -1, 10),
    N_ ("Purit_y weight"),
    N_ ("How strongly sure parts are sharpened by the purity strategy; -1 is "
        "the model's own weight") },

  /* where */
  { "left", EXPAND, OF (request.left_px), INT (0, 0, VQD_MAX_SIZE_PX),
    N_ ("Pixels on the _left"),
    N_ ("By how many pixels the image grows on the left. With 0 on all sides "
        "its transparent border is filled instead") },
  { "top", EXPAND, OF (request.top_px), INT (0, 0, VQD_MAX_SIZE_PX),
    N_ ("Pixels above"), N_ ("By how many pixels the image grows above") },
  { "right", EXPAND, OF (request.right_px), INT (0, 0, VQD_MAX_SIZE_PX),
    N_ ("Pixels on the right"),
    N_ ("By how many pixels the image grows on the right") },
  { "bottom", EXPAND, OF (request.bottom_px), INT (0, 0, VQD_MAX_SIZE_PX),
    N_ ("Pixels below"), N_ ("By how many pixels the image grows below") },
  { "grow", INTO_HOLES, OF (request.grow_px), INT (8, 0, VQD_MAX_BORDER_PX),
    N_ ("_Grow"),
    N_ ("The model redraws so many pixels around what is filled, so that the "
        "new follows the old; only the blend shows of them") },
  { "feather", ON_CANVAS, OF (request.feather_px),
    INT (0, 0, VQD_MAX_BORDER_PX), N_ ("Feat_her"),
    N_ ("The new picture fades in over so many pixels inside its edge") },
  { "blend", ON_CANVAS, OF (request.blend_px), INT (16, 0, VQD_MAX_BORDER_PX),
    N_ ("Blend _width"),
    N_ ("The new picture meets the old one within so many pixels outside its "
        "edge; no pixel beyond changes") },
  { "color-match", INTO_HOLES, OF (request.color_match), BOOLEAN (TRUE),
    N_ ("Match the colours around"),
    N_ ("Shift the colours of the new picture to those around what is "
        "filled") },
  { "tiling", TILE, OF (tiling), STRING ("xy"), N_ ("Ti_ling"),
    N_ ("Which edges fit each other: \"x\", left and right; \"y\", top and "
        "bottom; \"xy\", all; \"none\"") },

  /* The result. Files are of any kind: GIMP answers a missing one with "out
   * of range", and silently takes none where it comes from the last values.
   * We say more. */
  { "width", FROM_WORDS, OF (request.width_px), INT (0, 0, VQD_MAX_SIZE_PX),
    N_ ("_Width"),
    N_ ("Width of the picture in pixels; 0 is the model's own") },
  { "height", FROM_WORDS, OF (request.height_px), INT (0, 0, VQD_MAX_SIZE_PX),
    N_ ("_Height"),
    N_ ("Height of the picture in pixels; 0 is the model's own") },
  { "target", FROM_WORDS, OF (target_name), STRING ("layer"), N_ ("Pl_ace in"),
    N_ ("Where the pictures go: \"layer\", new layers of the image; \"group\", "
        "one layer group; \"image\", a new image") },
  { "target", ON_CANVAS, OF (target_name), STRING ("layer"), N_ ("Pl_ace in"),
    N_ ("Where the pictures go: \"layer\", new layers above the one worked on; "
        "\"group\", one layer group there") },
  { "keep-settings", ALL, OF (keep_settings), BOOLEAN (TRUE),
    N_ ("_Keep prompt and settings in the layers"),
    N_ ("Store prompt and settings in each layer, so that the picture can be "
        "made again; off leaves no trace of them in the image") },
  { "mark-image", ALL, OF (mark_image), BOOLEAN (FALSE),
    N_ ("Mark the image as _made by a model"),
    N_ ("Say in the image's metadata (XMP, IPTC DigitalSourceType) that parts "
        "of it were made by a model; what is there stays") },
  { "fail-on-cut", ALL, OF (request.fail_on_cut), BOOLEAN (FALSE),
    N_ ("Re_ject a prompt that is too long"),
    N_ ("Stop when the model cannot read the whole prompt, rather than leave "
        "out its end") },
  { "output-folder", FROM_WORDS, OF (output_folder), FILE_NAME,
    N_ ("Save to _folder"),
    N_ ("Also save each picture as a PNG file in this folder") },
  { "file-template", FROM_WORDS, OF (file_template), STRING (FILE_TEMPLATE),
    N_ ("File names _like"),
    N_ ("Names of the saved files: {prompt}, {seed} and {number} are filled "
        "in") },

  /* the machine */
  { "model", ALL, OF (model_file), FILE_NAME, N_ ("_Model"),
    N_ ("The model file; none takes the first that is found") },
  { "device", ALL, OF (device), STRING ("auto"), N_ ("_Device"),
    N_ ("What computes the picture: \"auto\" or \"cpu\"") },
  { "memory-limit", ALL, OF (memory_limit_mib), INT (0, 0, MAX_MEMORY_MIB),
    N_ ("Memory limit (Mi_B)"),
    N_ ("Most memory that a run may take, in MiB; 0 is what the machine "
        "has") },
  { "threads", ALL, OF (options.n_threads), INT (0, 0, MAX_THREADS),
    N_ ("Pr_ocessor cores"), N_ ("How many processor cores to use; 0 is all") },
};

static void
declare (GimpProcedure *procedure, const Argument *self)
{
  const char *nick = _ (self->nick);
  const char *blurb = _ (self->blurb);

  switch (self->kind)
    {
    case KIND_STRING:
      gimp_procedure_add_string_argument (procedure, self->name, nick, blurb,
                                          self->text, G_PARAM_READWRITE);
      break;

    case KIND_INT:
      gimp_procedure_add_int_argument (procedure, self->name, nick, blurb,
                                       (int) self->min, (int) self->max,
                                       (int) self->first, G_PARAM_READWRITE);
      break;

    case KIND_DOUBLE:
      gimp_procedure_add_double_argument (procedure, self->name, nick, blurb,
                                          self->min, self->max, self->first,
                                          G_PARAM_READWRITE);
      break;

    case KIND_BOOLEAN:
      gimp_procedure_add_boolean_argument (procedure, self->name, nick, blurb,
                                           self->first != 0, G_PARAM_READWRITE);
      break;

    case KIND_FILE:
      gimp_procedure_add_file_argument (procedure, self->name, nick, blurb,
                                        GIMP_FILE_CHOOSER_ACTION_ANY, TRUE,
                                        NULL, G_PARAM_READWRITE);
      break;
    }
}

void
vqd_args_declare (GimpProcedure *procedure, guint tasks)
{
  for (gsize i = 0; i < G_N_ELEMENTS (arguments); i++)
    if ((arguments[i].tasks & tasks) != 0 &&
        gimp_procedure_find_argument (procedure, arguments[i].name) == NULL)
      declare (procedure, &arguments[i]);

  /* State of the dialog; no script can pass it. */
  gimp_procedure_add_boolean_aux_argument (
      procedure, "show-advanced", _ ("Show advanced settings"),
      _ ("Whether the advanced settings are unfolded"), FALSE,
      G_PARAM_READWRITE);
}

/* Each field has its property's type. */
static void
read_config (VqdArgs *self, GimpProcedureConfig *config)
{
  GObjectClass *klass = G_OBJECT_GET_CLASS (config);

  for (gsize i = 0; i < G_N_ELEMENTS (arguments); i++)
    {
      const Argument *argument = &arguments[i];

      if ((argument->tasks & VQD_TASKS_OF (self->request.task)) != 0 &&
          g_object_class_find_property (klass, argument->name) != NULL)
        g_object_get (config, argument->name,
                      G_STRUCT_MEMBER_P (self, argument->offset), NULL);
    }
}

/* message: a format of the name and of the right ones. */
static gboolean
find_name (const char *const *names, const char *name, int *index,
           const char *message, GError **error)
{
  for (int i = 0; names[i] != NULL; i++)
    if (g_strcmp0 (name, names[i]) == 0)
      {
        *index = i;
        return TRUE;
      }

  g_autofree char *valid = g_strjoinv (", ", (char **) names);
  g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST, message,
               name != NULL ? name : "", valid);
  return FALSE;
}

/* By the order of VqdTarget and VqdTiling. */
static gboolean
read_names (VqdArgs *self, GError **error)
{
  static const char *const targets[] = { "layer", "group", "image", NULL };
  static const char *const targets_on_canvas[] = { "layer", "group", NULL };
  const gboolean on_canvas =
      (VQD_TASKS_OF (self->request.task) & VQD_TASKS_ON_CANVAS) != 0;
  int target = VQD_TARGET_LAYER;
  int tiling = VQD_TILING_NONE;

  if ((self->target_name != NULL &&
       ! find_name (on_canvas ? targets_on_canvas : targets, self->target_name,
                    &target, _ ("There is no target \"%s\". It is one of: %s."),
                    error)) ||
      (self->tiling != NULL &&
       ! find_name (vqd_tiling_names (), self->tiling, &tiling,
                    _ ("There is no tiling \"%s\". It is one of: %s."), error)))
    return FALSE;

  self->target = target;
  self->request.tiling = tiling;
  return TRUE;
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
fill_request (VqdArgs *self)
{
  VqdRequest *request = &self->request;

  request->prompt = never_null (&self->prompt);
  request->negative_prompt = never_null (&self->negative_prompt);
  request->label = never_null (&self->label);
  request->seed = self->seed;
  request->strategy = self->strategy;
  if (self->file_template == NULL || self->file_template[0] == '\0')
    {
      g_free (self->file_template);
      self->file_template = g_strdup (FILE_TEMPLATE);
    }
}

/* The user's picture is not read yet: one pixel stands for it. */
static gboolean
validate (const VqdRequest *request, GError **error)
{
  const float black[3] = { 0, 0, 0 };
  const float none = 0;
  const float all = 1;
  const VqdCanvas pixel = {
    .width_px = 1,
    .height_px = 1,
    .rgb = black,
    .alpha = &none,
    .selection = &all,
  };
  VqdRequest complete = *request;

  complete.canvas = &pixel;
  return vqd_request_validate (&complete, error);
}

VqdArgs *
vqd_args_new_from_config (GimpProcedureConfig *config, VqdTask task,
                          GError **error)
{
  g_autoptr (VqdArgs) self = g_new0 (VqdArgs, 1);

  vqd_request_init (&self->request);
  self->request.task = task;
  read_config (self, config);
  fill_request (self);
  if (! validate (&self->request, error) || ! read_names (self, error) ||
      ! local_path (self->model_file, &self->model, error))
    return NULL;

  self->options.model = self->model;
  self->options.device = self->device;
  self->options.memory_limit_bytes = self->memory_limit_mib * BYTES_PER_MIB;

  return g_steal_pointer (&self);
}

void
vqd_args_free (VqdArgs *self)
{
  g_clear_object (&self->output_folder);
  g_clear_object (&self->model_file);
  g_free (self->file_template);
  g_free (self->prompt);
  g_free (self->negative_prompt);
  g_free (self->label);
  g_free (self->strategy);
  g_free (self->tiling);
  g_free (self->target_name);
  g_free (self->model);
  g_free (self->device);
  g_free (self);
}
