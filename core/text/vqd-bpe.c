/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/text/vqd-bpe-private.h"
#include "core/text/vqd-text-repair.h"

/* A word longer than this is no word (Chinese has no spaces): what is cut may
 * begin inside it. */
#define MAX_WORD_BYTES 48

/* A prompt's beginning that is tried first when looking for the place of the
 * cut. */
#define FIRST_TRY_BYTES 512

/* A piece while it is merged. symbols are linked by next and previous, -1 at
 * the ends; a symbol swallowed by its left neighbour has id -1. */
typedef struct
{
  int id;
  int next;
  int previous;
} Symbol;

/* ---- merging ---- */

/* A binary heap of (merged id, position): least id first, leftmost first. A
 * merge's id grows with its rank. */
static void
heap_push (GArray *heap, int id, int position)
{
  const guint64 key = (guint64) id << 32 | (guint32) position;
  guint i = heap->len;

  g_array_append_val (heap, key);
  guint64 *keys = (guint64 *) (gpointer) heap->data;
  while (i > 0 && keys[(i - 1) / 2] > key)
    {
      keys[i] = keys[(i - 1) / 2];
      i = (i - 1) / 2;
    }
  keys[i] = key;
}

static guint64
heap_pop (GArray *heap)
{
  guint64 *keys = (guint64 *) (gpointer) heap->data;
  const guint64 top = keys[0];
  const guint64 key = keys[heap->len - 1];
  const guint n = heap->len - 1;
  guint i = 0;

  for (guint child = 1; child < n; child = 2 * i + 1)
    {
      if (child + 1 < n && keys[child + 1] < keys[child])
        child++;
      if (keys[child] >= key)
        break;
      keys[i] = keys[child];
      i = child;
    }
  keys[i] = key;
  g_array_set_size (heap, n);

  return top;
}

static void
push_pair (const VqdBpe *bpe, GArray *heap, const Symbol *symbols, int at)
{
  if (at < 0 || symbols[at].next < 0)
    return;

  const int id =
      vqd_bpe_find_merge (bpe, symbols[at].id, symbols[symbols[at].next].id);
  if (id >= 0)
    heap_push (heap, id, at);
}

/* Joins the symbol at with its right neighbour, unless that pair has meanwhile
 * become another one. */
static void
merge_pair (const VqdBpe *bpe, GArray *heap, Symbol *symbols, int at, int id)
{
  Symbol *left = &symbols[at];

  if (left->id < 0 || left->next < 0 ||
      vqd_bpe_find_merge (bpe, left->id, symbols[left->next].id) != id)
    return;

  Symbol *right = &symbols[left->next];
  left->id = id;
  left->next = right->next;
  right->id = -1;
  if (left->next >= 0)
    symbols[left->next].previous = at;

  push_pair (bpe, heap, symbols, left->previous);
  push_pair (bpe, heap, symbols, at);
}

/* Appends the ids of one piece, n > 0 bytes, to ids (int). n log n: a piece may
 * be a megabyte long. Pairs are merged in order of rank from left to right;
 * taking a whole rank at once, as CLIP does, comes to the same, because a pair
 * with a new symbol in it has a higher rank than the symbol. */
static void
append_piece (const VqdBpe *bpe, const char *bytes, int n, GArray *ids)
{
  g_autofree Symbol *symbols = g_new (Symbol, n);
  g_autoptr (GArray) heap = g_array_new (FALSE, FALSE, sizeof (guint64));

  for (int i = 0; i < n; i++)
    {
      symbols[i].id = bpe->byte_ids[(guint8) bytes[i]];
      symbols[i].next = i + 1 < n ? i + 1 : -1;
      symbols[i].previous = i - 1;
    }
  symbols[n - 1].id += VQD_BPE_N_BYTES;

  for (int i = 0; i < n; i++)
    push_pair (bpe, heap, symbols, i);
  while (heap->len > 0)
    {
      const guint64 top = heap_pop (heap);

      merge_pair (bpe, heap, symbols, (int) (guint32) top, (int) (top >> 32));
    }

  for (int i = 0; i >= 0; i = symbols[i].next)
    g_array_append_val (ids, symbols[i].id);
}

/* ---- splitting ---- */

static gboolean
is_letter (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_LOWERCASE_LETTER:
    case G_UNICODE_MODIFIER_LETTER:
    case G_UNICODE_OTHER_LETTER:
    case G_UNICODE_TITLECASE_LETTER:
    case G_UNICODE_UPPERCASE_LETTER:
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
is_figure (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_DECIMAL_NUMBER:
    case G_UNICODE_LETTER_NUMBER:
    case G_UNICODE_OTHER_NUMBER:
      return TRUE;
    default:
      return FALSE;
    }
}

/* Between the pieces. The iota below (U+0345) is neither letter nor mark to the
 * pattern, which ignores case: its capital is a letter. */
static gboolean
is_gap (gunichar c)
{
  return vqd_text_is_space (c) || c == 0x0345;
}

static gboolean
is_mark (gunichar c)
{
  return c != 0 && ! is_gap (c) && ! is_letter (c) && ! is_figure (c);
}

static int
measure_run (const char *text, gboolean (*belongs) (gunichar c))
{
  const char *p = text;

  while (*p != '\0' && belongs (g_utf8_get_char (p)))
    p = g_utf8_next_char (p);

  return (int) (p - text);
}

/* 's 't 're 've 'm 'll 'd: the bytes of one at text, or 0. The long s is an s
 * to a pattern that ignores case. */
