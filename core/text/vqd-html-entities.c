/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <string.h>

#include "core/text/vqd-html-entities.h"
#include "core/text/vqd-text-mojibake.h"
#include "vqd-tokenizer-resources.h"

#define MAX_NAME_BYTES 32        /* "CounterClockwiseContourIntegral;" */
#define MAX_STRICT_NAME_CHARS 24 /* what ftfy takes for an entity's name */
#define REPLACEMENT 0xfffd

/* One line of the table: "NAME HEX" or "NAME HEX HEX". */
static void
add_line (GHashTable *names, const char *line)
{
  g_auto (GStrv) fields = g_strsplit (line, " ", 3);
  GString *text = g_string_new (NULL);

  for (int i = 1; fields[0] != NULL && fields[i] != NULL; i++)
    g_string_append_unichar (text,
                             (gunichar) g_ascii_strtoull (fields[i], NULL, 16));

  if (text->len > 0)
    g_hash_table_insert (names, g_strdup (fields[0]),
                         g_string_free (text, FALSE));
  else
    g_string_free (text, TRUE);
}

static GHashTable *
load_names (void)
{
  GHashTable *names =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GBytes) bytes = g_resource_lookup_data (
      vqd_tokenizer_get_resource (), "/vqdiffusion/tokenizer/html-entities.txt",
      G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  if (bytes == NULL)
    return names;

  gsize n_bytes = 0;
  const char *data = g_bytes_get_data (bytes, &n_bytes);
  g_autofree char *table = g_strndup (data, n_bytes);
  g_auto (GStrv) lines = g_strsplit (table, "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    add_line (names, *line);

  return names;
}

/* name to text, kept for the life of the process. */
static GHashTable *
get_names (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    g_once_init_leave (&once, (gsize) load_names ());

  return (GHashTable *) once;
}

static const char *
find_name (const char *name, gsize n_bytes)
{
  char key[MAX_NAME_BYTES + 1];

  if (n_bytes > MAX_NAME_BYTES)
    return NULL;

  memcpy (key, name, n_bytes);
  key[n_bytes] = '\0';

  return g_hash_table_lookup (get_names (), key);
}

/* Code points that a reference may name and that mean nothing. */
static gboolean
is_dropped (guint32 code)
{
  return (code >= 0x1 && code <= 0x8) || code == 0xb ||
         (code >= 0xe && code <= 0x1f) || (code >= 0x7f && code <= 0x9f) ||
         (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) == 0xfffe;
}

static void
append_code (GString *out, guint32 code)
{
  if (code >= 0x80 && code <= 0x9f)
    g_string_append_unichar (out, vqd_windows_1252_from_c1 (code));
  else if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
    g_string_append_unichar (out, REPLACEMENT);
  else if (! is_dropped (code))
    g_string_append_unichar (out, code);
}

/* at: after "&#". Sets *code, clamped above 0x10ffff; returns the bytes read
 * up to and without a semicolon, 0 when this is no number. */
static gsize
parse_number (const char *at, guint32 *code)
{
  const guint32 base = *at == 'x' || *at == 'X' ? 16 : 10;
  const char *digits = base == 16 ? at + 1 : at;
  const char *p = digits;

  *code = 0;
  for (; base == 16 ? g_ascii_isxdigit (*p) : g_ascii_isdigit (*p); p++)
    if (*code <= 0x10ffff)
      *code = *code * base + (guint32) g_ascii_xdigit_value (*p);

  return p > digits ? (gsize) (p - at) : 0;
}

/* at: after "&". Up to 32 characters that may belong to a name, and one
 * semicolon. */
static gsize
measure_name (const char *at)
{
  const char *p = at;

  for (int i = 0; i < MAX_NAME_BYTES && *p != '\0'; i++)
    {
      if (strchr ("\t\n\f <&#;", *p) != NULL)
        break;
      p = g_utf8_next_char (p);
    }

  if (p > at && *p == ';')
    p++;

  return (gsize) (p - at);
}

/* at: the "&". Appends what it stands for; returns the bytes used, 0 when it
 * is no reference. */
static gsize
unescape_one (GString *out, const char *at)
{
  if (at[1] == '#')
    {
      guint32 code = 0;
      const gsize n_bytes = parse_number (at + 2, &code);

      if (n_bytes == 0)
        return 0;

      append_code (out, code);

      return 2 + n_bytes + (at[2 + n_bytes] == ';');
    }

  for (gsize n_bytes = MIN (measure_name (at + 1), MAX_NAME_BYTES); n_bytes > 1;
       n_bytes--)
    {
      const char *text = find_name (at + 1, n_bytes);

      if (text != NULL)
        {
          g_string_append (out, text);

          return 1 + n_bytes;
        }
    }

  return 0;
}

static gsize
unescape_one_strict (GString *out, const char *at)
{
  const gboolean is_number = at[1] == '#';
  const char *name = at + (is_number ? 2 : 1);
  gsize n_bytes = 0;

  while (n_bytes <= MAX_STRICT_NAME_CHARS && g_ascii_isalnum (name[n_bytes]))
    n_bytes++;
  if (n_bytes == 0 || n_bytes > MAX_STRICT_NAME_CHARS || name[n_bytes] != ';')
    return 0;

  if (is_number)
    {
      guint32 code = 0;

      if (parse_number (name, &code) != n_bytes)
        return 0;

      append_code (out, code);

      return 2 + n_bytes + 1;
    }

  const char *text = find_name (name, n_bytes + 1);
  if (text == NULL)
    return 0;

  g_string_append (out, text);

  return 1 + n_bytes + 1;
}

static char *
unescape (const char *text, gsize (*one) (GString *out, const char *at))
{
  GString *out = g_string_sized_new (strlen (text));

  for (const char *p = text; *p != '\0';)
    {
      const char *ampersand = strchr (p, '&');

      if (ampersand == NULL)
        {
          g_string_append (out, p);
          break;
        }

      g_string_append_len (out, p, ampersand - p);
      const gsize n_bytes = one (out, ampersand);
      if (n_bytes == 0)
        g_string_append_c (out, '&');
      p = ampersand + MAX (n_bytes, 1);
    }

  return g_string_free (out, FALSE);
}

char *
vqd_html_unescape (const char *text)
{
  return unescape (text, unescape_one);
}

char *
vqd_html_unescape_strict (const char *text)
{
  return unescape (text, unescape_one_strict);
}
