/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/cli/vqd-cli-canvas.h"
#include "core/cli/vqd-cli-run.h"
#include "core/cli/vqd-cli.h"

static gboolean
check (const VqdCliCanvas *canvas, GError **error)
{
  const VqdCliOptions *options = canvas->options;

  if (options->mask != NULL || vqd_cli_canvas_has_holes (canvas))
    return TRUE;

  g_autofree char *shown = g_filename_display_name (options->picture);
  g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
               "There is nothing to fill: \"%s\" is transparent nowhere. Say "
               "with --mask what to fill.",
               shown);
  return FALSE;
}

int
vqd_cli_fill (int argc, char **argv)
{
  const GOptionEntry entries[] = { G_OPTION_ENTRY_NULL };
  const VqdCliUsage usage = {
    .summary = "PICTURE.png - draw a part of a picture anew",
    .details =
        "What is white in the mask is drawn anew, to fit what is around it;\n"
        "grey is drawn over in part. When the mask has one colour on\n"
        "transparent ground, its shape counts and not the colour. Without a\n"
        "mask, what is transparent in the picture is filled.\n"
        "\n"
        "FILE becomes the whole picture, in the depth and colours of PICTURE;\n"
        "no pixel changes beyond the mask and its blend. With --layer it is\n"
        "the new part alone, transparent around it, and its place on PICTURE\n"
        "stands in its chunk oFFs.\n"
        "\n",
    .blocks = VQD_CLI_TAKES_PICTURE | VQD_CLI_TAKES_MASK | VQD_CLI_TAKES_HOLE |
              VQD_CLI_TAKES_BORDERS,
    .entries = entries,
  };
  g_auto (VqdCliOptions) options;
  g_autoptr (VqdCliCanvas) canvas = NULL;
  g_autoptr (GError) error = NULL;

  vqd_cli_options_init (&options);
  options.request.task = VQD_TASK_FILL;
  if (vqd_cli_options_parse (&options, &usage, argc, argv, &error))
    canvas = vqd_cli_canvas_open (&options, &error);
  if (canvas == NULL || ! check (canvas, &error))
    return vqd_cli_fail (error);

  options.request.canvas = &canvas->canvas;
  return vqd_cli_run (&options, vqd_cli_canvas_draw, canvas);
}
