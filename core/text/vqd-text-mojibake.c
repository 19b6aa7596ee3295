/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/text/vqd-text-mojibake.h"

#define REPLACEMENT 0xfffd
#define MAX_SEQUENCE 4 /* bytes of a UTF-8 sequence */

/* Windows-1252's 0x80 to 0x9f, WHATWG's index; 0 where it has none. */
static const gunichar c1_characters[32] = {
  0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
  0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
  0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
  0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178
};

/* What a character is to the eye of a reader who wonders whether two of them
 * may stand side by side. */
typedef enum
{
  KIND_OTHER,   /* ASCII, other scripts: says nothing */
  KIND_COMMON,  /* stands anywhere: no-break space, dashes, ellipsis, ' */
  KIND_CONTROL, /* C1 */
  KIND_ODD,     /* free accents, daggers, broken bar: in mojibake only */
  KIND_LAW,
  KIND_MONEY,
  KIND_OPEN,   /* begins a word: « “ ¡ © */
  KIND_CLOSE,  /* ends a word: » ” ™ */
  KIND_FIGURE, /* ² ¼ ± × µ */
  KIND_UPPER,  /* accented capital */
  KIND_LOWER,  /* accented small letter */
  N_KINDS
} Kind;

#define BIT(kind) (1u << KIND_##kind)

/* Bit b of row a: a b is no text that anybody writes. */
static const guint odd_pairs[N_KINDS] = {
  [KIND_OTHER] = BIT (CONTROL),
  [KIND_COMMON] = BIT (CONTROL),
  [KIND_CONTROL] = ~0u,
  [KIND_ODD] = BIT (CONTROL) | BIT (ODD) | BIT (LAW) | BIT (MONEY) |
               BIT (OPEN) | BIT (CLOSE) | BIT (FIGURE) | BIT (UPPER) |
               BIT (LOWER),
  [KIND_LAW] = BIT (CONTROL) | BIT (ODD),
  [KIND_MONEY] =
      BIT (CONTROL) | BIT (ODD) | BIT (OPEN) | BIT (UPPER) | BIT (LOWER),
  [KIND_OPEN] = BIT (CONTROL) | BIT (ODD),
  [KIND_CLOSE] =
      BIT (CONTROL) | BIT (ODD) | BIT (MONEY) | BIT (UPPER) | BIT (LOWER),
  [KIND_FIGURE] =
      BIT (CONTROL) | BIT (ODD) | BIT (OPEN) | BIT (UPPER) | BIT (LOWER),
  [KIND_UPPER] = BIT (CONTROL) | BIT (ODD) | BIT (FIGURE) | BIT (LAW),
  [KIND_LOWER] = BIT (CONTROL) | BIT (ODD) | BIT (MONEY) | BIT (UPPER),
};

/* Kinds of Latin-1's a0 to bf, then those of Windows-1252's 80 to 9f. */
static const guint8 high_kinds[32] = {
  KIND_COMMON, KIND_OPEN,   KIND_MONEY,  KIND_MONEY,  KIND_ODD,    KIND_MONEY,
  KIND_ODD,    KIND_LAW,    KIND_ODD,    KIND_OPEN,   KIND_ODD,    KIND_OPEN,
  KIND_ODD,    KIND_COMMON, KIND_CLOSE,  KIND_ODD,    KIND_OTHER,  KIND_FIGURE,
  KIND_FIGURE, KIND_FIGURE, KIND_COMMON, KIND_FIGURE, KIND_LAW,    KIND_COMMON,
  KIND_ODD,    KIND_FIGURE, KIND_ODD,    KIND_CLOSE,  KIND_FIGURE, KIND_FIGURE,
  KIND_FIGURE, KIND_OPEN,
};
static const guint8 c1_kinds[32] = {
  KIND_MONEY,   KIND_CONTROL, KIND_OPEN,   KIND_ODD,     KIND_OPEN,
  KIND_COMMON,  KIND_ODD,     KIND_ODD,    KIND_ODD,     KIND_ODD,
  KIND_UPPER,   KIND_OPEN,    KIND_UPPER,  KIND_CONTROL, KIND_UPPER,
  KIND_CONTROL, KIND_CONTROL, KIND_OPEN,   KIND_COMMON,  KIND_OPEN,
  KIND_CLOSE,   KIND_OPEN,    KIND_COMMON, KIND_COMMON,  KIND_ODD,
  KIND_CLOSE,   KIND_LOWER,   KIND_CLOSE,  KIND_LOWER,   KIND_CONTROL,
  KIND_LOWER,   KIND_UPPER,
};

