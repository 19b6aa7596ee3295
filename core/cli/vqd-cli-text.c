/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/cli/vqd-cli.h"

int
vqd_cli_fail (const GError *error)
{
  g_autofree char *message = vqd_cli_printable (error->message, 0);
  const gboolean wrong_use =
      error->domain == G_OPTION_ERROR ||
      g_error_matches (error, VQD_ERROR, VQD_ERROR_REQUEST);

  g_printerr ("vqdiffusion: %s\n", message);
  if (error->domain == G_OPTION_ERROR)
    g_printerr ("\"%s --help\" lists the options.\n", g_get_prgname ());

  return wrong_use ? VQD_CLI_USAGE : VQD_CLI_FAILED;
}

char *
vqd_cli_printable (const char *text, int max_chars)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *shown = g_string_new (NULL);
  int n_chars = 0;

  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c))
    {
      const gunichar unit = g_utf8_get_char (c);

      if (max_chars > 0 && n_chars++ == max_chars)
        {
          g_string_append (shown, "…");
          break;
        }
      g_string_append_unichar (
          shown, g_unichar_iscntrl (unit) && unit != '\n' ? ' ' : unit);
    }

  return g_string_free (shown, FALSE);
}

char *
vqd_cli_to_utf8 (const char *argument, GError **error)
{
  if (g_utf8_validate (argument, -1, NULL))
    return g_strdup (argument);

  g_autofree char *text = g_locale_to_utf8 (argument, -1, NULL, NULL, NULL);
  if (text == NULL)
    g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
                 "The prompt is neither UTF-8 nor text of this system's "
                 "locale. Give it in UTF-8.");
  return g_steal_pointer (&text);
}
