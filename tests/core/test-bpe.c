/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tokenizer against ids made with the authors' code (tokenizer.json) and
 * with a second implementation over Python's ftfy (tokenizer-more.json). */
#include <json-glib/json-glib.h>
#include <string.h>

#include "core/text/vqd-bpe.h"
#include "core/text/vqd-html-entities.h"
#include "core/text/vqd-text-case.h"
#include "core/text/vqd-text-repair.h"
#include "core/vqd.h"

static void
check_row (JsonObject *row)
{
  const char *text = json_object_get_string_member (row, "text");
  JsonArray *expected = json_object_get_array_member (row, "ids");
  const int n_expected = (int) json_array_get_length (expected);
  const gint64 n_all = json_object_get_int_member (row, "untruncated_length");
  int ids[VQD_BPE_CONTEXT];

  g_test_message ("%s", text);
  g_assert_cmpint (
      vqd_bpe_encode (vqd_bpe_get_default (), text, VQD_BPE_CONTEXT, ids, NULL),
      ==, n_all);
  g_assert_cmpint (n_expected, >=, 2);
  g_assert_cmpint (n_expected, <=, VQD_BPE_CONTEXT);
  for (int i = 0; i < VQD_BPE_CONTEXT; i++)
    g_assert_cmpint (ids[i], ==,
                     i < n_expected
                         ? json_array_get_int_element (expected, (guint) i)
                         : VQD_BPE_PAD);
}

/* data: the file's name in tests/golden. */
static void
test_golden (gconstpointer data)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "golden", data, NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);

  JsonArray *rows = json_node_get_array (json_parser_get_root (parser));
  const guint n_rows = json_array_get_length (rows);
  g_assert_cmpuint (n_rows, >=, 30);
  for (guint i = 0; i < n_rows; i++)
    check_row (json_array_get_object_element (rows, i));
}

/* What is cut and what is kept of text at 77 ids. */
static void
check_cut (const char *text, const char *expected)
{
  g_autofree char *cut = NULL;
  int ids[VQD_BPE_CONTEXT];
  const int n_ids =
      vqd_bpe_encode (vqd_bpe_get_default (), text, VQD_BPE_CONTEXT, ids, &cut);

  g_assert_cmpstr (cut, ==, expected);
  g_assert_cmpint (n_ids > VQD_BPE_CONTEXT, ==, *expected != '\0');
  g_assert_cmpint (ids[0], ==, VQD_BPE_START);
  g_assert_cmpint (ids[MIN (n_ids, VQD_BPE_CONTEXT) - 1], ==, VQD_BPE_END);
}

/* n times word, a space between, then end. */
static char *
repeat (const char *word, int n, const char *end)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < n; i++)
    g_string_append_printf (text, "%s ", word);
  g_string_append (text, end);

  return g_string_free (text, FALSE);
}

static void
test_cut_is_whole_words (void)
{
  g_autofree char *fits = repeat ("autumn", 75, "");
  g_autofree char *one_over = repeat ("autumn", 75, " Leaves\n");
  /* two tokens, of which one has room */
  g_autofree char *torn = repeat ("autumn", 74, "Camelcase in the   desert");
  g_autofree char *escaped = repeat ("R&amp;amp;D", 25, "ﬁre &amp; İce");

  check_cut ("", "");
  check_cut ("a red house", "");
  check_cut (fits, "");
  check_cut (one_over, "Leaves");
  check_cut (torn, "Camelcase in the   desert");
  check_cut (escaped, "ﬁre &amp; İce");
}

