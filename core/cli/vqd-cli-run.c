/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/cli/vqd-cli-run.h"

#include <stdio.h>
#include <string.h>

#include "core/cli/vqd-cli-interrupt.h"
#include "core/cli/vqd-cli-output.h"
#include "core/cli/vqd-cli-progress.h"
#include "core/cli/vqd-cli.h"

#define MAX_CUT_CHARS 120 /* shown of a prompt's end that was left out */
#define N_CHANNELS 3
/* Longer ones would not be read back: libpng takes no text above 8 MB. */
#define MAX_RECORD_BYTES 7000000

typedef struct
{
  const VqdCliOptions *options;
  VqdCliDraw draw;
  gpointer data;
  VqdResult *result;
} Run;

static void
run_clear (Run *self)
{
  g_clear_pointer (&self->result, vqd_result_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

VqdPng *
vqd_cli_draw_picture (const VqdPicture *picture, gpointer data, GError **error)
{
  VqdPng *png =
      vqd_png_new (picture->width_px, picture->height_px, N_CHANNELS, 8, error);

  if (png == NULL)
    return NULL;
  vqd_picture_to_rgb8 (picture, png->samples);
  png->srgb_intent = 0;
  png->token_record = vqd_picture_get_token_record (picture);
  return png;
}

static gboolean
write_file (VqdPng *png, const char *path, GError **error)
{
  g_autofree char *target = vqd_cli_output_follow (path);

  png->software = g_strdup ("vqdiffusion " VQD_VERSION);
  if (! vqd_png_write (png, target, error))
    return FALSE;

  /* As it is in the file system, whatever the locale. */
  fputs (path, stdout);
  fputc ('\n', stdout);
  return TRUE;
}

/* Grey: 0 knows nothing, 255 is certain. What is not known is 0. */
static VqdPng *
draw_purity (const VqdPicture *picture, GError **error)
{
  const gsize n = (gsize) picture->width_px * (gsize) picture->height_px;
  g_autoptr (VqdPng) png =
      vqd_png_new (picture->width_px, picture->height_px, 1, 8, error);
  g_autofree float *values = png != NULL ? g_try_new (float, n) : NULL;

  if (png == NULL)
    return NULL;
  if (values == NULL)
    {
      g_set_error_literal (error, VQD_ERROR, VQD_ERROR_MEMORY,
                           "There is not enough memory for a purity map.");
      return NULL;
    }
  vqd_picture_get_purity (picture, values);
  for (gsize i = 0; i < n; i++)
    vqd_png_set (png, i, values[i]);
  return g_steal_pointer (&png);
}

static gboolean
write_purity (const Run *self, int i, GError **error)
{
  const VqdCliOptions *options = self->options;
  const VqdPicture *picture = vqd_result_get_picture (self->result, i);
  g_autofree char *path = vqd_cli_output_path (
      options->purity, i, options->request.n_images, picture->seed);
  g_autoptr (VqdPng) png = draw_purity (picture, error);

  return png != NULL && write_file (png, path, error);
}

static gboolean
write_picture (const Run *self, int i, GError **error)
{
  const VqdCliOptions *options = self->options;
  const VqdPicture *picture = vqd_result_get_picture (self->result, i);
  g_autofree char *path = vqd_cli_output_path (
      options->output, i, options->request.n_images, picture->seed);
  g_autoptr (VqdPng) png = self->draw (picture, self->data, error);

  if (png == NULL)
    return FALSE;

  if (options->keep_settings)
    png->settings = g_strdup (picture->settings);
  if (! options->keep_settings ||
      (png->token_record != NULL &&
       strlen (png->token_record) > MAX_RECORD_BYTES))
    g_clear_pointer (&png->token_record, g_free);
  return write_file (png, path, error) &&
         (options->purity == NULL || write_purity (self, i, error));
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
say_timings (const Run *self)
{
  const VqdSeconds seconds = vqd_result_get_seconds (self->result);

  g_printerr ("load         %7.3f s\n"
              "text         %7.3f s\n"
              "sampling     %7.3f s\n"
              "evaluations  %3d\n"
              "decoding     %7.3f s\n",
              seconds.load, seconds.text, seconds.sample,
              vqd_result_get_n_evaluations (self->result), seconds.decode);
}

static gboolean
write_result (const Run *self, GError **error)
{
  const VqdCliOptions *options = self->options;

  for (int i = 0; i < vqd_result_get_n_pictures (self->result); i++)
    if (! write_picture (self, i, error))
      return FALSE;

  if (! options->quiet)
    say_cut_text (self->result);
  if (! options->quiet && options->request.seed < 0)
    g_printerr ("seed %" G_GINT64_FORMAT "\n",
                vqd_result_get_picture (self->result, 0)->seed);
  if (options->timings)
    say_timings (self);
  return TRUE;
}

static gboolean
make_pictures (Run *self, GCancellable *cancellable, GError **error)
{
  const VqdCliOptions *options = self->options;
  VqdCliProgress progress;

  vqd_cli_progress_init (&progress, options->quiet);
  vqd_cli_progress_say (&progress, "loading the model");

  g_autoptr (VqdEngine) engine =
      vqd_engine_new (&options->engine, cancellable, error);
  if (engine != NULL)
    self->result =
        vqd_engine_generate (engine, &options->request, vqd_cli_progress_update,
                             &progress, cancellable, error);
  vqd_cli_progress_clear (&progress);
  return self->result != NULL;
}

static gboolean
check_files (const VqdCliOptions *options, GError **error)
{
  const int n = options->request.n_images;
  const gint64 seed = options->request.seed;

  return vqd_cli_output_check (options->output, n, seed, error) &&
         (options->purity == NULL ||
          (vqd_cli_output_check (options->purity, n, seed, error) &&
           vqd_cli_output_check_apart (options->output, options->purity, n,
                                       seed, error)));
}

static gboolean
run (Run *self, GCancellable *cancellable, GError **error)
{
  const VqdCliOptions *options = self->options;
  const VqdRequest *request = &options->request;

  return vqd_request_validate (request, error) &&
         check_files (options, error) &&
         make_pictures (self, cancellable, error) &&
         ! g_cancellable_set_error_if_cancelled (cancellable, error) &&
         write_result (self, error);
}

int
vqd_cli_run (const VqdCliOptions *options, VqdCliDraw draw, gpointer data)
{
  g_auto (Run) self = { .options = options, .draw = draw, .data = data };
  g_autoptr (VqdCliInterrupt) interrupt = vqd_cli_interrupt_new ();
  g_autoptr (GError) error = NULL;

  if (run (&self, vqd_cli_interrupt_get_cancellable (interrupt), &error))
    return VQD_CLI_OK;

  /* Who pressed Ctrl-C knows why it ended. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return vqd_cli_interrupt_get_exit_code (interrupt);
  return vqd_cli_fail (error);
}
