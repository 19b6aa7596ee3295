/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/vqd.h"
#include "tests/ui/ui-test.h"
#include "ui/vqd-history-button.h"
#include "ui/vqd-prompt-entry.h"
#include "ui/vqd-prompt-history.h"
#include "ui/vqd-prompt-templates.h"

#define WIDTH_PX 460
#define HEIGHT_PX 560
#define MAX_KEY_SECONDS 5

typedef struct
{
  GObject *config;
  GtkWidget *entry;
  GtkWidget *window;
  GtkWidget *other; /* something to go to with Tab */
  GtkTextView *view;
  int n_activated;
} Fixture;

static void
count_activated (Fixture *fixture)
{
  fixture->n_activated++;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  g_assert_true (vqd_prompt_history_clear (NULL));
  g_assert_true (vqd_prompt_history_set_on (TRUE, NULL));
  fixture->config = ui_config_new ();
  fixture->entry = vqd_prompt_entry_new (fixture->config, "prompt");
  fixture->other = gtk_button_new_with_label ("Other");
  g_signal_connect_swapped (fixture->entry, "activate",
                            G_CALLBACK (count_activated), fixture);
  gtk_box_pack_start (GTK_BOX (box), fixture->entry, FALSE, FALSE, 0);
  gtk_box_pack_end (GTK_BOX (box), fixture->other, FALSE, FALSE, 0);
  fixture->window = ui_test_show (box, WIDTH_PX, HEIGHT_PX);
  vqd_prompt_entry_focus (VQD_PROMPT_ENTRY (fixture->entry));
  ui_test_settle ();
  fixture->view =
      GTK_TEXT_VIEW (ui_test_find (fixture->entry, GTK_TYPE_TEXT_VIEW, NULL));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gtk_widget_destroy (fixture->window);
  ui_test_settle ();
  g_object_unref (fixture->config);
}

static char *
get (const Fixture *fixture, const char *property)
{
  char *text = NULL;

  g_object_get (fixture->config, property, &text, NULL);
  return text;
}

static void
assert_text (const Fixture *fixture, const char *property, const char *expected)
{
  g_autofree char *text = get (fixture, property);

  g_assert_cmpstr (text, ==, expected);
}

static void
set_prompt (Fixture *fixture, const char *prompt)
{
  g_object_set (fixture->config, "prompt", prompt, NULL);
  ui_test_settle ();
}

static GtkWidget *
find (const Fixture *fixture, GType type, const char *text)
{
  return ui_test_find (fixture->window, type, text);
}

/* The characters that are struck out; "" when none. */
static char *
struck_out (const Fixture *fixture)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (fixture->view);
  GtkTextTag *tag = gtk_text_tag_table_lookup (
      gtk_text_buffer_get_tag_table (buffer), "vqd-cut");
  GtkTextIter start;
  GtkTextIter end;
  gboolean strikes = FALSE;

  g_object_get (tag, "strikethrough", &strikes, NULL);
  g_assert_true (strikes);
  gtk_text_buffer_get_start_iter (buffer, &start);
  if (! gtk_text_iter_starts_tag (&start, tag) &&
      ! gtk_text_iter_forward_to_tag_toggle (&start, tag))
    return g_strdup ("");
  end = start;
  gtk_text_iter_forward_to_tag_toggle (&end, tag);
  return gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
}

static void
assert_struck_out (const Fixture *fixture, const char *expected)
{
  g_autofree char *text = struck_out (fixture);

  g_assert_cmpstr (text, ==, expected);
}

static char *
many_words (int n)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < n; i++)
    g_string_append (text, i % 2 == 0 ? "autumn " : "leaves ");
  return g_string_free (text, FALSE);
}

/* ---- the text ---- */