int
vqd_windows_1252_from_unichar (gunichar c)
{
  if (c <= 0xff)
    return (int) c;

  for (int i = 0; i < 32; i++)
    if (c1_characters[i] == c)
      return 0x80 + i;

  return -1;
}

gunichar
vqd_windows_1252_from_c1 (gunichar c)
{
  if (c < 0x80 || c > 0x9f || c1_characters[c - 0x80] == 0)
    return c;

  return c1_characters[c - 0x80];
}

static Kind
kind_of (gunichar c)
{
  if (c == REPLACEMENT)
    return KIND_ODD;
  if (c >= 0x80 && c <= 0x9f)
    return KIND_CONTROL;

  const int byte = vqd_windows_1252_from_unichar (c);
  if (byte < 0x80)
    return KIND_OTHER;
  if (byte < 0xa0)
    return c1_kinds[byte - 0x80];
  if (byte < 0xc0)
    return high_kinds[byte - 0xa0];
  if (byte == 0xd7 || byte == 0xf7)
    return KIND_FIGURE;
  /* Ò to Ö, Ù to Ü and their small letters make faces: ヽ(ö)ﾉ */
  if ((byte & 0xdf) >= 0xd2 && (byte & 0xdf) <= 0xdc && byte != 0xd8)
    return KIND_OTHER;
  if (byte == 0xd8 || (byte < 0xde && byte != 0xdf))
    return KIND_UPPER;

  return byte <= 0xf1 && byte != 0xde ? KIND_LOWER : KIND_OTHER;
}

static gboolean
is_in (Kind kind, guint bits)
{
  return (bits & (1u << kind)) != 0;
}

/* What takes three characters to see. a, b, c in reading order; c is 0 at the
 * end. */
static gboolean
is_odd_triple (gunichar a, gunichar b, gunichar c)
{
  const Kind ka = kind_of (a);
  const Kind kb = kind_of (b);
  const Kind kc = kind_of (c);
  const guint letters = BIT (LOWER) | BIT (UPPER);

  if (is_in (ka, letters) && is_in (kb, BIT (OPEN) | BIT (CLOSE)) && c != 0)
    if (g_unichar_isalnum (c) || c == '_')
      return TRUE;

  if (is_in (ka, letters | BIT (MONEY) | BIT (CLOSE)) && kb == KIND_OPEN &&
      kc == KIND_FIGURE)
    return TRUE;

  return is_in (ka, letters | BIT (MONEY) | BIT (FIGURE) | BIT (LAW)) &&
         kb == KIND_CLOSE && kc == KIND_OPEN;
}

static gboolean
is_odd_at (const gunichar *text, glong i, glong end)
{
  const gunichar a = text[i];

  if (a < 0x80)
    return FALSE;

  const Kind kind = kind_of (a);
  if (kind == KIND_CONTROL)
    return TRUE;
  if (i + 1 >= end)
    return FALSE;

  const gunichar b = text[i + 1];
  if (is_in (kind_of (b), odd_pairs[kind]))
    return TRUE;
  /* œ before anything but a plain letter */
  if ((a == 0x153 || a == 0x152) && ! g_ascii_isalpha (b < 0x80 ? (char) b : 0))
    return TRUE;
  /* the letters of South Asia begin with e0, Hebrew's with d7 */
  if (a == 0xe0 && kind_of (b) == KIND_FIGURE && b != 0xb1 && b < 0xc0)
    return TRUE;
  if (a == 0xd7 && (b == 0xb2 || b == 0xb3))
    return TRUE;

  return is_odd_triple (a, b, i + 2 < end ? text[i + 2] : 0);
}

static gboolean
is_odd (const gunichar *text, glong begin, glong end)
{
  for (glong i = begin; i < end; i++)
    if (is_odd_at (text, i, end))
      return TRUE;

  return FALSE;
}

