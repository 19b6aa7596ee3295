/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/cli/vqd-cli-run.h"
#include "core/cli/vqd-cli.h"

#define MAX_QUOTED 40 /* characters of an argument in a message */

static gboolean
parse_tiling (const char *name, VqdRequest *request, GError **error)
{
  const char *const *names = vqd_tiling_names ();

  for (int i = VQD_TILING_NONE + 1; names[i] != NULL; i++)
    if (g_str_equal (names[i], name))
      {
        request->tiling = i;
        return TRUE;
      }

  g_autofree char *shown = vqd_cli_printable (name, MAX_QUOTED);
  g_autofree char *list =
      g_strjoinv (", ", (char **) names + VQD_TILING_NONE + 1);
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "There is no tiling \"%s\"; there are: %s.", shown, list);
  return FALSE;
}

int
vqd_cli_tile (int argc, char **argv)
{
  g_auto (VqdCliOptions) options;
  g_autofree char *tiling = NULL;
  VqdRequest *request = &options.request;
  const GOptionEntry entries[] = {
    { "tiling", 0, 0, G_OPTION_ARG_STRING, &tiling,
      "Which edges fit: x (left and right), y (top and bottom) or xy (xy)",
      "NAME" },
    G_OPTION_ENTRY_NULL
  };
  const VqdCliUsage usage = {
    .summary = "- make a picture whose opposite edges fit",
    .details = "Laid side by side, the picture has no seam.\n"
               "\n",
    .blocks = VQD_CLI_NEEDS_PROMPT | VQD_CLI_TAKES_SIZE,
    .entries = entries,
  };
  g_autoptr (GError) error = NULL;

  vqd_cli_options_init (&options);
  request->task = VQD_TASK_TILE;
  request->tiling = VQD_TILING_XY;
  if (! vqd_cli_options_parse (&options, &usage, argc, argv, &error) ||
      (tiling != NULL && ! parse_tiling (tiling, request, &error)))
    return vqd_cli_fail (error);
  return vqd_cli_run (&options, vqd_cli_draw_picture, NULL);
}
