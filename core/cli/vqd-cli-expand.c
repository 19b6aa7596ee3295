/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/cli/vqd-cli-canvas.h"
#include "core/cli/vqd-cli-run.h"
#include "core/cli/vqd-cli.h"

static gboolean
check (const VqdCliCanvas *canvas, GError **error)
{
  const VqdCliOptions *options = canvas->options;
  const VqdRequest *request = &options->request;

  if (request->left_px != 0 || request->top_px != 0 || request->right_px != 0 ||
      request->bottom_px != 0 || vqd_cli_canvas_has_holes (canvas))
    return TRUE;

  g_autofree char *shown = g_filename_display_name (options->picture);
  g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
               "There is nothing to expand: \"%s\" is transparent nowhere. Say "
               "with --left, --top, --right and --bottom how far it shall "
               "grow.",
               shown);
  return FALSE;
}

int
vqd_cli_expand (int argc, char **argv)
{
  g_auto (VqdCliOptions) options;
  VqdRequest *request = &options.request;
  const GOptionEntry entries[] = {
    { "left", 0, 0, G_OPTION_ARG_INT, &request->left_px,
      "Pixels to add on the left (0)", "PX" },
    { "top", 0, 0, G_OPTION_ARG_INT, &request->top_px,
      "Pixels to add on top (0)", "PX" },
    { "right", 0, 0, G_OPTION_ARG_INT, &request->right_px,
      "Pixels to add on the right (0)", "PX" },
    { "bottom", 0, 0, G_OPTION_ARG_INT, &request->bottom_px,
      "Pixels to add at the bottom (0)", "PX" },
    G_OPTION_ENTRY_NULL
  };
  const VqdCliUsage usage = {
    .summary = "PICTURE.png - draw on beyond a picture's edges",
    .details =
        "The picture grows by the pixels given, and what is new goes on where\n"
        "it ends. With none given, what is transparent in it is drawn.\n"
        "\n"
        "FILE becomes the whole picture, in the depth and colours of PICTURE.\n"
        "With --layer it is the new part alone, and its place on PICTURE,\n"
        "which may be negative, stands in its chunk oFFs.\n"
        "\n",
    .blocks =
        VQD_CLI_TAKES_PICTURE | VQD_CLI_TAKES_HOLE | VQD_CLI_TAKES_BORDERS,
    .entries = entries,
  };
  g_autoptr (VqdCliCanvas) canvas = NULL;
  g_autoptr (GError) error = NULL;

  vqd_cli_options_init (&options);
  request->task = VQD_TASK_EXPAND;
  if (vqd_cli_options_parse (&options, &usage, argc, argv, &error))
    canvas = vqd_cli_canvas_open (&options, &error);
  if (canvas == NULL || ! check (canvas, &error))
    return vqd_cli_fail (error);

  request->canvas = &canvas->canvas;
  return vqd_cli_run (&options, vqd_cli_canvas_draw, canvas);
}