static int
sequence_length (int lead)
{
  if (lead >= 0xc2 && lead <= 0xdf)
    return 2;
  if (lead >= 0xe0 && lead <= 0xef)
    return 3;

  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/* Whether a space may be what became of a no-break space (a0), byte i of a
 * sequence whose bytes are text: where that makes letters that are in use. */
static gboolean
space_stands_for_a0 (const gunichar *text, int i)
{
  const gunichar lead = text[0];

  if (lead == 0xf0)
    return TRUE;
  if (lead < 0xe0 || lead > 0xe3 || (i == 1 && lead < 0xe2))
    return FALSE;

  const int other = vqd_windows_1252_from_unichar (text[3 - i]);

  return other != 0x85 && other != 0xa0;
}

/* The character that the bytes of text[0 .. n) spell, its number of them in
 * *used; 0 when they spell none. lossy: a byte may have become U+FFFD, and the
 * character is U+FFFD then. */
static gunichar
read_sequence (const gunichar *text, glong n, gboolean lossy, int *used)
{
  char bytes[MAX_SEQUENCE];
  gboolean is_lost = FALSE;
  const int length = *text <= 0xff ? sequence_length ((int) *text) : 0;

  if (length == 0 || length > n)
    return 0;

  bytes[0] = (char) *text;
  for (int i = 1; i < length; i++)
    {
      const int byte = vqd_windows_1252_from_unichar (text[i]);

      if (lossy && text[i] == REPLACEMENT)
        is_lost = TRUE;
      else if (text[i] == ' ' && space_stands_for_a0 (text, i))
        bytes[i] = (char) 0xa0;
      else if (byte < 0x80 || byte > 0xbf)
        return 0;
      else
        bytes[i] = (char) byte;
    }

  *used = length;
  if (is_lost)
    return REPLACEMENT;

  const gunichar c = g_utf8_get_char_validated (bytes, length);

  return (gint32) c < 0 ? 0 : c;
}

/* The whole line was misread: every character beyond ASCII belongs to a
 * sequence. NULL when one does not. */
static char *
decode_line (const gunichar *text, glong n)
{
  g_autoptr (GString) out = g_string_sized_new ((gsize) n);

  for (glong i = 0; i < n;)
    {
      int used = 1;
      const gunichar c = text[i] < 0x80
                             ? text[i]
                             : read_sequence (text + i, n - i, TRUE, &used);

      if (c == 0)
        return NULL;

      g_string_append_unichar (out, c);
      i += used;
    }

  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* A character that only a sequence of bytes leaves behind, so that what
 * follows is the rest of something longer. */
static gboolean
is_strict_continuation (gunichar c)
{
  const int byte = vqd_windows_1252_from_unichar (c);

  if (byte < 0x80 || byte > 0xbf)
    return FALSE;
  if (c < 0x100)
    return TRUE;

  return byte != 0x82 && byte != 0x84 && byte != 0x85 &&
         ! (byte >= 0x91 && byte <= 0x97);
}

/* Appends text[i ..) as far as it is one run of sequences, repaired when the
 * run is no text; returns its length, 0 when none starts here. */
static glong
fix_run (GString *out, const gunichar *text, glong i, glong n)
{
  g_autoptr (GString) run = g_string_new (NULL);
  glong end = i;
  int used = 0;

  if (i > 0 && is_strict_continuation (text[i - 1]))
    return 0;

  while (end < n)
    {
      const gunichar c = read_sequence (text + end, n - end, FALSE, &used);

      if (c == 0)
        break;
      g_string_append_unichar (run, c);
      end += used;
    }

  if (end == i)
    return 0;

  if (is_odd (text, i, end))
    g_string_append_len (out, run->str, (gssize) run->len);
  else
    for (glong k = i; k < end; k++)
      g_string_append_unichar (out, text[k]);

  return end - i;
}

char *
vqd_text_fix_mojibake (const char *text)
{
  glong n = 0;
  g_autofree gunichar *chars = g_utf8_to_ucs4_fast (text, -1, &n);

  if (! is_odd (chars, 0, n))
    return g_strdup (text);

  char *line = decode_line (chars, n);
  if (line != NULL)
    return line;

  GString *out = g_string_sized_new (strlen (text));
  for (glong i = 0; i < n;)
    {
      const glong used = fix_run (out, chars, i, n);

      if (used == 0)
        g_string_append_unichar (out, chars[i]);
      i += MAX (used, 1);
    }

  return g_string_free (out, FALSE);
}
