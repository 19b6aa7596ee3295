/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of the user's: history, templates. No screen is needed. */
#include <glib/gstdio.h>
#include <string.h>

#include "ui/vqd-prompt-history.h"
#include "ui/vqd-prompt-templates.h"

#define N_WINDOWS 4
#define N_PROMPTS 20

static char *
history_path (void)
{
  return g_build_filename (g_get_user_data_dir (), "vqdiffusion",
                           "prompt-history", NULL);
}

static void
write_file (const char *path, const char *text)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static void
add (const char *prompt, const char *negative_prompt)
{
  g_autoptr (GError) error = NULL;

  vqd_prompt_history_add (prompt, negative_prompt, &error);
  g_assert_no_error (error);
}

static void
forget (void)
{
  g_autoptr (GError) error = NULL;

  vqd_prompt_history_clear (&error);
  g_assert_no_error (error);
}

static void
assert_entry (const GPtrArray *entries, guint i, const char *prompt,
              const char *negative_prompt)
{
  g_assert_cmpuint (i, <, entries->len);

  const VqdHistoryEntry *entry = entries->pdata[i];
  g_assert_cmpstr (entry->prompt, ==, prompt);
  g_assert_cmpstr (entry->negative_prompt, ==, negative_prompt);
}

static void
test_newest_first (void)
{
  forget ();
  add ("one", "");
  add ("two\nlines\tand \\n", "bad\\");
  add ("one", "blurred");
  add ("one", "");
  add (" \n", "x");

  g_autoptr (GPtrArray) entries = vqd_prompt_history_read ();
  g_assert_cmpuint (entries->len, ==, 3);
  assert_entry (entries, 0, "one", "");
  assert_entry (entries, 1, "one", "blurred");
  assert_entry (entries, 2, "two\nlines\tand \\n", "bad\\");

  g_assert_true (vqd_prompt_history_remove ("one", "", NULL));
  g_assert_true (vqd_prompt_history_remove ("none", "", NULL));
  g_autoptr (GPtrArray) rest = vqd_prompt_history_read ();
  g_assert_cmpuint (rest->len, ==, 2);
}

static void
test_for_the_user_alone (void)
{
  g_autofree char *path = history_path ();
  GStatBuf status;

  forget ();
  add ("secret", "");
  g_assert_cmpint (g_chmod (path, 0644), ==, 0);
  add ("more", "");
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
}

static gpointer
use_window (gpointer data)
{
  for (int i = 0; i < N_PROMPTS; i++)
    {
      g_autofree char *prompt =
          g_strdup_printf ("window %d prompt %d", GPOINTER_TO_INT (data), i);

      add (prompt, "");
    }
  return NULL;
}

/* A lock is of the opened file, not of the process. */
static void
test_windows_lose_nothing_to_each_other (void)
{
  GThread *threads[N_WINDOWS];

  forget ();
  for (int i = 0; i < N_WINDOWS; i++)
    threads[i] = g_thread_new ("window", use_window, GINT_TO_POINTER (i));
  for (int i = 0; i < N_WINDOWS; i++)
    g_thread_join (threads[i]);

  g_autoptr (GPtrArray) entries = vqd_prompt_history_read ();
  g_assert_cmpuint (entries->len, ==, N_WINDOWS * N_PROMPTS);
}

static void
test_limits (void)
{
  g_autofree char *path = history_path ();
  g_autofree char *huge = g_strnfill (VQD_HISTORY_MAX_BYTES, 'x');
  g_autoptr (GString) text = g_string_new (NULL);
  GStatBuf status;

  forget ();
  for (int i = 0; i < 3 * VQD_HISTORY_MAX_ENTRIES; i++)
    g_string_append_printf (text, "prompt %d\t\n", i);
  write_file (path, text->str);
  add (huge, "");
  add ("new", "");
  g_autoptr (GPtrArray) entries = vqd_prompt_history_read ();
  g_assert_cmpuint (entries->len, ==, VQD_HISTORY_MAX_ENTRIES);
  assert_entry (entries, 0, "new", "");
  assert_entry (entries, 1, "prompt 0", "");

  g_autofree char *large = g_strnfill (VQD_HISTORY_MAX_BYTES / 10, 'y');
  for (int i = 0; i < 15; i++)
    {
      large[0] = (char) ('a' + i);
      add (large, "");
    }
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_size, <=, VQD_HISTORY_MAX_BYTES);
  g_autoptr (GPtrArray) last = vqd_prompt_history_read ();
  assert_entry (last, 0, large, "");
}

