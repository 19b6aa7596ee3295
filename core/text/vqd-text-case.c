/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text/vqd-text-case.h"

#define CAPITAL_I_WITH_DOT 0x0130
#define COMBINING_DOT 0x0307
#define CAPITAL_SIGMA 0x03a3
#define SMALL_SIGMA 0x03c3
#define SMALL_FINAL_SIGMA 0x03c2

static gboolean
is_cased (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_LOWERCASE_LETTER:
    case G_UNICODE_UPPERCASE_LETTER:
    case G_UNICODE_TITLECASE_LETTER:
      return TRUE;
    default:
      return g_unichar_tolower (c) != c || g_unichar_toupper (c) != c ||
             (c >= 0x2160 && c <= 0x217f) || (c >= 0x24b6 && c <= 0x24e9);
    }
}

/* Word_Break MidLetter, MidNumLet and Single_Quote: inside a word. */
static gboolean
is_mid_word (gunichar c)
{
  static const gunichar marks[] = { '\'',   '.',    ':',    0x00b7, 0x0387,
                                    0x055f, 0x05f4, 0x2018, 0x2019, 0x2024,
                                    0x2027, 0xfe13, 0xfe52, 0xfe55, 0xff07,
                                    0xff0e, 0xff1a };

  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    if (marks[i] == c)
      return TRUE;

  return FALSE;
}

static gboolean
is_case_ignorable (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_NON_SPACING_MARK:
    case G_UNICODE_ENCLOSING_MARK:
    case G_UNICODE_FORMAT:
    case G_UNICODE_MODIFIER_LETTER:
    case G_UNICODE_MODIFIER_SYMBOL:
      return TRUE;
    default:
      return is_mid_word (c);
    }
}

/* Final_Sigma: a cased letter before it and none after it, whatever
 * case-ignorable characters stand between. at: the sigma, inside text. */
static gboolean
sigma_is_final (const char *text, const char *at)
{
  const char *p = at;
  gunichar c = 0;

  do
    {
      p = g_utf8_find_prev_char (text, p);
      c = p != NULL ? g_utf8_get_char (p) : 0;
    }
  while (p != NULL && is_case_ignorable (c));
  if (p == NULL || ! is_cased (c))
    return FALSE;

  p = at;
  do
    {
      p = g_utf8_next_char (p);
      c = g_utf8_get_char (p);
    }
  while (c != 0 && is_case_ignorable (c));

  return c == 0 || ! is_cased (c);
}

/* g_unichar_tolower () knows letters alone; Roman numerals and letters in
 * circles have case too. */
static gunichar
to_lower (gunichar c)
{
  if (c >= 0x2160 && c <= 0x216f)
    return c + 0x10;
  if (c >= 0x24b6 && c <= 0x24cf)
    return c + 0x1a;

  return g_unichar_tolower (c);
}

char *
vqd_text_lower (const char *text)
{
  GString *lower = g_string_sized_new (strlen (text) + 8);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      const gunichar c = g_utf8_get_char (p);

      if (c < 0x80)
        g_string_append_c (lower, g_ascii_tolower (*p));
      else if (c == CAPITAL_I_WITH_DOT)
        {
          g_string_append_c (lower, 'i');
          g_string_append_unichar (lower, COMBINING_DOT);
        }
      else if (c == CAPITAL_SIGMA)
        g_string_append_unichar (
            lower, sigma_is_final (text, p) ? SMALL_FINAL_SIGMA : SMALL_SIGMA);
      else
        g_string_append_unichar (lower, to_lower (c));
    }

  return g_string_free (lower, FALSE);
}