static int
measure_contraction (const char *text)
{
  static const char *const endings[] = { "'s",  "'ſ", "'t",  "'re",
                                         "'ve", "'m", "'ll", "'d" };

  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_prefix (text, endings[i]))
      return (int) strlen (endings[i]);

  return 0;
}

/* The bytes of the piece that starts at text, which is no space. */
static int
measure_piece (const char *text)
{
  const gunichar c = g_utf8_get_char (text);
  const int contraction = measure_contraction (text);

  if (contraction > 0)
    return contraction;
  if (is_figure (c))
    return (int) (g_utf8_next_char (text) - text);

  return measure_run (text, is_letter (c) ? is_letter : is_mark);
}

/* The end marks may be written out in a prompt. */
static int
measure_special (const char *text, int *id)
{
  static const char start[] = "<|startoftext|>";
  static const char end[] = "<|endoftext|>";

  *id = VQD_BPE_START;
  if (g_str_has_prefix (text, start))
    return (int) strlen (start);

  *id = VQD_BPE_END;

  return g_str_has_prefix (text, end) ? (int) strlen (end) : 0;
}

/* Ids of text with both end marks, at least the first limit of them when there
 * are more. (transfer full), of int. */
static GArray *
encode (const VqdBpe *bpe, const char *text, guint limit)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (int));
  g_autofree char *clean = vqd_text_clean (text);
  const int start = VQD_BPE_START;
  const int end = VQD_BPE_END;

  g_array_append_val (ids, start);
  for (const char *p = clean; *p != '\0' && ids->len < limit;)
    {
      int special = 0;
      int n_bytes = measure_special (p, &special);

      if (n_bytes > 0)
        g_array_append_val (ids, special);
      else if (is_gap (g_utf8_get_char (p)))
        n_bytes = (int) (g_utf8_next_char (p) - p);
      else
        {
          n_bytes = measure_piece (p);
          append_piece (bpe, p, n_bytes, ids);
        }
      p += n_bytes;
    }
  g_array_append_val (ids, end);

  return ids;
}

/* ---- what was cut ---- */

/* The largest n_bytes' or less that ends a character. */
static gsize
floor_to_char (const char *text, gsize n_bytes)
{
  while (n_bytes > 0 && ((guint8) text[n_bytes] & 0xc0) == 0x80)
    n_bytes--;

  return n_bytes;
}

/* Back to where the word begins that an end at n_bytes would tear apart. */
static gsize
floor_to_word (const char *text, gsize n_bytes)
{
  const char *p = text + n_bytes;

  if (*p == '\0' || vqd_text_is_space (g_utf8_get_char (p)))
    return n_bytes;

  while (p > text)
    {
      const char *previous = g_utf8_prev_char (p);

      if (vqd_text_is_space (g_utf8_get_char (previous)))
        return (gsize) (p - text);
      p = previous;
      if (text + n_bytes - p > MAX_WORD_BYTES)
        return n_bytes;
    }

  return p == text ? 0 : n_bytes;
}

/* Whether the beginning of about n_bytes fits, in whole words: a torn word may
 * have more tokens than the whole one. */
static gboolean
beginning_fits (const VqdBpe *bpe, const char *text, gsize n_bytes, int context)
{
  const gsize end = floor_to_word (text, floor_to_char (text, n_bytes));
  g_autofree char *beginning = g_strndup (text, end);
  g_autoptr (GArray) ids = encode (bpe, beginning, (guint) context + 1);

  return ids->len <= (guint) context;
}

/* Where the end of a text begins that does not fit. Cleaning moves, drops and
 * adds characters, so the place is found by trying beginnings of the text:
 * first longer and longer ones, so that the cost is that of the part that
 * fits. */
static gsize
find_cut (const VqdBpe *bpe, const char *text, int context)
{
  const gsize n_bytes = strlen (text);
  gsize fits = 0;
  gsize too_long = MIN (FIRST_TRY_BYTES, n_bytes);

  while (too_long < n_bytes && beginning_fits (bpe, text, too_long, context))
    {
      fits = too_long;
      too_long = MIN (2 * too_long, n_bytes);
    }

  while (too_long - fits > 1)
    {
      const gsize middle = fits + (too_long - fits) / 2;

      if (beginning_fits (bpe, text, middle, context))
        fits = middle;
      else
        too_long = middle;
    }

  return floor_to_word (text, floor_to_char (text, fits));
}

int
vqd_bpe_count (const VqdBpe *bpe, const char *text, int context,
               gsize *cut_bytes)
{
  g_return_val_if_fail (context >= 2, 0);

  g_autoptr (GArray) all = encode (bpe, text, G_MAXUINT);
  const int n_ids = (int) all->len;

  if (cut_bytes != NULL)
    *cut_bytes =
        n_ids > context ? find_cut (bpe, text, context) : strlen (text);

  return n_ids;
}

int
vqd_bpe_encode (const VqdBpe *bpe, const char *text, int context, int *ids,
                char **cut_text)
{
  g_return_val_if_fail (context >= 2, 0);

  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autoptr (GArray) all = encode (bpe, valid, G_MAXUINT);
  const int n_ids = (int) all->len;

  for (int i = 0; ids != NULL && i < context; i++)
    ids[i] = i < n_ids ? g_array_index (all, int, i) : VQD_BPE_PAD;
  if (ids != NULL && n_ids > context)
    ids[context - 1] = VQD_BPE_END;

  if (cut_text != NULL)
    *cut_text =
        n_ids > context
            ? g_strstrip (g_strdup (valid + find_cut (bpe, valid, context)))
            : g_strdup ("");

  return n_ids;
}