static void
test_foreign_lines_are_passed_over (void)
{
  g_autofree char *path = history_path ();
  static const char text[] = "\n\tno prompt\ntoo\tmany\tfields\nold\t\n"
                             "\xff\xfe\t\nend\\\tx\\";

  forget ();
  write_file (path, text);
  g_autoptr (GPtrArray) entries = vqd_prompt_history_read ();
  g_assert_cmpuint (entries->len, ==, 3);
  assert_entry (entries, 0, "", "no prompt");
  assert_entry (entries, 1, "old", "");
  assert_entry (entries, 2, "end\\", "x\\");
}

static void
test_switch_is_kept (void)
{
  g_assert_true (vqd_prompt_history_is_on ());
  g_assert_true (vqd_prompt_history_set_on (FALSE, NULL));
  g_assert_false (vqd_prompt_history_is_on ());
  g_assert_true (vqd_prompt_history_set_on (TRUE, NULL));
  g_assert_true (vqd_prompt_history_is_on ());
}

/* ---- templates ---- */

static const VqdTemplate *
find (const GPtrArray *templates, const char *name)
{
  for (guint i = 0; i < templates->len; i++)
    if (g_str_equal (((VqdTemplate *) templates->pdata[i])->name, name))
      return templates->pdata[i];
  return NULL;
}

static char *
templates_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "vqdiffusion",
                           "prompt-templates", NULL);
}

static void
test_own_templates (void)
{
  g_autofree char *path = templates_path ();
  g_autoptr (GPtrArray) first = vqd_prompt_templates_read ();

  g_assert_cmpuint (first->len, >=, 4);
  g_assert_true (vqd_prompt_templates_add (" Ink ", "{prompt} = ink", NULL));
  g_assert_true (vqd_prompt_templates_add ("Photograph", "photo", NULL));
  g_autoptr (GPtrArray) more = vqd_prompt_templates_read ();
  g_assert_cmpuint (more->len, ==, first->len + 1);
  g_assert_cmpstr (find (more, "Ink")->text, ==, "{prompt} = ink");
  g_assert_true (find (more, "Photograph")->is_own);
  g_assert_cmpstr (find (more, "Photograph")->text, ==, "photo");

  /* What was written by hand stays. */
  write_file (path, "# mine\n\nInk = old\nno template\nLead=grey {prompt}");
  g_assert_true (vqd_prompt_templates_add ("Ink", "new", NULL));
  g_assert_true (vqd_prompt_templates_remove ("Lead", NULL));
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "# mine\n\nno template\nInk = new\n");
  g_assert_true (vqd_prompt_templates_remove ("Ink", NULL));
}

static void
test_file_that_is_none_stays (void)
{
  g_autofree char *path = templates_path ();
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  write_file (path, "\xff\xfe");
  g_assert_false (vqd_prompt_templates_add ("Ink", "ink", &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "\xff\xfe");
  g_unlink (path);
}

static void
test_valid_names (void)
{
  g_assert_true (vqd_prompt_templates_is_valid ("Öl", "x"));
  g_assert_false (vqd_prompt_templates_is_valid (" ", "x"));
  g_assert_false (vqd_prompt_templates_is_valid ("a", " "));
  g_assert_false (vqd_prompt_templates_is_valid ("#a", "x"));
  g_assert_false (vqd_prompt_templates_is_valid ("a=b", "x"));
  g_assert_false (vqd_prompt_templates_is_valid ("a\nb", "x"));
  g_assert_false (vqd_prompt_templates_is_valid ("a", "x\ny"));
}

static void
test_split (void)
{
  static const char *const cases[][3] = {
    { "an icon of {prompt}, flat", "an icon of ", ", flat" },
    { "{prompt}", "", "" },
    { "flat", "", ", flat" },
    { "", "", "" },
    { NULL, "", "" },
    { "{prompt} and {prompt}", "", " and {prompt}" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *before = NULL;
      g_autofree char *after = NULL;

      vqd_prompt_templates_split (cases[i][0], &before, &after);
      g_assert_cmpstr (before, ==, cases[i][1]);
      g_assert_cmpstr (after, ==, cases[i][2]);
    }
}

int
main (int argc, char **argv)
{
  /* Folders of its own. */
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/history/newest-first", test_newest_first);
  g_test_add_func ("/history/for-the-user-alone", test_for_the_user_alone);
  g_test_add_func ("/history/windows-lose-nothing-to-each-other",
                   test_windows_lose_nothing_to_each_other);
  g_test_add_func ("/history/limits", test_limits);
  g_test_add_func ("/history/foreign-lines-are-passed-over",
                   test_foreign_lines_are_passed_over);
  g_test_add_func ("/history/switch-is-kept", test_switch_is_kept);
  g_test_add_func ("/templates/own", test_own_templates);
  g_test_add_func ("/templates/file-that-is-none-stays",
                   test_file_that_is_none_stays);
  g_test_add_func ("/templates/valid-names", test_valid_names);
  g_test_add_func ("/templates/split", test_split);

  return g_test_run ();
}
