/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/text/vqd-html-entities.h"
#include "core/text/vqd-text-case.h"
#include "core/text/vqd-text-mojibake.h"
#include "core/text/vqd-text-repair.h"

/* A repair that needs more rounds than this is an attack ("&amp;amp;amp;…"
 * loses one level a round), not text. */
#define MAX_ROUNDS 16

/* g_utf8_normalize () takes quadratic time: it is given pieces of about this
 * many characters, and no more marks on one letter than that. (The Stream-Safe
 * Text Format allows 30.) */
#define PIECE_CHARS 64

/* U+0132 to U+FB06: letters that stand for two or three. Digraphs of Dutch,
 * Afrikaans and Croatian, and what typesetting left in the text. */
static const struct
{
  gunichar c;
  const char *text;
} ligatures[] = {
  { 0x0132, "IJ" }, { 0x0133, "ij" }, { 0x0149, "'n" },  { 0x01c4, "DŽ" },
  { 0x01c5, "Dž" }, { 0x01c6, "dž" }, { 0x01c7, "LJ" },  { 0x01c8, "Lj" },
  { 0x01c9, "lj" }, { 0x01ca, "NJ" }, { 0x01cb, "Nj" },  { 0x01cc, "nj" },
  { 0x01f1, "DZ" }, { 0x01f2, "Dz" }, { 0x01f3, "dz" },  { 0xfb00, "ff" },
  { 0xfb01, "fi" }, { 0xfb02, "fl" }, { 0xfb03, "ffi" }, { 0xfb04, "ffl" },
  { 0xfb05, "ſt" }, { 0xfb06, "st" },
};

static gboolean
is_control (gunichar c)
{
  return c < 0x09 || c == 0x0b || (c >= 0x0e && c < 0x20) || c == 0x7f ||
         (c >= 0x206a && c <= 0x206f) || c == 0xfeff ||
         (c >= 0xfff9 && c <= 0xfffc);
}

static const char *
find_ligature (gunichar c)
{
  for (gsize i = 0; i < G_N_ELEMENTS (ligatures); i++)
    if (ligatures[i].c == c)
      return ligatures[i].text;

  return NULL;
}

/* Half-width and full-width forms to the ordinary ones. */
static void
append_ordinary_width (GString *out, const char *at)
{
  g_autofree char *text =
      g_utf8_normalize (at, g_utf8_next_char (at) - at, G_NORMALIZE_NFKC);

  g_string_append (out, text);
}

/* at: an ESC. The bytes of a terminal's colour sequence, "ESC [ 36 ; 44 m". */
static gsize
measure_terminal_escape (const char *at)
{
  const char *p = at + 1;

  if (*p++ != '[')
    return 0;
  while (g_ascii_isdigit (*p) || *p == ';')
    p++;

  return g_ascii_isalpha (*p) ? (gsize) (p + 1 - at) : 0;
}

static void
append_fixed_unichar (GString *out, const char *at)
{
  const gunichar c = vqd_windows_1252_from_c1 (g_utf8_get_char (at));
  const char *ligature = find_ligature (c);

  if (ligature != NULL)
    g_string_append (out, ligature);
  else if (c == 0x3000)
    g_string_append_c (out, ' ');
  else if (c > 0xff00 && c < 0xfff0)
    append_ordinary_width (out, at);
  else if (c == 0x02bc || (c >= 0x2018 && c <= 0x201b))
    g_string_append_c (out, '\'');
  else if (c >= 0x201c && c <= 0x201f)
    g_string_append_c (out, '"');
  else if (c == 0x2028 || c == 0x2029)
    g_string_append_c (out, '\n');
  else if (! is_control (c))
    g_string_append_unichar (out, c);
}

/* The fixes that look at a character or two. */
static char *
fix_characters (const char *text)
{
  GString *out = g_string_sized_new (strlen (text));

  for (const char *p = text; *p != '\0';)
    {
      const gsize escape = *p == '\033' ? measure_terminal_escape (p) : 0;

      if (escape > 0)
        {
          p += escape;
          continue;
        }

      if (*p == '\r')
        {
          g_string_append_c (out, '\n');
          p += p[1] == '\n' ? 2 : 1;
          continue;
        }

      append_fixed_unichar (out, p);
      p = g_utf8_next_char (p);
    }

  return g_string_free (out, FALSE);
}

/* Whether c may become one with what stands before it: marks, and the vowels
 * and finals of Hangul. */
static gboolean
composes_backwards (gunichar c)
{
  return g_unichar_ismark (c) || (c >= 0x1160 && c <= 0x11ff);
}

static char *
compose (const char *text)
{
  GString *out = g_string_sized_new (strlen (text));
  const char *begin = text;
  int n_chars = 0;

  for (const char *p = text; p != NULL && *begin != '\0';)
    {
      const gunichar c = g_utf8_get_char (p);
      const gboolean is_end =
          c == 0 || n_chars >= 2 * PIECE_CHARS ||
          (n_chars >= PIECE_CHARS && ! composes_backwards (c));

      if (is_end)
        {
          g_autofree char *piece =
              g_utf8_normalize (begin, p - begin, G_NORMALIZE_NFC);

          g_string_append (out, piece);
          begin = p;
          n_chars = 0;
        }

      p = c != 0 ? g_utf8_next_char (p) : NULL;
      n_chars++;
    }

  return g_string_free (out, FALSE);
}

static char *
repair_line (const char *line, gboolean unescape)
{
  char *text = g_strdup (line);

  for (int round = 0; round < MAX_ROUNDS; round++)
    {
      g_autofree char *before = text;
      g_autofree char *plain =
          unescape ? vqd_html_unescape_strict (before) : g_strdup (before);
      g_autofree char *decoded = vqd_text_fix_mojibake (plain);
      g_autofree char *fixed = fix_characters (decoded);

      text = compose (fixed);
      if (strcmp (text, before) == 0)
        break;
    }

  return text;
}

char *
vqd_text_repair (const char *text)
{
  GString *out = g_string_sized_new (strlen (text));
  gboolean unescape = TRUE;

  for (const char *p = text; *p != '\0';)
    {
      const char *newline = strchr (p, '\n');
      const gsize n_bytes =
          newline != NULL ? (gsize) (newline + 1 - p) : strlen (p);
      g_autofree char *line = g_strndup (p, n_bytes);

      /* A tag says that this is HTML, whose entities are meant; from there on
       * they are left to vqd_html_unescape (). */
      unescape = unescape && strchr (line, '<') == NULL;

      g_autofree char *repaired = repair_line (line, unescape);
      g_string_append (out, repaired);
      p += n_bytes;
    }

  return g_string_free (out, FALSE);
}

gboolean
vqd_text_is_space (gunichar c)
{
  return (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x20) || c == 0x85 ||
         c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
         c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

static char *
squeeze_space (const char *text)
{
  GString *out = g_string_sized_new (strlen (text));
  gboolean is_pending = FALSE;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      const gunichar c = g_utf8_get_char (p);

      if (vqd_text_is_space (c))
        {
          is_pending = out->len > 0;
          continue;
        }

      if (is_pending)
        g_string_append_c (out, ' ');
      is_pending = FALSE;
      g_string_append_unichar (out, c);
    }

  return g_string_free (out, FALSE);
}

char *
vqd_text_clean (const char *text)
{
  g_autofree char *lower = vqd_text_lower (text);
  g_autofree char *repaired = vqd_text_repair (lower);
  g_autofree char *once = vqd_html_unescape (repaired);
  g_autofree char *twice = vqd_html_unescape (once);
  g_autofree char *squeezed = squeeze_space (twice);

  return vqd_text_lower (squeezed);
}