static void
test_counts_what_is_typed (Fixture *fixture, gconstpointer data)
{
  g_assert_nonnull (find (fixture, GTK_TYPE_LABEL, "2 / 77"));
  ui_test_type ("autumn leaves");
  assert_text (fixture, "prompt", "autumn leaves");

  GtkWidget *counter = find (fixture, GTK_TYPE_LABEL, "4 / 77");
  g_assert_nonnull (counter);
  g_assert_cmpstr (atk_object_get_name (gtk_widget_get_accessible (counter)),
                   ==, "4 of 77 tokens");
  assert_struck_out (fixture, "");
  ui_test_shoot (fixture->window, "prompt");
  ui_test_check_names (fixture->window);
}

static void
test_strikes_out_what_is_not_read (Fixture *fixture, gconstpointer data)
{
  g_autofree char *words = many_words (80);
  AtkObject *view = gtk_widget_get_accessible (GTK_WIDGET (fixture->view));

  set_prompt (fixture, words);
  g_assert_nonnull (find (fixture, GTK_TYPE_LABEL, "82 / 77"));
  g_assert_nonnull (
      find (fixture, GTK_TYPE_LABEL, "The struck-out end is not read"));
  /* 75 words are read */
  assert_struck_out (fixture, "leaves autumn leaves autumn leaves ");
  g_assert_nonnull (strstr (atk_object_get_description (view), "is left out"));
  ui_test_key (GDK_KEY_Home, GDK_CONTROL_MASK);
  ui_test_key (GDK_KEY_End, GDK_CONTROL_MASK);
  ui_test_shoot (fixture->window, "prompt-cut");
  ui_test_check_names (fixture->window);

  vqd_prompt_entry_set_context (VQD_PROMPT_ENTRY (fixture->entry), 100);
  ui_test_settle ();
  assert_struck_out (fixture, "");
  g_assert_nonnull (find (fixture, GTK_TYPE_LABEL, "82 / 100"));

  vqd_prompt_entry_set_context (VQD_PROMPT_ENTRY (fixture->entry), 0);
  ui_test_settle ();
  g_assert_null (find (fixture, GTK_TYPE_LABEL, "82 / 100"));
}

static void
test_keys (Fixture *fixture, gconstpointer data)
{
  ui_test_type ("a\nb");
  assert_text (fixture, "prompt", "a\nb");
  g_assert_cmpint (fixture->n_activated, ==, 0);

  ui_test_key (GDK_KEY_Return, GDK_CONTROL_MASK);
  g_assert_cmpint (fixture->n_activated, ==, 1);
  assert_text (fixture, "prompt", "a\nb");

  /* Over the folded negative prompt to the next widget. */
  ui_test_key (GDK_KEY_Tab, 0);
  ui_test_key (GDK_KEY_Tab, 0);
  g_assert_true (gtk_widget_has_focus (fixture->other));
  assert_text (fixture, "prompt", "a\nb");
  ui_test_key (GDK_KEY_p, GDK_MOD1_MASK);
  g_assert_true (gtk_widget_has_focus (GTK_WIDGET (fixture->view)));
}

static void
test_negative_prompt (Fixture *fixture, gconstpointer data)
{
  g_assert_nonnull (find (fixture, GTK_TYPE_EXPANDER, "Negative prompt"));
  ui_test_key (GDK_KEY_r, GDK_MOD1_MASK);
  ui_test_type ("blurred");
  assert_text (fixture, "negative-prompt", "blurred");
  ui_test_shoot (fixture->window, "prompt-negative");
  ui_test_check_names (fixture->window);

  /* Folded, it says that it is in use. */
  GtkWidget *expander = find (fixture, GTK_TYPE_EXPANDER, "Negative prompt");
  gtk_expander_set_expanded (GTK_EXPANDER (expander), FALSE);
  ui_test_settle ();
  g_assert_nonnull (
      find (fixture, GTK_TYPE_EXPANDER, "Negative prompt (in use)"));
}

/* ---- templates ---- */

