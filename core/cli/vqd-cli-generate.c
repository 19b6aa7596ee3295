/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/cli/vqd-cli.h"

#include <stdio.h>

#include "core/cli/vqd-cli-interrupt.h"
#include "core/cli/vqd-cli-output.h"
#include "core/cli/vqd-cli-progress.h"
#include "core/cli/vqd-png.h"

#define BYTES_PER_MIB (G_GINT64_CONSTANT (1) << 20)
#define MAX_MEMORY_MIB (G_GINT64_CONSTANT (1) << 24)
#define MAX_CUT_CHARS 120 /* shown of a prompt's end that was left out */
#define N_CHANNELS 3

/* What the command line says. */
typedef struct
{
  char *prompt;
  char *negative_prompt;
  char *label;
  char *output;
  char *model;
  char *strategy;
  char *device;
  gint64 memory_limit_mib;
  gboolean keep_settings;
  gboolean quiet;
  gboolean timings;
  VqdRequest request; /* borrows the strings above */
  VqdEngineOptions engine;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->prompt);
  g_free (self->negative_prompt);
  g_free (self->label);
  g_free (self->output);
  g_free (self->model);
  g_free (self->strategy);
  g_free (self->device);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static void
options_init (Options *self)
{
  *self = (Options){ .keep_settings = TRUE };
  vqd_request_init (&self->request);
}

static char *
describe (void)
{
  g_autofree char *names = g_strjoinv (", ", (char **) vqd_strategy_names ());

  return g_strdup_printf (
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
      names);
}

/* GOption writes what it reads into the fields given here. */
static gboolean
parse (Options *self, int *argc, char ***argv, GError **error)
{
  VqdRequest *request = &self->request;
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
    { "width", 0, 0, G_OPTION_ARG_INT, &request->width_px,
      "In pixels; 0 is the model's own (0)", "W" },
    { "height", 0, 0, G_OPTION_ARG_INT, &request->height_px,
      "In pixels; 0 is the model's own (0)", "H" },
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
    { "fail-on-cut", 0, 0, G_OPTION_ARG_NONE, &request->fail_on_cut,
      "Refuse a prompt that is too long, rather than leave out its end", NULL },
    { "no-keep-settings", 0, G_OPTION_FLAG_REVERSE, G_OPTION_ARG_NONE,
      &self->keep_settings, "Store no prompt and settings in the file", NULL },
    { "quiet", 0, 0, G_OPTION_ARG_NONE, &self->quiet,
      "Say nothing on stderr but errors", NULL },
    { "timings", 0, 0, G_OPTION_ARG_NONE, &self->timings,
      "Say on stderr how many seconds each part took", NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context =
      g_option_context_new ("- make pictures from a prompt");
  g_autofree char *description = describe ();

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_description (context, description);
  return g_option_context_parse (context, argc, argv, error);
}

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, message);
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

/* What GOption does not check, and the engine's own checks of a request. */
static gboolean
complete (Options *self, int argc, char **argv, GError **error)
{
  if (argc > 1)
    {
      g_autofree char *extra = vqd_cli_printable (argv[1], 40);
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                   "\"%s\" belongs to no option. A prompt of several words "
                   "stands in quotes.",
                   extra);
      return FALSE;
    }
  if (self->prompt == NULL && self->label != NULL)
    self->prompt = g_strdup ("");
  if (self->prompt == NULL)
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
  return vqd_request_validate (&self->request, error);
}

static gboolean
write_picture (const Options *options, const VqdResult *result, int i,
               GError **error)
{
  const VqdPicture *picture = vqd_result_get_picture (result, i);
  g_autofree guint8 *rgb8 = g_new (guint8, (gsize) picture->width_px *
                                               picture->height_px * N_CHANNELS);
  g_autofree char *path = vqd_cli_output_path (
      options->output, i, vqd_result_get_n_pictures (result), picture->seed);
  g_autofree char *target = vqd_cli_output_follow (path);

  vqd_picture_to_rgb8 (picture, rgb8);
  if (! vqd_png_write (target, rgb8, picture->width_px, picture->height_px,
                       "vqdiffusion " VQD_VERSION,
                       options->keep_settings ? picture->settings : NULL,
                       error))
    return FALSE;

  /* As it is in the file system, whatever the locale. */
  fputs (path, stdout);
  fputc ('\n', stdout);
  return TRUE;
}

static void
say_cut_text (const VqdResult *result)
{
  const char *cut = vqd_result_get_cut_text (result);

  if (cut[0] == '\0')
    return;

  g_autofree char *shown = vqd_cli_printable (cut, MAX_CUT_CHARS);
  g_printerr ("vqdiffusion: The prompt is longer than the model reads. Its "
              "last %ld characters were left out: \"%s\"\n",
              g_utf8_strlen (cut, -1), shown);
}

static void
say_timings (const VqdResult *result)
{
  const VqdSeconds seconds = vqd_result_get_seconds (result);

  g_printerr ("load      %7.3f s\n"
              "text      %7.3f s\n"
              "sampling  %7.3f s\n"
              "decoding  %7.3f s\n",
              seconds.load, seconds.text, seconds.sample, seconds.decode);
}

static gboolean
write_result (const Options *options, const VqdResult *result, GError **error)
{
  for (int i = 0; i < vqd_result_get_n_pictures (result); i++)
    if (! write_picture (options, result, i, error))
      return FALSE;

  if (! options->quiet)
    say_cut_text (result);
  if (! options->quiet && options->request.seed < 0)
    g_printerr ("seed %" G_GINT64_FORMAT "\n",
                vqd_result_get_picture (result, 0)->seed);
  if (options->timings)
    say_timings (result);
  return TRUE;
}

static VqdResult *
make_pictures (const Options *options, GCancellable *cancellable,
               GError **error)
{
  VqdCliProgress progress;

  vqd_cli_progress_init (&progress, options->quiet);
  vqd_cli_progress_say (&progress, "loading the model");

  VqdResult *result = NULL;
  g_autoptr (VqdEngine) engine =
      vqd_engine_new (&options->engine, cancellable, error);
  if (engine != NULL)
    result =
        vqd_engine_generate (engine, &options->request, vqd_cli_progress_update,
                             &progress, cancellable, error);
  vqd_cli_progress_clear (&progress);
  return result;
}

static gboolean
run (const Options *options, GCancellable *cancellable, GError **error)
{
  if (! vqd_cli_output_check (options->output, options->request.n_images,
                              options->request.seed, error))
    return FALSE;

  g_autoptr (VqdResult) result = make_pictures (options, cancellable, error);
  return result != NULL &&
         ! g_cancellable_set_error_if_cancelled (cancellable, error) &&
         write_result (options, result, error);
}

int
vqd_cli_generate (int argc, char **argv)
{
  g_auto (Options) options;
  g_autoptr (GError) error = NULL;

  options_init (&options);
  if (! parse (&options, &argc, &argv, &error) ||
      ! complete (&options, argc, argv, &error))
    return vqd_cli_fail (error);

  g_autoptr (VqdCliInterrupt) interrupt = vqd_cli_interrupt_new ();
  if (run (&options, vqd_cli_interrupt_get_cancellable (interrupt), &error))
    return VQD_CLI_OK;

  /* Who pressed Ctrl-C knows why it ended. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return vqd_cli_interrupt_get_exit_code (interrupt);
  return vqd_cli_fail (error);
}
