/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-names.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_PROMPT_CHARS 40
#define MAX_FILE_CHARS 100
#define NEUTRAL_NAME "VQ-Diffusion"

char *
vqd_names_shorten (const char *prompt)
{
  g_autoptr (GString) name = g_string_new (NULL);
  g_auto (GStrv) words = g_strsplit_set (prompt, " \t\r\n\f\v", -1);
  long n_chars = 0;

  for (int i = 0; words[i] != NULL; i++)
    {
      const long n_word = g_utf8_strlen (words[i], -1);

      if (n_word == 0)
        continue;
      if (n_chars > 0 && n_chars + 1 + n_word > MAX_PROMPT_CHARS)
        {
          g_string_append (name, "…");
          break;
        }
      if (n_chars > 0)
        g_string_append_c (name, ' ');
      if (n_word > MAX_PROMPT_CHARS)
        {
          g_autofree char *start =
              g_utf8_substring (words[i], 0, MAX_PROMPT_CHARS);
          g_string_append_printf (name, "%s…", start);
          break;
        }
      g_string_append (name, words[i]);
      n_chars += (n_chars > 0) + n_word;
    }

  return g_string_free (g_steal_pointer (&name), FALSE);
}

char *
vqd_names_layer (const char *prompt, gint64 seed)
{
  g_autofree char *start = vqd_names_shorten (prompt != NULL ? prompt : "");

  /* Translators: a layer's name; the prompt, and the seed of the picture */
  return g_strdup_printf (_ ("%s (seed %d)"),
                          start[0] != '\0' ? start : NEUTRAL_NAME, (int) seed);
}

/* Control characters and what some file system keeps for itself. */
static void
make_portable (char *name)
{
  for (char *c = name; *c != '\0'; c++)
    if ((guchar) *c < 0x20 || *c == 0x7f || strchr ("/\\:*?\"<>|", *c) != NULL)
      *c = '_';
  if (name[0] == '.')
    name[0] = '_';
}

char *
vqd_names_file (const char *file_template, const char *prompt, gint64 seed,
                int number)
{
  g_autoptr (GString) name = g_string_new (file_template);
  g_autofree char *start = vqd_names_shorten (prompt);
  g_autofree char *seed_text = g_strdup_printf ("%d", (int) seed);
  g_autofree char *number_text = g_strdup_printf ("%d", number);

  /* The prompt last: its own braces stay as they are. */
  g_string_replace (name, "{seed}", seed_text, 0);
  g_string_replace (name, "{number}", number_text, 0);
  g_string_replace (name, "{prompt}", start[0] != '\0' ? start : NEUTRAL_NAME,
                    0);

  g_autofree char *cut = g_utf8_substring (
      name->str, 0, MIN (MAX_FILE_CHARS, g_utf8_strlen (name->str, -1)));

  make_portable (cut);
  return cut[0] != '\0' ? g_steal_pointer (&cut) : g_strdup (NEUTRAL_NAME);
}
