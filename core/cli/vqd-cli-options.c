/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/cli/vqd-cli-options.h"

#include "core/cli/vqd-cli.h"

#define BYTES_PER_MIB (G_GINT64_CONSTANT (1) << 20)
#define MAX_MEMORY_MIB (G_GINT64_CONSTANT (1) << 24)
#define MAX_QUOTED 40 /* characters of an argument in a message */

void
vqd_cli_options_init (VqdCliOptions *self)
{
  *self = (VqdCliOptions){ .keep_settings = TRUE };
  vqd_request_init (&self->request);
}

void
vqd_cli_options_clear (VqdCliOptions *self)
{
  g_free (self->picture);
  g_free (self->mask);
  g_free (self->prompt);
  g_free (self->negative_prompt);
  g_free (self->label);
  g_free (self->output);
  g_free (self->purity);
  g_free (self->model);
  g_free (self->strategy);
  g_free (self->device);
}

/* GOption writes what it reads into the fields given in the tables below. */

static void
add_words (VqdCliOptions *self, GOptionContext *context)
{
  const GOptionEntry entries[] = {
    { "prompt", 'p', 0, G_OPTION_ARG_FILENAME, &self->prompt,
      "What the picture shows; may be empty. {red|blue} is one of them",
      "TEXT" },
    { "negative-prompt", 0, 0, G_OPTION_ARG_FILENAME, &self->negative_prompt,
      "What it is steered away from (nothing)", "TEXT" },
    { "label", 0, 0, G_OPTION_ARG_FILENAME, &self->label,
      "Of models that draw classes: a number or a name", "LABEL" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &self->output,
      "Where the picture goes: a name that ends in .png", "FILE" },
    G_OPTION_ENTRY_NULL
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static void
add_mask (VqdCliOptions *self, GOptionContext *context)
{
  const GOptionEntry entries[] = {
    { "mask", 0, 0, G_OPTION_ARG_FILENAME, &self->mask,
      "A PNG file of the picture's size, white where it is meant", "FILE" },
    G_OPTION_ENTRY_NULL
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static void
add_hole (VqdCliOptions *self, GOptionContext *context)
{
  VqdRequest *request = &self->request;
  const GOptionEntry entries[] = {
    { "grow", 0, 0, G_OPTION_ARG_INT, &request->grow_px,
      "Draw so many pixels beyond the edge anew, so that both sides meet (8)",
      "PX" },
    { "no-color-match", 0, G_OPTION_FLAG_REVERSE, G_OPTION_ARG_NONE,
      &request->color_match, "Leave the new colours as they were drawn", NULL },
    G_OPTION_ENTRY_NULL
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static void
add_borders (VqdCliOptions *self, GOptionContext *context)
{
  VqdRequest *request = &self->request;
  const GOptionEntry entries[] = {
    { "feather", 0, 0, G_OPTION_ARG_INT, &request->feather_px,
      "Fade in over so many pixels inside the edge (0)", "PX" },
    { "blend", 0, 0, G_OPTION_ARG_INT, &request->blend_px,
      "Fade out over so many pixels outside the edge (16)", "PX" },
    G_OPTION_ENTRY_NULL
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static void
add_layer (VqdCliOptions *self, GOptionContext *context)
{
  const GOptionEntry entries[] = {
    { "layer", 0, 0, G_OPTION_ARG_NONE, &self->only_layer,
      "Write only what is new, to lie over the picture", NULL },
    G_OPTION_ENTRY_NULL
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static void
add_sampling (VqdCliOptions *self, GOptionContext *context)
{
  VqdRequest *request = &self->request;
  const GOptionEntry entries[] = {
    { "images", 0, 0, G_OPTION_ARG_INT, &request->n_images,
      "How many pictures: 1 to 64 (1)", "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &request->seed,
      "Of the first picture; the same seed draws the same (random)", "N" },
    { "strategy", 0, 0, G_OPTION_ARG_STRING, &self->strategy,
      "In which order tokens are decided (the model's)", "NAME" },
    { "steps", 0, 0, G_OPTION_ARG_INT, &request->steps,
      "Evaluations of the model: 1 to 1000 (the model's)", "N" },
    { "guidance", 0, 0, G_OPTION_ARG_DOUBLE, &request->guidance,
      "How closely to follow the prompt: 0 to 20, 1 is none (the model's)",
      "G" },
    { "truncation", 0, 0, G_OPTION_ARG_DOUBLE, &request->truncation,
      "Share of the probability that is kept: 0 to 1 (the model's)", "R" },
    { "top-k", 0, 0, G_OPTION_ARG_INT, &request->top_k,
      "Likeliest codes that are kept; 0 keeps all (the model's)", "K" },
    { "purity-weight", 0, 0, G_OPTION_ARG_DOUBLE, &request->purity_weight,
      "How much sharper sure tokens are drawn: 0 to 10 (the model's)", "R" },
    G_OPTION_ENTRY_NULL
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static void
add_size (VqdCliOptions *self, GOptionContext *context)
{
  VqdRequest *request = &self->request;
  const GOptionEntry entries[] = {
    { "width", 0, 0, G_OPTION_ARG_INT, &request->width_px,
      "In pixels; 0 is the model's own (0)", "W" },
    { "height", 0, 0, G_OPTION_ARG_INT, &request->height_px,
      "In pixels; 0 is the model's own (0)", "H" },
    G_OPTION_ENTRY_NULL
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static void
add_run (VqdCliOptions *self, GOptionContext *context)
{
  const GOptionEntry entries[] = {
    { "device", 0, 0, G_OPTION_ARG_STRING, &self->device,
      "What computes: auto or cpu (auto)", "NAME" },
    { "memory-limit", 0, 0, G_OPTION_ARG_INT64, &self->memory_limit_mib,
      "Most memory of a run; 0 is what the machine has (0)", "MIB" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &self->engine.n_threads,
      "Processor cores to use; 0 is all (0)", "N" },
    { "model", 0, 0, G_OPTION_ARG_FILENAME, &self->model,
      "Which model (the first that is found)", "FILE-OR-NAME" },
    { "heads", 0, 0, G_OPTION_ARG_INT, &self->engine.n_heads,
      "Of the denoiser, where the file does not say (16)", "N" },
    { "fail-on-cut", 0, 0, G_OPTION_ARG_NONE, &self->request.fail_on_cut,
      "Refuse a prompt that is too long, rather than leave out its end", NULL },
    { "no-keep-settings", 0, G_OPTION_FLAG_REVERSE, G_OPTION_ARG_NONE,
      &self->keep_settings, "Store no prompt, settings and tokens in the file",
      NULL },
    { "quiet", 0, 0, G_OPTION_ARG_NONE, &self->quiet,
      "Say nothing on stderr but errors", NULL },
    { "timings", 0, 0, G_OPTION_ARG_NONE, &self->timings,
      "Say on stderr how many seconds each part took", NULL },
    G_OPTION_ENTRY_NULL
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static char *
describe (const VqdCliUsage *usage)
{
  g_autofree char *names = g_strjoinv (", ", (char **) vqd_strategy_names ());

  return g_strdup_printf (
      "%s"
      "Strategies: %s.\n"
      "\n"
      "Each picture has a seed of its own: the first one's, then those that\n"
      "follow. In FILE, {seed} and {number} are filled in; without them,\n"
      "several pictures become FILE-1.png, FILE-2.png, … Files of these names\n"
      "that exist are replaced, each in one step when its picture is "
      "complete.\n"
      "The paths written are printed, one a line.\n"
      "\n"
      "A model is a file, or the name of one in VQDIFFUSION_MODEL_PATH, the\n"
      "user's or the system's data folders (vqdiffusion/models there).\n"
      "\n"
      "Exit code: 0 done, 1 the run failed, 2 wrong use, 130 stopped by "
      "Ctrl-C.",
      usage->details, names);
}

static gboolean
read_options (VqdCliOptions *self, const VqdCliUsage *usage, int *argc,
              char ***argv, GError **error)
{
  const VqdCliBlocks blocks = usage->blocks;
  g_autoptr (GOptionContext) context = g_option_context_new (usage->summary);
  g_autofree char *description = describe (usage);

  add_words (self, context);
  if (blocks & VQD_CLI_TAKES_MASK)
    add_mask (self, context);
  g_option_context_add_main_entries (context, usage->entries, NULL);
  if (blocks & VQD_CLI_TAKES_HOLE)
    add_hole (self, context);
  if (blocks & VQD_CLI_TAKES_BORDERS)
    add_borders (self, context);
  if (blocks & VQD_CLI_TAKES_PICTURE)
    add_layer (self, context);
  add_sampling (self, context);
  if (blocks & VQD_CLI_TAKES_SIZE)
    add_size (self, context);
  add_run (self, context);
  g_option_context_set_description (context, description);
  return g_option_context_parse (context, argc, argv, error);
}

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, message);
  return FALSE;
}

/* The picture, and that nothing else is left over. */
static gboolean
take_arguments (VqdCliOptions *self, const VqdCliUsage *usage, int argc,
                char **argv, GError **error)
{
  int n_taken = 1;

  if (usage->blocks & VQD_CLI_TAKES_PICTURE)
    {
      if (argc < 2 || argv[1][0] == '\0')
        return refuse (error, "No picture: name the PNG file to work on.");
      self->picture = g_strdup (argv[n_taken++]);
    }
  if (argc == n_taken)
    return TRUE;

  g_autofree char *extra = vqd_cli_printable (argv[n_taken], MAX_QUOTED);
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
               "\"%s\" belongs to no option. A prompt of several words "
               "stands in quotes.",
               extra);
  return FALSE;
}

/* A text of the command line, in place; an option not given stays as the
 * request has it. */
static gboolean
make_utf8 (char **text, const char **target, GError **error)
{
  if (*text == NULL)
    return TRUE;

  g_autofree char *bytes = g_steal_pointer (text);
  *text = vqd_cli_to_utf8 (bytes, error);
  *target = *text;
  return *text != NULL;
}

gboolean
vqd_cli_options_parse (VqdCliOptions *self, const VqdCliUsage *usage, int argc,
                       char **argv, GError **error)
{
  if (! read_options (self, usage, &argc, &argv, error) ||
      ! take_arguments (self, usage, argc, argv, error))
    return FALSE;
  if ((usage->blocks & VQD_CLI_NEEDS_PROMPT) && self->prompt == NULL &&
      self->label == NULL)
    return refuse (error, "No prompt: say with -p what the picture shows.");
  if (self->output == NULL)
    return refuse (error, "No file: say with -o where the picture goes.");
  if (! (self->memory_limit_mib >= 0 &&
         self->memory_limit_mib <= MAX_MEMORY_MIB))
    return refuse (error, "The memory limit is a number of MiB from 0 to "
                          "16777216.");

  if (! make_utf8 (&self->prompt, &self->request.prompt, error) ||
      ! make_utf8 (&self->negative_prompt, &self->request.negative_prompt,
                   error) ||
      ! make_utf8 (&self->label, &self->request.label, error))
    return FALSE;

  if (self->strategy != NULL)
    self->request.strategy = self->strategy;
  self->engine.model = self->model;
  self->engine.device = self->device;
  self->engine.memory_limit_bytes = self->memory_limit_mib * BYTES_PER_MIB;
  return TRUE;
}
