/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/cli/vqd-cli-run.h"
#include "core/cli/vqd-cli.h"

int
vqd_cli_generate (int argc, char **argv)
{
  g_auto (VqdCliOptions) options;
  const GOptionEntry entries[] = {
    { "purity", 0, 0, G_OPTION_ARG_FILENAME, &options.purity,
      "Also write how sure the model was of each part: a grey PNG, white is "
      "certain",
      "FILE" },
    G_OPTION_ENTRY_NULL
  };
  const VqdCliUsage usage = {
    .summary = "- make pictures from a prompt",
    .details = "",
    .blocks = VQD_CLI_NEEDS_PROMPT | VQD_CLI_TAKES_SIZE,
    .entries = entries,
  };
  g_autoptr (GError) error = NULL;

  vqd_cli_options_init (&options);
  if (! vqd_cli_options_parse (&options, &usage, argc, argv, &error))
    return vqd_cli_fail (error);
  return vqd_cli_run (&options, vqd_cli_draw_picture, NULL);
}
