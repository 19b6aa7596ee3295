/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "tests/ui/ui-test.h"
#include "ui/vqd-model-list.h"
#include "ui/vqd-model-work.h"
#include "ui/vqd-models-page.h"

#define WIDTH_PX 560
#define HEIGHT_PX 640

typedef struct
{
  char *folder; /* of models */
  GObject *config;
  GtkWidget *page;
  GtkWidget *window;
  int n_chosen;
} Fixture;

/* ---- files ---- */

static void
copy_model (const Fixture *fixture, const char *name)
{
  g_autofree char *from = g_build_filename (
      g_getenv ("VQD_GOLDEN_DIR"), "pipeline", "model.safetensors", NULL);
  g_autofree char *to = g_build_filename (fixture->folder, name, NULL);
  g_autofree char *bytes = NULL;
  gsize n_bytes = 0;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (from, &bytes, &n_bytes, &error);
  g_assert_no_error (error);
  g_file_set_contents (to, bytes, (gssize) n_bytes, &error);
  g_assert_no_error (error);
}

static void
write_text (const Fixture *fixture, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  for (const char *name = dir != NULL ? g_dir_read_name (dir) : NULL;
       name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *own = vqd_model_list_get_folder ();

  remove_folder (own);
  fixture->folder = g_dir_make_tmp ("vqd-models-XXXXXX", NULL);
  fixture->config = ui_config_new ();
  g_setenv ("VQDIFFUSION_MODEL_PATH", fixture->folder, TRUE);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->window != NULL)
    gtk_widget_destroy (fixture->window);
  ui_test_settle ();
  g_object_unref (fixture->config);
  remove_folder (fixture->folder);
  g_free (fixture->folder);
}

/* ---- the page ---- */

static void
count_chosen (Fixture *fixture)
{
  fixture->n_chosen++;
}

static void
open_page (Fixture *fixture)
{
  fixture->page = vqd_models_page_new (fixture->config, "model");
  g_signal_connect_swapped (fixture->page, "model-chosen",
                            G_CALLBACK (count_chosen), fixture);
  fixture->window = ui_test_show (fixture->page, WIDTH_PX, HEIGHT_PX);
}

static GtkWidget *
find (const Fixture *fixture, GType type, const char *text)
{
  return ui_test_find (fixture->window, type, text);
}

static gboolean
is_all_read (gpointer data)
{
  return find (data, GTK_TYPE_LABEL, "Being read…") == NULL;
}

static void
wait_until_read (Fixture *fixture)
{
  ui_test_wait (is_all_read, fixture, "the models to be read");
}

static void
press (const Fixture *fixture, const char *text)
{
  GtkWidget *button = find (fixture, GTK_TYPE_BUTTON, text);

  if (button == NULL)
    g_error ("there is no button \"%s\"", text);
  ui_test_click (button);
}

/* The first label that is seen and begins with text. */
static void
search_label (GtkWidget *widget, gpointer data)
{
  gpointer *search = data;

  if (! gtk_widget_get_mapped (widget))
    return;
  if (GTK_IS_LABEL (widget) &&
      strstr (gtk_label_get_text (GTK_LABEL (widget)), search[0]) != NULL)
    search[1] = widget;
  if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), search_label, data);
}

static gboolean
says (const Fixture *fixture, const char *text)
{
  gpointer search[2] = { (gpointer) text, NULL };

  search_label (fixture->window, search);
  return search[1] != NULL;
}

static void
assert_says (const Fixture *fixture, const char *text)
{
  if (! says (fixture, text))
    g_error ("nothing says \"%s\"", text);
}

static char *
model_of_config (const Fixture *fixture)
{
  g_autoptr (GFile) file = NULL;

  g_object_get (fixture->config, "model", &file, NULL);
  return file != NULL ? g_file_get_basename (file) : g_strdup ("");
}

/* ---- tests ---- */

static void
test_lists_and_uses (Fixture *fixture, gconstpointer data)
{
  copy_model (fixture, "a.safetensors");
  copy_model (fixture, "b.safetensors");
  write_text (fixture, "c.safetensors", "no model");
  write_text (fixture, "notes.txt", "no model either");
  open_page (fixture);
  wait_until_read (fixture);
  assert_says (fixture, "Draws what a text says");
  assert_says (fixture, "c.safetensors");
  ui_test_shoot (fixture->window, "models");
  ui_test_check_names (fixture->window);

  /* The first is in use; the keys choose the second. */
  g_autofree char *none = model_of_config (fixture);
  g_assert_cmpstr (none, ==, "");
  g_assert_false (gtk_widget_get_sensitive (
      find (fixture, GTK_TYPE_BUTTON, "Use This Model")));
  gtk_widget_grab_focus (find (fixture, GTK_TYPE_LIST_BOX_ROW, NULL));
  ui_test_key (GDK_KEY_Down, 0);
  ui_test_key (GDK_KEY_u, GDK_MOD1_MASK);
  g_autofree char *second = model_of_config (fixture);
  g_assert_cmpstr (second, ==, "b.safetensors");
  g_assert_cmpint (fixture->n_chosen, ==, 1);

  /* What is broken cannot be used, and says why. */
  ui_test_key (GDK_KEY_Down, 0);
  g_assert_false (gtk_widget_get_sensitive (
      find (fixture, GTK_TYPE_BUTTON, "Use This Model")));
  ui_test_shoot (fixture->window, "models-broken");
}