/* The kept beginning alone has the same tokens, cut or not. */
static void
test_cut_rest_makes_same_ids (void)
{
  g_autofree char *text = repeat ("Crème brûlée, 2 cups “of” tea;", 20, "");
  g_autofree char *cut = NULL;
  int ids[VQD_BPE_CONTEXT];
  int kept_ids[VQD_BPE_CONTEXT];

  vqd_bpe_encode (vqd_bpe_get_default (), text, VQD_BPE_CONTEXT, ids, &cut);
  g_strchomp (text);
  g_assert_true (g_str_has_suffix (text, cut));
  g_assert_cmpuint (strlen (cut), >, 0);

  text[strlen (text) - strlen (cut)] = '\0';
  const int n_kept = vqd_bpe_encode (vqd_bpe_get_default (), text,
                                     VQD_BPE_CONTEXT, kept_ids, NULL);
  g_assert_cmpint (n_kept, <=, VQD_BPE_CONTEXT);
  g_assert_cmpint (n_kept, >, VQD_BPE_CONTEXT - 12);
  g_assert_cmpmem (ids, (gsize) (n_kept - 1) * sizeof (int), kept_ids,
                   (gsize) (n_kept - 1) * sizeof (int));
}

static void
test_cut_without_spaces (void)
{
  g_autofree char *text = g_strnfill (300, ' ');
  g_autofree char *cut = NULL;

  for (int i = 0; i < 100; i++)
    memcpy (text + 3 * i, "京", 3);
  vqd_bpe_encode (vqd_bpe_get_default (), text, VQD_BPE_CONTEXT, NULL, &cut);

  g_assert_true (g_utf8_validate (cut, -1, NULL));
  g_assert_true (g_str_has_suffix (text, cut));
  g_assert_cmpuint (strlen (cut), >, 0);
  g_assert_cmpuint (strlen (cut), <, 300);
}

static void
test_context_of_other_sizes (void)
{
  int ids[9] = { -1, -1, -1, -1, -1, -1, -1, -1, -1 };

  g_assert_cmpint (
      vqd_bpe_encode (vqd_bpe_get_default (), "a red house", 2, ids, NULL), ==,
      5);
  g_assert_cmpint (ids[0], ==, VQD_BPE_START);
  g_assert_cmpint (ids[1], ==, VQD_BPE_END);
  g_assert_cmpint (ids[2], ==, -1);

  vqd_bpe_encode (vqd_bpe_get_default (), "a red house", 8, ids, NULL);
  g_assert_cmpint (ids[1], ==, 320);
  g_assert_cmpint (ids[4], ==, VQD_BPE_END);
  g_assert_cmpint (ids[5], ==, VQD_BPE_PAD);
  g_assert_cmpint (ids[7], ==, VQD_BPE_PAD);
  g_assert_cmpint (ids[8], ==, -1);
}

static void
test_invalid_utf8_is_replaced (void)
{
  int ids[VQD_BPE_CONTEXT];
  int valid[VQD_BPE_CONTEXT];

  vqd_bpe_encode (vqd_bpe_get_default (), "caf\xff x\xe2\x82", VQD_BPE_CONTEXT,
                  ids, NULL);
  vqd_bpe_encode (vqd_bpe_get_default (), "caf\uFFFD x\uFFFD\uFFFD",
                  VQD_BPE_CONTEXT, valid, NULL);
  g_assert_cmpmem (ids, sizeof ids, valid, sizeof valid);
}

/* unit n times over: seconds it takes. */
static double
time_encode (const char *unit, int n)
{
  g_autoptr (GString) text = g_string_new ("&");
  g_autofree char *cut = NULL;

  for (int i = 0; i < n; i++)
    g_string_append (text, unit);
  g_string_append (text, " end");

  const gint64 begin = g_get_monotonic_time ();
  vqd_bpe_encode (vqd_bpe_get_default (), text->str, VQD_BPE_CONTEXT, NULL,
                  &cut);

  return (double) (g_get_monotonic_time () - begin) / 1e6;
}

/* A megabyte of each kind that takes some algorithm quadratic time: a word, a
 * run of marks, letters to compose, nested entities, spaces. Eight times the
 * text takes 8 times as long, not 64 times: 0.03 to 0.8 s seen, where the
 * quadratic ways took 9 s and more. */
