/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text/vqd-wildcards.h"

#include <string.h>

#include "kernels/vqd-philox.h"

/* Deeper groups are text: nobody types them, and the stack has an end. */
#define MAX_DEPTH 32

typedef struct
{
  const char *prompt;
  gsize *close; /* of the brace that opens there; 0: it does not close */
  guint64 seed;
  guint32 n_groups; /* decided so far: the element of the random stream */
} Expansion;

/* Where braces close. (transfer full) */
static gsize *
match_braces (const char *prompt, gsize length)
{
  gsize *close = g_new0 (gsize, length + 1);
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (gsize));

  for (gsize i = 0; i < length; i++)
    if (prompt[i] == '{')
      g_array_append_val (open, i);
    else if (prompt[i] == '}' && open->len > 0)
      {
        close[g_array_index (open, gsize, open->len - 1)] = i;
        g_array_set_size (open, open->len - 1);
      }
  return close;
}

/* The bars of the group that opens at open, then the closing brace. */
static GArray *
find_bars (const Expansion *self, gsize open)
{
  GArray *bars = g_array_new (FALSE, FALSE, sizeof (gsize));
  gsize i = open + 1;

  for (; i < self->close[open]; i++)
    if (self->prompt[i] == '{')
      i = self->close[i];
    else if (self->prompt[i] == '|')
      g_array_append_val (bars, i);
  g_array_append_val (bars, i);
  return bars;
}

/* Appends what prompt[start ... end - 1] becomes. */
static void
expand (Expansion *self, gsize start, gsize end, int depth, GString *text)
{
  for (gsize i = start; i < end; i++)
    {
      g_autoptr (GArray) bars =
          self->close[i] > 0 && depth < MAX_DEPTH ? find_bars (self, i) : NULL;

      if (bars == NULL || bars->len == 1)
        {
          g_string_append_c (text, self->prompt[i]);
          continue;
        }

      const float u = vqd_philox_uniform (self->seed, VQD_STREAM_WILDCARD, 0, 0,
                                          self->n_groups++);
      const guint part = MIN ((guint) (u * (float) bars->len), bars->len - 1);
      const gsize before =
          part == 0 ? i : g_array_index (bars, gsize, part - 1);

      expand (self, before + 1, g_array_index (bars, gsize, part), depth + 1,
              text);
      i = self->close[i];
    }
}

char *
vqd_wildcards_expand (const char *prompt, guint64 seed)
{
  const gsize length = strlen (prompt);
  g_autofree gsize *close = match_braces (prompt, length);
  GString *text = g_string_new (NULL);
  Expansion self = { .prompt = prompt, .close = close, .seed = seed };

  expand (&self, 0, length, 0, text);
  return g_string_free (text, FALSE);
}
