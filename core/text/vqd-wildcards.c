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

typedef struct
{
  Expansion expansion; /* no seed is used */
  VqdWildcardsMeasure measure;
  gpointer user_data;
  GString *text;
  GArray *origin; /* [text] gsize */
} Longest;

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

static void
forget (Longest *self, gsize start, gsize end)
{
  g_string_erase (self->text, (gssize) start, (gssize) (end - start));
  g_array_remove_range (self->origin, (guint) start, (guint) (end - start));
}

/* The text from start on, which has no group in it; what is in no group need
 * not be measured. */
static int
measure_plain (const Longest *self, gsize start, int depth)
{
  return depth == 0 || start == self->text->len
             ? 0
             : self->measure (self->text->str + start, self->user_data);
}

/* Appends the longest that prompt[start ... end - 1] can become; returns its
 * length, the sum of its pieces': each byte is measured once, however deep. */
static int
append_longest (Longest *self, gsize start, gsize end, int depth)
{
  const Expansion *expansion = &self->expansion;
  gsize plain = self->text->len;
  int length = 0;

  for (gsize i = start; i < end; i++)
    {
      g_autoptr (GArray) bars = expansion->close[i] > 0 && depth < MAX_DEPTH
                                    ? find_bars (expansion, i)
                                    : NULL;

      if (bars == NULL || bars->len == 1)
        {
          g_string_append_c (self->text, expansion->prompt[i]);
          g_array_append_val (self->origin, i);
          continue;
        }

      length += measure_plain (self, plain, depth);
      /* The longest so far lies at begin ... kept - 1, the next part behind
       * it. */
      const gsize begin = self->text->len;
      gsize kept = begin;
      int longest = -1;

      for (guint part = 0; part < bars->len; part++)
        {
          const gsize bar = g_array_index (bars, gsize, part);
          const int n = append_longest (self, i + 1, bar, depth + 1);

          if (n > longest)
            {
              forget (self, begin, kept);
              longest = n;
              kept = self->text->len;
            }
          else
            forget (self, kept, self->text->len);
          i = bar;
        }

      length += longest;
      plain = self->text->len;
    }

  return length + measure_plain (self, plain, depth);
}

char *
vqd_wildcards_expand_longest (const char *prompt, VqdWildcardsMeasure measure,
                              gpointer user_data, GArray **origin)
{
  const gsize length = strlen (prompt);
  g_autofree gsize *close = match_braces (prompt, length);
  Longest self = { .expansion = { .prompt = prompt, .close = close },
                   .measure = measure,
                   .user_data = user_data,
                   .text = g_string_new (NULL),
                   .origin = g_array_new (FALSE, FALSE, sizeof (gsize)) };

  append_longest (&self, 0, length, 0);
  g_array_append_val (self.origin, length);
  *origin = self.origin;
  return g_string_free (self.text, FALSE);
}
