/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/cli/vqd-cli-canvas.h"
#include "core/cli/vqd-cli-run.h"
#include "core/cli/vqd-cli.h"

int
vqd_cli_vary (int argc, char **argv)
{
  g_auto (VqdCliOptions) options;
  VqdRequest *request = &options.request;
  const GOptionEntry entries[] = {
    { "strength", 0, 0, G_OPTION_ARG_DOUBLE, &request->strength,
      "How far from the picture: 0 gives it back, 1 forgets it (0.6)", "S" },
    { "strength-last", 0, 0, G_OPTION_ARG_DOUBLE, &request->strength_last,
      "That of the last of several pictures (the same for all)", "S" },
    { "keep", 0, 0, G_OPTION_ARG_DOUBLE, &request->keep,
      "Share of the tokens that stay, the others are new (by strength)", "R" },
    G_OPTION_ENTRY_NULL
  };
  const VqdCliUsage usage = {
    .summary = "PICTURE.png - draw a picture again, near to what it is",
    .details =
        "All of the picture is drawn again, or what is white in the mask. How\n"
        "near it comes is said by --strength: several pictures can go from\n"
        "one strength to another. With --keep, a random share of the\n"
        "picture's tokens stays, and the others are drawn from nothing.\n"
        "\n"
        "FILE becomes the whole picture, in the depth and colours of PICTURE\n"
        "and as transparent. With --layer it is what was drawn alone, and\n"
        "its place on PICTURE stands in its chunk oFFs.\n"
        "\n",
    .blocks =
        VQD_CLI_TAKES_PICTURE | VQD_CLI_TAKES_MASK | VQD_CLI_TAKES_BORDERS,
    .entries = entries,
  };
  g_autoptr (VqdCliCanvas) canvas = NULL;
  g_autoptr (GError) error = NULL;

  vqd_cli_options_init (&options);
  request->task = VQD_TASK_VARY;
  if (vqd_cli_options_parse (&options, &usage, argc, argv, &error))
    canvas = vqd_cli_canvas_open (&options, &error);
  if (canvas == NULL)
    return vqd_cli_fail (error);

  request->canvas = &canvas->canvas;
  return vqd_cli_run (&options, vqd_cli_canvas_draw, canvas);
}
