/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much of a prompt a model reads: for whoever writes one. */
#include <string.h>

#include "core/text/vqd-bpe.h"
#include "core/text/vqd-wildcards.h"
#include "core/vqd.h"

#define N_END_MARKS 2
#define REPLACEMENT_BYTES 3 /* of U+FFFD */

static int
measure_part (const char *text, gpointer user_data)
{
  return vqd_bpe_count (user_data, text, VQD_BPE_CONTEXT, NULL) - N_END_MARKS;
}

/* The byte of text that byte i of what g_utf8_make_valid () makes of it comes
 * from: each byte that is no UTF-8 has become one character. */
static gsize
byte_before_repair (const char *text, gsize i)
{
  gsize n_left = strlen (text);
  const char *p = text;

  while (i > 0)
    {
      const char *end = NULL;

      g_utf8_validate (p, (gssize) n_left, &end);
      const gsize n_valid = MIN ((gsize) (end - p), i);
      p += n_valid;
      i -= n_valid;
      n_left -= n_valid;
      if (i == 0 || n_left == 0)
        break;
      p++;
      n_left--;
      i -= MIN (i, REPLACEMENT_BYTES);
    }

  return (gsize) (p - text);
}

int
vqd_prompt_count (const char *prompt, int context, gsize *cut_bytes)
{
  g_return_val_if_fail (prompt != NULL, 0);
  g_return_val_if_fail (context >= 2, 0);

  const VqdBpe *bpe = vqd_bpe_get_default ();
  g_autofree char *valid = g_utf8_make_valid (prompt, -1);
  g_autoptr (GArray) origin = NULL;
  gsize cut = 0;
  g_autofree char *text = vqd_wildcards_expand_longest (
      valid, measure_part, (gpointer) bpe, &origin);
  const int n_tokens = vqd_bpe_count (bpe, text, context, &cut);

  /* The text's end is the prompt's, though the last group may be shorter. */
  if (cut_bytes != NULL)
    *cut_bytes =
        byte_before_repair (prompt, g_array_index (origin, gsize, cut));

  return n_tokens;
}
