/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text/vqd-label.h"
#include "core/text/vqd-wildcards.h"

#include <string.h>


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
  g_test_add_func ("/label/found", test_labels);
  g_test_add_func ("/label/refused", test_no_labels);
  return g_test_run ();
}
