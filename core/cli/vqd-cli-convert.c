/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/cli/vqd-cli.h"

#include <stdio.h>

#include "core/cli/vqd-cli-interrupt.h"
#include "core/cli/vqd-cli-output.h"
#include "core/cli/vqd-cli-progress.h"

/* What the command line says. */
typedef struct
{
  char *dtype;
  gboolean quiet;
  VqdConvertOptions convert; /* borrows dtype */
} Options;

static void
options_clear (Options *self)
{
  g_free (self->dtype);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* Leaves IN and OUT in argv[1] and argv[2]. */
static gboolean
parse (Options *self, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "dtype", 0, 0, G_OPTION_ARG_STRING, &self->dtype,
      "How numbers are stored: f32, bf16, f16 or int8 (as they are)", "TYPE" },
    { "force", 0, 0, G_OPTION_ARG_NONE, &self->convert.force,
      "Replace OUT when it exists", NULL },
    { "heads", 0, 0, G_OPTION_ARG_INT, &self->convert.n_heads,
      "Attention heads of the denoiser, where the model does not say (16)",
      "N" },
    { "quiet", 0, 0, G_OPTION_ARG_NONE, &self->quiet,
      "Say nothing on stderr but errors", NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context =
      g_option_context_new ("IN OUT - make one file of a model");

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_description (
      context,
      "IN is a model in any form that is known: the authors' checkpoint\n"
      "(.pth), a folder of Diffusers, a safetensors file, or the name of an\n"
      "installed model. OUT is one safetensors file, which loads fastest.\n"
      "\n"
      "bf16 and f16 halve a file of f32 numbers, int8 quarters it. Norms,\n"
      "biases and the codebook stay f32. Without --dtype nothing is rounded.\n"
      "\n"
      "OUT is complete or not there. Its path is printed when it is done.");
  if (! g_option_context_parse (context, argc, argv, error))
    return FALSE;

  if (*argc != 3 || *(*argv)[1] == '\0' || *(*argv)[2] == '\0')
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                   "Name two files: the model, and the one to write.");
      return FALSE;
    }
  self->convert.dtype = self->dtype;
  return TRUE;
}

static gboolean
run (const Options *options, const char *in, const char *out,
     GCancellable *cancellable, GError **error)
{
  g_autofree char *target = vqd_cli_output_follow (out);
  VqdCliProgress progress;

  vqd_cli_progress_init (&progress, options->quiet);
  vqd_cli_progress_say (&progress, "opening the model");
  const gboolean done = vqd_model_convert (in, target, &options->convert,
                                           vqd_cli_progress_update_bytes,
                                           &progress, cancellable, error);
  vqd_cli_progress_clear (&progress);
  return done;
}

int
vqd_cli_convert (int argc, char **argv)
{
  g_auto (Options) options = { .dtype = NULL };
  g_autoptr (GError) error = NULL;

  if (! parse (&options, &argc, &argv, &error))
    return vqd_cli_fail (error);

  g_autoptr (VqdCliInterrupt) interrupt = vqd_cli_interrupt_new ();
  if (run (&options, argv[1], argv[2],
           vqd_cli_interrupt_get_cancellable (interrupt), &error))
    {
      /* As it is in the file system, whatever the locale. */
      fputs (argv[2], stdout);
      fputc ('\n', stdout);
      return VQD_CLI_OK;
    }

  /* Who pressed Ctrl-C knows why it ended. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return vqd_cli_interrupt_get_exit_code (interrupt);
  return vqd_cli_fail (error);
}
