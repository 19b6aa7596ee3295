/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-conformance DIR [--only CASE] [--part]: a line a case, then the count.
 * The exit status is 1 when a case failed, 2 when the call was wrong. */
#include <stdio.h>

#include "tests/conformance/vqd-conformance.h"

typedef struct
{
  const char *dir;
  const char *only;
  gboolean part; /* what the folder has no file of is left out */
  VqdBackend *backend;
  int n_passed;
  int n_failed;
} Session;

typedef gboolean (*RunCase) (const char *dir, const char *name, JsonObject *run,
                             Report *report, GError **error);

/* ---- the report ---- */

void
report_bound (Report *report, const char *what, double seen, double bound)
{
  const gboolean ok = seen <= bound;

  g_string_append_printf (report->text, "%s%s %.2g (bound %.2g)%s",
                          report->text->len > 0 ? ", " : "", what, seen, bound,
                          ok ? "" : " FAILED");
  if (! ok)
    report->failed = TRUE;
}

void
report_share (Report *report, const char *what, gint64 n_equal, gint64 n,
              double bound)
{
  const double share = n > 0 ? (double) n_equal / (double) n : 0;
  const gboolean ok = share >= bound;

  g_string_append_printf (report->text,
                          "%s%s %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                          " (bound %g %%)%s",
                          report->text->len > 0 ? ", " : "", what, n_equal, n,
                          bound * 100, ok ? "" : " FAILED");
  if (! ok)
    report->failed = TRUE;
}

void
report_note (Report *report, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_string_append (report->text, report->text->len > 0 ? ", " : "");
  g_string_append_vprintf (report->text, format, args);
  va_end (args);
}

/* ---- running ---- */

static gboolean
is_wanted (const Session *session, const char *name)
{
  const char *only = session->only;

  if (only == NULL || g_str_equal (only, name))
    return TRUE;
  return g_str_has_prefix (name, only) && name[strlen (only)] == '/';
}

static void
finish_case (Session *session, const char *name, gboolean passed,
             const char *text)
{
  printf ("%-32s %-8s %s\n", name, passed ? "ok" : "FAILED", text);
  fflush (stdout);
  session->n_passed += passed;
  session->n_failed += ! passed;
}

static void
run_case (Session *session, const char *name, const FixedCase *fixed,
          RunCase run_fn, const char *run_name, JsonObject *run)
{
  if (! is_wanted (session, name))
    return;

  Report report = { .backend = session->backend, .text = g_string_new (NULL) };
  g_autoptr (GError) error = NULL;
  const gboolean ok =
      fixed != NULL ? fixed->run (session->dir, &report, &error)
                    : run_fn (session->dir, run_name, run, &report, &error);

  if (! ok)
    report_note (&report, "%s", error == NULL ? "failed" : error->message);
  finish_case (session, name, ok && ! report.failed && report.text->len > 0,
               report.text->str);
  g_string_free (report.text, TRUE);
}

static JsonNode *
load_json (const char *dir, const char *file, GError **error)
{
  g_autofree char *path = g_build_filename (dir, file, NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();

  if (! json_parser_load_from_file (parser, path, error))
    return NULL;
  return json_parser_steal_root (parser);
}

static void
fail_folder (Session *session, const char *folder, const GError *error)
{
  if (is_wanted (session, folder) ||
      (session->only != NULL && g_str_has_prefix (session->only, folder)))
    finish_case (session, folder, FALSE, error->message);
}

/* FOLDER/runs.json: an object, name -> settings. */
static void
run_folder_cases (Session *session, const char *folder, RunCase run_fn)
{
  g_autofree char *file = g_strconcat (folder, "/runs.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = load_json (session->dir, file, &error);

  if (root == NULL || ! JSON_NODE_HOLDS_OBJECT (root))
    {
      if (error == NULL)
        g_set_error (&error, VQD_ERROR, VQD_ERROR_MODEL, "%s is not an object",
                     file);
      fail_folder (session, folder, error);
      return;
    }

  JsonObject *runs = json_node_get_object (root);
  g_autoptr (GList) names = json_object_get_members (runs);
  for (GList *name = names; name != NULL; name = name->next)
    {
      g_autofree char *full = g_strconcat (folder, "/", name->data, NULL);

      run_case (session, full, NULL, run_fn, name->data,
                json_object_get_object_member (runs, name->data));
    }
}

/* pipeline/runs.json: a list of settings, each with its name. */
static void
run_pipeline_cases (Session *session)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root =
      load_json (session->dir, "pipeline/runs.json", &error);

  if (root == NULL || ! JSON_NODE_HOLDS_ARRAY (root))
    {
      if (error == NULL)
        g_set_error (&error, VQD_ERROR, VQD_ERROR_MODEL,
                     "pipeline/runs.json is not a list");
      fail_folder (session, "pipeline", error);
      return;
    }

  JsonArray *runs = json_node_get_array (root);
  for (guint i = 0; i < json_array_get_length (runs); i++)
    {
      JsonObject *run = json_array_get_object_element (runs, i);
      const char *name = json_object_get_string_member (run, "name");
      g_autofree char *full = g_strconcat ("pipeline/", name, NULL);

      run_case (session, full, NULL, case_pipeline_run, name, run);
    }
}

static void
run_all (Session *session)
{
  for (guint i = 0; i < n_fixed_cases; i++)
    {
      g_autofree char *path =
          g_build_filename (session->dir, fixed_cases[i].file, NULL);

      if (! session->part || g_file_test (path, G_FILE_TEST_EXISTS))
        run_case (session, fixed_cases[i].name, &fixed_cases[i], NULL, NULL,
                  NULL);
    }
  run_folder_cases (session, "text", case_text_run);
  run_folder_cases (session, "class", case_class_run);
  run_folder_cases (session, "uncond", case_uncond_run);
  run_pipeline_cases (session);
}

int
main (int argc, char **argv)
{
  g_autofree char *only = NULL;
  gboolean part = FALSE;
  const GOptionEntry entries[] = {
    { "only", 'o', 0, G_OPTION_ARG_STRING, &only, "Run this case alone",
      "CASE" },
    { "part", 0, 0, G_OPTION_ARG_NONE, &part,
      "The folder is a part of a set: leave out what it has no file of", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("DIR");
  g_autoptr (GError) error = NULL;
  const char *why = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (! g_option_context_parse (context, &argc, &argv, &error) || argc != 2)
    {
      fprintf (stderr, "vqd-conformance: %s\n",
               error == NULL ? "expected one folder" : error->message);
      return 2;
    }

  Session session = { .dir = argv[1],
                      .only = only,
                      .part = part,
                      .backend = vqd_backend_open ("cpu", 0, &why) };
  if (session.backend == NULL)
    {
      fprintf (stderr, "vqd-conformance: %s\n", why);
      return 2;
    }
  run_all (&session);
  session.backend->ops->close (session.backend);

  if (session.n_passed + session.n_failed == 0)
    {
      fprintf (stderr, "vqd-conformance: there is no case \"%s\"\n", only);
      return 2;
    }
  printf ("%d passed, %d failed\n", session.n_passed, session.n_failed);
  return session.n_failed > 0 ? 1 : 0;
}