static void
test_template (Fixture *fixture, gconstpointer data)
{
  VqdPromptEntry *entry = VQD_PROMPT_ENTRY (fixture->entry);

  ui_test_type ("a house");
  g_autofree char *plain = vqd_prompt_entry_get_sent_text (entry);
  g_assert_cmpstr (plain, ==, "a house");

  /* None, Photograph, Oil painting */
  ui_test_key (GDK_KEY_m, GDK_MOD1_MASK);
  ui_test_key (GDK_KEY_Down, 0);
  ui_test_key (GDK_KEY_Down, 0);
  g_autofree char *sent = vqd_prompt_entry_get_sent_text (entry);
  g_assert_cmpstr (sent, ==, "an oil painting of a house");
  assert_text (fixture, "template", "Oil painting");
  ui_test_shoot (fixture->window, "prompt-templates");
  ui_test_check_names (fixture->window);
  ui_test_key (GDK_KEY_Return, 0);
  g_assert_nonnull (find (fixture, GTK_TYPE_LABEL, "Template: Oil painting"));
  g_assert_nonnull (
      find (fixture, GTK_TYPE_LABEL, "Sent: an oil painting of a house"));
  ui_test_shoot (fixture->window, "prompt-template");

  /* What the template takes of the model's tokens is counted. */
  g_autofree char *words = many_words (74);
  set_prompt (fixture, words);
  g_assert_nonnull (find (fixture, GTK_TYPE_LABEL, "80 / 77"));
  assert_struck_out (fixture, "leaves autumn leaves ");

  g_object_set (fixture->config, "template", "", NULL);
  ui_test_settle ();
  g_assert_nonnull (find (fixture, GTK_TYPE_LABEL, "76 / 77"));
  assert_struck_out (fixture, "");
}

static void
test_own_template (Fixture *fixture, gconstpointer data)
{
  VqdPromptEntry *entry = VQD_PROMPT_ENTRY (fixture->entry);

  ui_test_key (GDK_KEY_m, GDK_MOD1_MASK);
  ui_test_key (GDK_KEY_n, GDK_MOD1_MASK);
  ui_test_type ("My_style");
  ui_test_key (GDK_KEY_Tab, 0);
  ui_test_type ("ink on paper");
  ui_test_key (GDK_KEY_Return, 0);
  assert_text (fixture, "template", "My_style");
  g_assert_nonnull (find (fixture, GTK_TYPE_LABEL, "Template: My_style"));
  set_prompt (fixture, "a cat");
  g_autofree char *sent = vqd_prompt_entry_get_sent_text (entry);
  g_assert_cmpstr (sent, ==, "a cat, ink on paper");

  ui_test_click (find (fixture, GTK_TYPE_BUTTON, "Remove"));
  assert_text (fixture, "template", "");
  g_assert_null (find (fixture, GTK_TYPE_LABEL, "My_style"));
}

/* ---- history ---- */

static void
remember (Fixture *fixture, const char *prompt, const char *negative_prompt)
{
  g_object_set (fixture->config, "prompt", prompt, "negative-prompt",
                negative_prompt, NULL);
  vqd_prompt_entry_remember (VQD_PROMPT_ENTRY (fixture->entry));
}

static void
test_history (Fixture *fixture, gconstpointer data)
{
  remember (fixture, "autumn leaves", "");
  remember (fixture, "a red house", "blurred");
  remember (fixture, "a blue\nhouse", "");
  remember (fixture, "  ", "");
  set_prompt (fixture, "");

  ui_test_key (GDK_KEY_y, GDK_MOD1_MASK);
  ui_test_shoot (fixture->window, "prompt-history");
  ui_test_check_names (fixture->window);
  /* the newest first */
  ui_test_key (GDK_KEY_Return, 0);
  assert_text (fixture, "prompt", "a blue\nhouse");
  g_assert_true (gtk_widget_has_focus (GTK_WIDGET (fixture->view)));

  ui_test_key (GDK_KEY_y, GDK_MOD1_MASK);
  ui_test_type ("HOUSE blu");
  ui_test_key (GDK_KEY_Down, 0);
  ui_test_key (GDK_KEY_Down, 0);
  ui_test_key (GDK_KEY_Return, 0);
  assert_text (fixture, "prompt", "a red house");
  assert_text (fixture, "negative-prompt", "blurred");

  ui_test_key (GDK_KEY_y, GDK_MOD1_MASK);
  ui_test_type ("nothing");
  g_assert_nonnull (
      find (fixture, GTK_TYPE_LABEL, "No prompt has these words"));
  ui_test_key (GDK_KEY_Escape, 0);
  ui_test_key (GDK_KEY_Escape, 0);
}

