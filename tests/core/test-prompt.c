/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text/vqd-bpe.h"
#include "core/text/vqd-label.h"
#include "core/text/vqd-wildcards.h"
#include "core/vqd.h"

#include <string.h>

#define CONTEXT 77
/* 8 to 17 ms seen; only what never ends is a failure. */
#define MAX_COUNT_SECONDS 5.0


static void
test_text_stays (void)
{
  static const char *const texts[] = { "",     "a red house", "{",
                                       "}",    "a {b} c",     "{a|b",
                                       "a|b}", "a|b",         "{}",
                                       "{{{{", "ü { ö } |" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    for (guint64 seed = 0; seed < 8; seed++)
      {
        g_autofree char *text = vqd_wildcards_expand (texts[i], seed);

        g_assert_cmpstr (text, ==, texts[i]);
      }
}

/* Each alternative is chosen about as often, by the seed alone. */
static void
test_each_part_is_drawn (void)
{
  static const char *const parts[] = { "a  c", "a red c", "a blüe c" };
  int counts[G_N_ELEMENTS (parts)] = { 0 };

  for (guint64 seed = 0; seed < 3000; seed++)
    {
      g_autofree char *text = vqd_wildcards_expand ("a {|red|blüe} c", seed);
      g_autofree char *again = vqd_wildcards_expand ("a {|red|blüe} c", seed);
      gsize i = 0;

      g_assert_cmpstr (text, ==, again);
      while (i < G_N_ELEMENTS (parts) && ! g_str_equal (parts[i], text))
        i++;
      g_assert_cmpuint (i, <, G_N_ELEMENTS (parts));
      counts[i]++;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    g_assert_true (counts[i] > 850 && counts[i] < 1150);
}

static void
test_groups_are_independent (void)
{
  gboolean seen[2][2] = { { FALSE } };

  for (guint64 seed = 0; seed < 100; seed++)
    {
      g_autofree char *text = vqd_wildcards_expand ("{0|1}{0|1}", seed);

      g_assert_cmpuint (strlen (text), ==, 2);
      seen[text[0] - '0'][text[1] - '0'] = TRUE;
    }
  g_assert_true (seen[0][0] && seen[0][1] && seen[1][0] && seen[1][1]);
}

static void
test_nested (void)
{
  for (guint64 seed = 0; seed < 200; seed++)
    {
      g_autofree char *text = vqd_wildcards_expand ("<{a|{b|c}d|{e}}>", seed);

      g_assert_true (g_str_equal (text, "<a>") || g_str_equal (text, "<bd>") ||
                     g_str_equal (text, "<cd>") || g_str_equal (text, "<{e}>"));
    }
}

/* Neither depth nor length brings it down. */
static void
test_hostile (void)
{
  g_autoptr (GString) deep = g_string_new (NULL);

  for (int i = 0; i < 2000; i++)
    g_string_append (deep, "{a|");
  for (int i = 0; i < 2000; i++)
    g_string_append_c (deep, '}');
  g_autofree char *text = vqd_wildcards_expand (deep->str, 5);
  g_assert_cmpuint (strlen (text), <=, deep->len);

  g_autofree char *open = g_strnfill (1000000, '{');
  g_autofree char *same = vqd_wildcards_expand (open, 5);
  g_assert_cmpstr (same, ==, open);
}

/* ---- counting ---- */

static int
count_ids (const char *text)
{
  return vqd_bpe_encode (vqd_bpe_get_default (), text, CONTEXT, NULL, NULL);
}

/* A prompt that goes into the model as it is counted: what is cut is what the
 * model's own tokenizer cuts. */
static void
test_count_is_the_tokenizers (void)
{
  static const char *const prompts[] = { "",
                                         "a",
                                         "autumn leaves",
                                         "A CAFÉ in Paris; it's 1925!",
                                         "{not|",
                                         "a {b} c",
                                         "<|endoftext|>",
                                         "fish &amp; chips",
                                         "ｆｕｌｌ　ｗｉｄｔｈ",
                                         "秋の葉" };

  for (gsize i = 0; i < G_N_ELEMENTS (prompts); i++)
    for (int n = 1; n < 100; n += 7)
      {
        g_autoptr (GString) prompt = g_string_new (NULL);
        g_autofree char *cut_text = NULL;
        gsize cut = 0;

        for (int k = 0; k < n; k++)
          g_string_append_printf (prompt, "%s ", prompts[i]);
        const int n_ids = vqd_bpe_encode (vqd_bpe_get_default (), prompt->str,
                                          CONTEXT, NULL, &cut_text);

        g_assert_cmpint (vqd_prompt_count (prompt->str, CONTEXT, &cut), ==,
                         n_ids);
        g_assert_cmpuint (cut, <=, prompt->len);
        g_assert_true ((n_ids > CONTEXT) == (cut < prompt->len));
        g_autofree char *rest = g_strstrip (g_strdup (prompt->str + cut));
        g_assert_cmpstr (rest, ==, cut_text);
      }
}

/* What stands before the cut is read, and a word more is not. */
static void
test_cut_is_where_reading_ends (void)
{
  g_autoptr (GString) prompt = g_string_new (NULL);
  gsize cut = 0;

  for (int i = 0; i < 60; i++)
    g_string_append_printf (prompt, "L&Eacute;AF%d  ", i);
  g_assert_cmpint (vqd_prompt_count (prompt->str, CONTEXT, &cut), >, CONTEXT);

  g_autofree char *read = g_strndup (prompt->str, cut);
  const char *next = strchr (g_strchug (prompt->str + cut), ' ');
  g_autofree char *more = g_strndup (prompt->str, next - prompt->str);
  g_assert_cmpint (count_ids (read), <=, CONTEXT);
  g_assert_cmpint (count_ids (more), >, CONTEXT);
}

/* No seed draws a text of more tokens than the count, and one draws it. */
static void
test_count_is_of_the_longest (void)
{
  static const char *const prompts[] = {
    "a {red|dark blue|} house",
    "{a|a very old {town|village square {at night|}}} in {spring|late autumn}",
    "{|{|{|x}}} y", "{a b|b a} {a b c|a}"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (prompts); i++)
    {
      const int count = vqd_prompt_count (prompts[i], CONTEXT, NULL);
      int largest = 0;

      for (guint64 seed = 0; seed < 400; seed++)
        {
          g_autofree char *text = vqd_wildcards_expand (prompts[i], seed);

          largest = MAX (largest, count_ids (text));
        }
      g_assert_cmpint (largest, ==, count);
    }
}

/* The cut is a place of the prompt as it is typed, braces and all. */
static void
test_cut_with_wildcards (void)
{
  g_autoptr (GString) prompt = g_string_new ("{x|a very long beginning} ");
  gsize cut = 0;

  for (int i = 0; i < 40; i++)
    g_string_append (prompt, "leaf ");
  /* start, "a very long beginning", 40 leaves, end */
  g_assert_cmpint (vqd_prompt_count (prompt->str, 26, &cut), ==, 46);
  g_assert_cmpuint (cut, ==, strlen ("{x|a very long beginning} ") + 20 * 5);

  const char *inside = "one two {three|four five six seven} eight";
  g_assert_cmpint (vqd_prompt_count (inside, 6, &cut), ==, 9);
  g_assert_cmpstr (inside + cut, ==, "six seven} eight");
}

static void
test_cut_of_invalid_utf8 (void)
{
  const char *prompt = "a \xff\xfe b \xc3 word word";
  gsize cut = 0;

  vqd_prompt_count (prompt, CONTEXT, &cut);
  g_assert_cmpuint (cut, ==, strlen (prompt));
  for (int context = 2; context < 12; context++)
    {
      vqd_prompt_count (prompt, context, &cut);
      g_assert_cmpuint (cut, <=, strlen (prompt));
      if (cut > 0 && cut < strlen (prompt))
        g_assert_true (prompt[cut] == ' ' || prompt[cut - 1] == ' ');
    }
}

/* It is asked for with each key that is pressed. */
static void
test_count_of_ten_thousand_words (void)
{
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (GString) flat = g_string_new (NULL);

  for (int i = 0; i < 30; i++)
    g_string_append_c (deep, '{');
  for (int i = 0; i < 5000; i++)
    {
      g_string_append (flat, "{autumn|extraordinarily} leaves ");
      g_string_append (deep, "autumn leaves ");
    }
  for (int i = 0; i < 30; i++)
    g_string_append (deep, "|x}");

  const double start_us = (double) g_get_monotonic_time ();
  g_assert_cmpint (vqd_prompt_count (flat->str, CONTEXT, NULL), ==, 15002);
  g_assert_cmpint (vqd_prompt_count (deep->str, CONTEXT, NULL), ==, 10002);
  g_assert_true (((double) g_get_monotonic_time () - start_us) / 1e6 <
                 2 * MAX_COUNT_SECONDS);
}

/* ---- labels ---- */

static void
expect_label (const char *text, int n_labels, int expected)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (vqd_label_find (text, n_labels, &error), ==, expected);
  g_assert_no_error (error);
}

static void
expect_no_label (const char *text, int n_labels, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (vqd_label_find (text, n_labels, &error), ==, -1);
  g_assert_error (error, VQD_ERROR, VQD_ERROR_REQUEST);
  if (strstr (error->message, words) == NULL)
    g_error ("expected \"%s\" in \"%s\"", words, error->message);
}

static void
test_labels (void)
{
  expect_label ("0", 1001, 0);
  expect_label (" 1000 ", 1001, 1000);
  expect_label ("tench", 1000, 0);
  expect_label ("Golden Retriever", 1001, 207);
}

static void
test_no_labels (void)
{
  expect_no_label ("1001", 1001, "0 to 1000");
  expect_no_label ("99999999999999999999", 1001, "0 to 1000");
  expect_no_label ("", 1001, "give a label");
  expect_no_label ("a green dream", 1001, "There is no label");
  expect_no_label ("retriever", 1001, "golden retriever (207)");
  expect_no_label ("tench", 11, "not a number; this model has 0 to 10");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wildcards/text-stays", test_text_stays);
  g_test_add_func ("/wildcards/each-part-is-drawn", test_each_part_is_drawn);
  g_test_add_func ("/wildcards/groups-are-independent",
                   test_groups_are_independent);
  g_test_add_func ("/wildcards/nested", test_nested);
  g_test_add_func ("/wildcards/hostile", test_hostile);
  g_test_add_func ("/count/is-the-tokenizers", test_count_is_the_tokenizers);
  g_test_add_func ("/count/cut-is-where-reading-ends",
                   test_cut_is_where_reading_ends);
  g_test_add_func ("/count/is-of-the-longest", test_count_is_of_the_longest);
  g_test_add_func ("/count/cut-with-wildcards", test_cut_with_wildcards);
  g_test_add_func ("/count/cut-of-invalid-utf8", test_cut_of_invalid_utf8);
  g_test_add_func ("/count/ten-thousand-words",
                   test_count_of_ten_thousand_words);
  g_test_add_func ("/label/found", test_labels);
  g_test_add_func ("/label/refused", test_no_labels);
  return g_test_run ();
}