static void
test_long_text_in_linear_time (void)
{
  const struct
  {
    const char *unit;
    int n;
  } cases[] = { { "a", 1000000 }, { "\u0301\u0316", 250000 },
                { "é", 500000 },  { "amp;", 250000 },
                { " ", 1000000 }, { "Σ'", 300000 },
                { "x ", 500000 }, { "&", 1000000 },
                { "à", 500000 },  { "â€™", 140000 } };

  for (gsize k = 0; k < G_N_ELEMENTS (cases); k++)
    {
      const double eighth = time_encode (cases[k].unit, cases[k].n / 8);
      const double whole = time_encode (cases[k].unit, cases[k].n);

      g_test_message ("%s: %.2f s, %.2f s", cases[k].unit, eighth, whole);
      g_assert_cmpfloat (whole, <, 1.0 + 30 * eighth);
    }
}

static void
test_ten_thousand_words (void)
{
  g_autofree char *text = repeat ("antidisestablishmentarianism", 10000, "");
  g_autofree char *cut = NULL;
  const int n_ids = vqd_bpe_encode (vqd_bpe_get_default (), text,
                                    VQD_BPE_CONTEXT, NULL, &cut);

  g_assert_cmpint (n_ids, >, 20000);
  g_assert_true (g_str_has_prefix (cut, "antidis"));
  g_assert_cmpuint (strlen (cut), <, strlen (text));
}

static void
test_html_unescape (void)
{
  const char *const cases[][3] = {
    /* text, as a browser has it, strictly */
    { "", "", "" },
    { "&", "&", "&" },
    { "a &lt; b", "a < b", "a < b" },
    { "&notit;", "¬it;", "&notit;" },
    { "AT&T this&not that", "AT&T this¬ that", "AT&T this&not that" },
    { "&#65;&#x42;&#x43", "ABC", "AB&#x43" },
    { "&#;&#x;&#12a;", "&#;&#x;\fa;", "&#;&#x;&#12a;" },
    { "&#0;&#xD800;&#x110000;", "���", "���" },
    { "&#99999999999999999999;", "�", "�" },
    { "&#128;&#129;|", "€\xc2\x81|", "€\xc2\x81|" },
    { "&#1;&#11;x", "x", "x" },
    { "&CounterClockwiseContourIntegral;", "∳",
      "&CounterClockwiseContourIntegral;" },
    { "&amp;amp;", "&amp;", "&amp;" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *plain = vqd_html_unescape (cases[i][0]);
      g_autofree char *strict = vqd_html_unescape_strict (cases[i][0]);

      g_assert_cmpstr (plain, ==, cases[i][1]);
      g_assert_cmpstr (strict, ==, cases[i][2]);
    }
}

static void
check_text (char *(*function) (const char *text), const char *text,
            const char *expected)
{
  g_autofree char *result = function (text);

  g_assert_cmpstr (result, ==, expected);
}

static void
test_lower_ignores_locale (void)
{
  check_text (vqd_text_lower, "ISPARTA İÇEL", "isparta i̇çel");
  check_text (vqd_text_lower, "ΣΑΣ ΣΑΣΑ Σ ΑΣ'", "σας σασα σ ας'");
  check_text (vqd_text_lower, "ⅧⒶẞǅ", "ⅷⓐßǆ");
}

static void
test_repair_characters (void)
{
  check_text (vqd_text_repair, "“ﬂuﬃeﬆ” ｆｕｌｌ", "\"fluffiest\" full");
  check_text (vqd_text_repair, "a\r\nb\rc\u2028d", "a\nb\nc\nd");
  check_text (vqd_text_repair, "\033[31mred\033[0m\a", "red");
  check_text (vqd_text_repair, "e\u0301", "é");
}

static void
test_repair_mojibake (void)
{
  check_text (vqd_text_repair, "itâ€™s", "it's");
  check_text (vqd_text_repair, "â€” æ\xc2\x9d±äº¬", "— 東京");
  check_text (vqd_text_repair, "桜 itâ€™s", "桜 it's");
  check_text (vqd_text_repair, "×©×œ×•×\xc2\x9d", "שלום");
}

/* Text that means what it says. */
static void
test_repair_leaves_text (void)
{
  static const char *const texts[] = {
    "café",         "à la carte", "\"l'été\", là",        "вії та їжак",
    "ångström é–è", "5€ £3 ¥100", "señor «olé» año – ñu", "smörgåsbord",
    "déjà-vu… œuf", "naïve·ïdea", "größe: 3×4²",          "Łódź",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    check_text (vqd_text_repair, texts[i], texts[i]);
}

/* The three ways a table can be wrong. */
static void
test_broken_table (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) junk = g_bytes_new_static ("not gzip at all", 15);
  g_autoptr (GZlibCompressor) zlib =
      g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 1);
  const char text[] = "#version\ni n\nzz qq\n";
  char packed[256];
  gsize n_read = 0;
  gsize n_written = 0;

  g_assert_null (vqd_bpe_new (junk, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);

  g_converter_convert (G_CONVERTER (zlib), text, sizeof text - 1, packed,
                       sizeof packed, G_CONVERTER_INPUT_AT_END, &n_read,
                       &n_written, &error);
  g_assert_no_error (error);

  g_autoptr (GBytes) unknown = g_bytes_new_static (packed, n_written);
  g_assert_null (vqd_bpe_new (unknown, &error));
  g_assert_error (error, VQD_ERROR, VQD_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, "line 3"));
  g_clear_error (&error);

  g_autoptr (GBytes) cut = g_bytes_new_static (packed, n_written / 2);
  g_assert_null (vqd_bpe_new (cut, &error));
  g_assert_nonnull (error);
}