static void
test_history_is_forgotten (Fixture *fixture, gconstpointer data)
{
  remember (fixture, "one", "");
  remember (fixture, "two", "");
  remember (fixture, "three", "");

  /* Delete takes one. */
  ui_test_key (GDK_KEY_y, GDK_MOD1_MASK);
  ui_test_key (GDK_KEY_Down, 0);
  ui_test_key (GDK_KEY_Down, 0);
  ui_test_key (GDK_KEY_Delete, 0);
  g_autoptr (GPtrArray) entries = vqd_prompt_history_read ();
  g_assert_cmpuint (entries->len, ==, 2);
  g_assert_cmpstr (((VqdHistoryEntry *) entries->pdata[1])->prompt, ==, "one");

  /* All go only when asked twice. */
  ui_test_click (find (fixture, GTK_TYPE_BUTTON, "Clear…"));
  g_autoptr (GPtrArray) still = vqd_prompt_history_read ();
  g_assert_cmpuint (still->len, ==, 2);
  ui_test_shoot (fixture->window, "prompt-history-clear");
  ui_test_click (find (fixture, GTK_TYPE_BUTTON, "Forget All"));
  g_autoptr (GPtrArray) none = vqd_prompt_history_read ();
  g_assert_cmpuint (none->len, ==, 0);

  ui_test_click (find (fixture, GTK_TYPE_CHECK_BUTTON, "Remember prompts"));
  g_assert_false (vqd_prompt_history_is_on ());
  remember (fixture, "four", "");
  g_autoptr (GPtrArray) off = vqd_prompt_history_read ();
  g_assert_cmpuint (off->len, ==, 0);

  ui_test_click (find (fixture, GTK_TYPE_CHECK_BUTTON, "Remember prompts"));
  g_object_set (fixture->config, "keep-settings", FALSE, NULL);
  remember (fixture, "five", "");
  g_autoptr (GPtrArray) private = vqd_prompt_history_read ();
  g_assert_cmpuint (private->len, ==, 0);
}

/* ---- a long text ---- */

static void
test_ten_thousand_words (Fixture *fixture, gconstpointer data)
{
  g_autofree char *words = many_words (10000);

  set_prompt (fixture, words);
  const double start_us = (double) g_get_monotonic_time ();
  gtk_text_buffer_insert_at_cursor (gtk_text_view_get_buffer (fixture->view),
                                    "x", 1);
  const double seconds = ((double) g_get_monotonic_time () - start_us) / 1e6;

  g_test_message ("a key in 10000 words: %.1f ms", 1e3 * seconds);
  /* 14 ms seen; only what never ends is a failure here. */
  g_assert_cmpfloat (seconds, <, MAX_KEY_SECONDS);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);

#define ADD(name, test)                                                        \
  g_test_add (name, Fixture, NULL, set_up, test, tear_down)

  ADD ("/prompt-entry/counts-what-is-typed", test_counts_what_is_typed);
  ADD ("/prompt-entry/strikes-out-what-is-not-read",
       test_strikes_out_what_is_not_read);
  ADD ("/prompt-entry/keys", test_keys);
  ADD ("/prompt-entry/negative-prompt", test_negative_prompt);
  ADD ("/prompt-entry/template", test_template);
  ADD ("/prompt-entry/own-template", test_own_template);
  ADD ("/prompt-entry/history", test_history);
  ADD ("/prompt-entry/history-is-forgotten", test_history_is_forgotten);
  ADD ("/prompt-entry/ten-thousand-words", test_ten_thousand_words);

  return g_test_run ();
}
