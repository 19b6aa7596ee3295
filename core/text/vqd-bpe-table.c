/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <string.h>

#include "core/text/vqd-bpe-private.h"
#include "core/vqd.h"
#include "vqd-tokenizer-resources.h"

#define FIRST_MERGE (2 * VQD_BPE_N_BYTES)
#define N_MERGES (VQD_BPE_N_IDS - FIRST_MERGE - 2)
#define MAX_TABLE_BYTES (8u << 20)
#define NO_PAIR 0u

/* Never NO_PAIR: "! !", ids 0 and 0, is a merge too. */
static guint32
pair_key (int left, int right)
{
  return ((guint32) left << 16 | (guint32) right) + 1;
}

static guint
find_slot (const VqdBpe *bpe, guint32 pair)
{
  guint slot = (pair * 2654435769u) >> 15;

  while (bpe->pairs[slot] != pair && bpe->pairs[slot] != NO_PAIR)
    slot = (slot + 1) % VQD_BPE_N_SLOTS;

  return slot;
}

/* The table spells bytes as characters: those that print as themselves, the
 * others as U+0100 and up, in order. Byte ids follow the printing ones
 * first. names: spelling to id, of bytes alone and at the end of a piece. */
static void
add_bytes (VqdBpe *bpe, GHashTable *names, GStringChunk *chunk)
{
  int n = 0;

  for (int pass = 0; pass < 2; pass++)
    for (int byte = 0, n_hidden = 0; byte < VQD_BPE_N_BYTES; byte++)
      {
        const gboolean prints = (byte >= 0x21 && byte <= 0x7e) ||
                                (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
        const gunichar c = (gunichar) (prints ? byte : 0x100 + n_hidden++);
        char name[16] = "";

        if (prints != (pass == 0))
          continue;

        g_unichar_to_utf8 (c, name);
        g_hash_table_insert (names, g_string_chunk_insert (chunk, name),
                             GINT_TO_POINTER (n));
        strcat (name, "</w>");
        g_hash_table_insert (names, g_string_chunk_insert (chunk, name),
                             GINT_TO_POINTER (VQD_BPE_N_BYTES + n));
        bpe->byte_ids[byte] = (guint16) n++;
      }
}

/* The merge of rank k, a line "LEFT RIGHT" that is changed here. */
static gboolean
add_merge (VqdBpe *bpe, GHashTable *names, GStringChunk *chunk, char *line,
           int k)
{
  char *space = strchr (line, ' ');
  gpointer left = NULL;
  gpointer right = NULL;

  if (space == NULL)
    return FALSE;

  *space = '\0';
  if (! g_hash_table_lookup_extended (names, line, NULL, &left) ||
      ! g_hash_table_lookup_extended (names, space + 1, NULL, &right))
    return FALSE;

  const guint32 pair =
      pair_key (GPOINTER_TO_INT (left), GPOINTER_TO_INT (right));
  const guint slot = find_slot (bpe, pair);
  if (bpe->pairs[slot] == pair)
    return FALSE;

  memmove (space, space + 1, strlen (space + 1) + 1);
  bpe->pairs[slot] = pair;
  bpe->merged[slot] = (guint16) (FIRST_MERGE + k);

  return g_hash_table_insert (names, g_string_chunk_insert (chunk, line),
                              GINT_TO_POINTER (FIRST_MERGE + k));
}

/* table: text, changed here. */
static gboolean
read_merges (VqdBpe *bpe, char *table, GError **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  GStringChunk *chunk = g_string_chunk_new (1 << 16);
  char *line = strchr (table, '\n');
  int k = 0;

  add_bytes (bpe, names, chunk);
  for (; k < N_MERGES && line != NULL; k++)
    {
      char *end = strchr (line + 1, '\n');

      if (end != NULL)
        *end = '\0';
      if (! add_merge (bpe, names, chunk, line + 1, k))
        break;
      line = end;
    }

  g_string_chunk_free (chunk);
  if (k == N_MERGES)
    return TRUE;

  g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL,
               "The tokenizer's table is broken at line %d: expected %d lines "
               "of two known symbols that make a new one",
               k + 2, N_MERGES);

  return FALSE;
}

static int
count_lines (const char *text, gsize n_bytes)
{
  int n_lines = 0;

  for (gsize i = 0; i < n_bytes; i++)
    n_lines += text[i] == '\n';

  return n_lines;
}

/* The lines of the table that are used, and some more: a fifth of CLIP's file.
 * (transfer full): NUL-terminated. */
static char *
gunzip (GBytes *bytes, GError **error)
{
  g_autoptr (GZlibDecompressor) zlib =
      g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  g_autoptr (GInputStream) packed =
      g_memory_input_stream_new_from_bytes (bytes);
  g_autoptr (GInputStream) plain =
      g_converter_input_stream_new (packed, G_CONVERTER (zlib));
  g_autoptr (GByteArray) text = g_byte_array_new ();
  char buffer[1 << 15];
  gssize n_read = 1;

  for (int n_lines = 0; n_read > 0 && n_lines < N_MERGES + 1;
       n_lines += count_lines (buffer, (gsize) n_read))
    {
      n_read = g_input_stream_read (plain, buffer, sizeof buffer, NULL, error);
      if (n_read < 0)
        {
          g_prefix_error (error, "The tokenizer's table is no gzip file: ");
          return NULL;
        }

      g_byte_array_append (text, (guint8 *) buffer, (guint) n_read);
      if (text->len > MAX_TABLE_BYTES)
        {
          g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL,
                       "The tokenizer's table is longer than %u bytes and has "
                       "less than %d lines",
                       MAX_TABLE_BYTES, N_MERGES + 1);
          return NULL;
        }
    }

  g_byte_array_append (text, (const guint8 *) "", 1);

  return (char *) g_byte_array_free (g_steal_pointer (&text), FALSE);
}

int
vqd_bpe_find_merge (const VqdBpe *bpe, int left, int right)
{
  const guint32 pair = pair_key (left, right);
  const guint slot = find_slot (bpe, pair);

  return bpe->pairs[slot] == pair ? bpe->merged[slot] : -1;
}

VqdBpe *
vqd_bpe_new (GBytes *table, GError **error)
{
  g_autofree char *text = gunzip (table, error);

  if (text == NULL)
    return NULL;

  g_autoptr (VqdBpe) self = g_new0 (VqdBpe, 1);
  if (! read_merges (self, text, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
vqd_bpe_free (VqdBpe *bpe)
{
  g_free (bpe);
}

const VqdBpe *
vqd_bpe_get_default (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) table = g_resource_lookup_data (
          vqd_tokenizer_get_resource (),
          "/vqdiffusion/tokenizer/bpe_simple_vocab_16e6.txt.gz",
          G_RESOURCE_LOOKUP_FLAGS_NONE, &error);
      VqdBpe *bpe = table != NULL ? vqd_bpe_new (table, &error) : NULL;

      /* The table is part of the program: only a broken build comes here. It
       * goes on with bytes for tokens. */
      if (bpe == NULL)
        {
          g_critical ("%s", error->message);
          bpe = g_new0 (VqdBpe, 1);
        }

      g_once_init_leave (&once, (gsize) bpe);
    }

  return (const VqdBpe *) once;
}