static gpointer
encode_in_thread (gpointer data)
{
  int *ids = data;

  vqd_bpe_encode (vqd_bpe_get_default (), "&hearts; autumn leaves",
                  VQD_BPE_CONTEXT, ids, NULL);

  return NULL;
}

static void
test_threads_share_one (void)
{
  GThread *threads[4];
  int ids[4][VQD_BPE_CONTEXT];

  for (int i = 0; i < 4; i++)
    threads[i] = g_thread_new ("encode", encode_in_thread, ids[i]);
  for (int i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  for (int i = 1; i < 4; i++)
    g_assert_cmpmem (ids[0], sizeof ids[0], ids[i], sizeof ids[i]);
  g_assert_cmpint (ids[0][2], ==, 6110);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  /* first, while the table is not yet made */
  g_test_add_func ("/bpe/threads-share-one", test_threads_share_one);
  g_test_add_data_func ("/bpe/golden", "tokenizer.json", test_golden);
  g_test_add_data_func ("/bpe/golden-more", "tokenizer-more.json", test_golden);
  g_test_add_func ("/bpe/cut-is-whole-words", test_cut_is_whole_words);
  g_test_add_func ("/bpe/cut-rest-makes-same-ids",
                   test_cut_rest_makes_same_ids);
  g_test_add_func ("/bpe/cut-without-spaces", test_cut_without_spaces);
  g_test_add_func ("/bpe/context-of-other-sizes", test_context_of_other_sizes);
  g_test_add_func ("/bpe/invalid-utf8-is-replaced",
                   test_invalid_utf8_is_replaced);
  g_test_add_func ("/bpe/long-text-in-linear-time",
                   test_long_text_in_linear_time);
  g_test_add_func ("/bpe/ten-thousand-words", test_ten_thousand_words);
  g_test_add_func ("/bpe/broken-table", test_broken_table);
  g_test_add_func ("/text/html-unescape", test_html_unescape);
  g_test_add_func ("/text/lower-ignores-locale", test_lower_ignores_locale);
  g_test_add_func ("/text/repair-characters", test_repair_characters);
  g_test_add_func ("/text/repair-mojibake", test_repair_mojibake);
  g_test_add_func ("/text/repair-leaves-text", test_repair_leaves_text);

  return g_test_run ();
}