static void
test_no_model (Fixture *fixture, gconstpointer data)
{
  open_page (fixture);
  wait_until_read (fixture);
  assert_says (fixture, "No model was found");
  ui_test_key (GDK_KEY_w, GDK_MOD1_MASK);
  assert_says (fixture, "may be dead by now");
  ui_test_shoot (fixture->window, "models-none");
  ui_test_check_names (fixture->window);
  g_assert_nonnull (find (fixture, GTK_TYPE_LINK_BUTTON, NULL));
}

static gboolean
type_path (gpointer data)
{
  const char *path = data;

  /* The first character opens the line for names. */
  ui_test_type ("/");
  ui_test_type (path + 1);
  ui_test_key (GDK_KEY_Return, 0);
  return G_SOURCE_REMOVE;
}

/* A model that lies elsewhere is added where it is, and taken away again. */
static void
test_add_and_remove (Fixture *fixture, gconstpointer data)
{
  g_autofree char *elsewhere = g_dir_make_tmp ("vqd-other-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (elsewhere, "other.pth", NULL);
  char *folder = fixture->folder;

  copy_model (fixture, "a.safetensors");
  fixture->folder = elsewhere;
  copy_model (fixture, "other.pth");
  fixture->folder = folder;

  open_page (fixture);
  wait_until_read (fixture);
  g_timeout_add (1000, type_path, path);
  press (fixture, "Add File…");
  wait_until_read (fixture);
  assert_says (fixture, "other.pth");
  ui_test_shoot (fixture->window, "models-added");

  g_autoptr (GPtrArray) entries = vqd_model_list_find (NULL);
  g_assert_cmpuint (entries->len, ==, 2);
  press (fixture, "Remove");
  g_assert_false (says (fixture, "other.pth"));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  remove_folder (elsewhere);
}

static gboolean
is_converted (gpointer data)
{
  return says (data, "The new file is in the list");
}

static gboolean
is_compared (gpointer data)
{
  return says (data, "damaged");
}

static void
flip_last_byte (const char *path)
{
  g_autofree char *bytes = NULL;
  gsize n_bytes = 0;

  g_assert_true (g_file_get_contents (path, &bytes, &n_bytes, NULL));
  bytes[n_bytes - 1] ^= 1;
  g_assert_true (g_file_set_contents (path, bytes, (gssize) n_bytes, NULL));
}

static void
test_convert_and_check (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = vqd_model_list_get_folder ();
  g_autofree char *path = g_build_filename (folder, "mine.safetensors", NULL);

  copy_model (fixture, "a.safetensors");
  open_page (fixture);
  wait_until_read (fixture);
  press (fixture, "Convert…");
  ui_test_shoot (fixture->window, "models-convert");
  ui_test_check_names (fixture->window);
  ui_test_key (GDK_KEY_n, GDK_MOD1_MASK);
  ui_test_key (GDK_KEY_a, GDK_CONTROL_MASK);
  ui_test_type ("mine");
  ui_test_key (GDK_KEY_Return, 0);
  ui_test_wait (is_converted, fixture, "the new file");
  wait_until_read (fixture);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
  assert_says (fixture, "checksum is right");
  ui_test_shoot (fixture->window, "models-converted");

  /* The new one is selected. */
  flip_last_byte (path);
  press (fixture, "Check");
  ui_test_wait (is_compared, fixture, "the comparison");
  ui_test_shoot (fixture->window, "models-damaged");
}

static void
fail (GtkWidget *work, const GError *error, gpointer data)
{
  g_error ("what was cancelled is done: %s",
           error != NULL ? error->message : "no error");
}

static gboolean
is_hidden (gpointer widget)
{
  return ! gtk_widget_get_visible (widget);
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  const char *in = g_getenv ("VQD_DEFAULT_MODEL");
  g_autofree char *out =
      g_build_filename (fixture->folder, "out.safetensors", NULL);
  GtkWidget *work = vqd_model_work_new ();

  if (! g_file_test (in, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("no default model");
      return;
    }
  fixture->window = ui_test_show (work, 0, 0);
  g_signal_connect (work, "done", G_CALLBACK (fail), NULL);
  g_assert_true (
      vqd_model_work_convert (VQD_MODEL_WORK (work), in, out, "f32", FALSE));
  g_assert_false (vqd_model_work_verify (VQD_MODEL_WORK (work), in));
  gtk_button_clicked (
      GTK_BUTTON (ui_test_find (work, GTK_TYPE_BUTTON, "Cancel")));
  ui_test_wait (is_hidden, work, "the thread to end");
  g_assert_false (g_file_test (out, G_FILE_TEST_EXISTS));
}

/* Its thread ends without it. */
static void
test_destroyed_while_reading (Fixture *fixture, gconstpointer data)
{
  copy_model (fixture, "a.safetensors");
  copy_model (fixture, "b.safetensors");
  open_page (fixture);
  vqd_models_page_refresh (VQD_MODELS_PAGE (fixture->page));
  g_object_add_weak_pointer (G_OBJECT (fixture->page),
                             (gpointer *) &fixture->page);
  gtk_widget_destroy (fixture->window);
  fixture->window = NULL;
  g_object_set (fixture->config, "model", NULL, NULL);
  for (int i = 0; i < 200 && fixture->page != NULL; i++)
    ui_test_settle ();
  g_assert_null (fixture->page);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);

#define ADD(name, test)                                                        \
  g_test_add (name, Fixture, NULL, set_up, test, tear_down)

  ADD ("/models-page/lists-and-uses", test_lists_and_uses);
  ADD ("/models-page/no-model", test_no_model);
  ADD ("/models-page/add-and-remove", test_add_and_remove);
  ADD ("/models-page/convert-and-check", test_convert_and_check);
  ADD ("/models-page/cancel", test_cancel);
  ADD ("/models-page/destroyed-while-reading", test_destroyed_while_reading);

  return g_test_run ();
}
