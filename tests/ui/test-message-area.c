/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <libgimp/gimp.h>
#include <string.h>

#include "core/vqd.h"
#include "tests/ui/ui-test.h"
#include "ui/vqd-message-area.h"

#define WIDTH_PX 640
#define HEIGHT_PX 480

typedef struct
{
  GObject *config;
  GtkWidget *area;
  GtkWidget *window;
  char *action;
} Fixture;

static VqdMessageArea *
area (const Fixture *fixture)
{
  return VQD_MESSAGE_AREA (fixture->area);
}

static void
note_action (Fixture *fixture, const char *id)
{
  g_free (fixture->action);
  fixture->action = g_strdup (id);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  fixture->config = ui_config_new ();
  fixture->area = vqd_message_area_new (fixture->config);
  g_signal_connect_swapped (fixture->area, "action", G_CALLBACK (note_action),
                            fixture);
  gtk_box_pack_start (GTK_BOX (box), fixture->area, FALSE, FALSE, 0);
  fixture->window = ui_test_show (box, WIDTH_PX, HEIGHT_PX);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gtk_widget_destroy (fixture->window);
  ui_test_settle ();
  g_object_unref (fixture->config);
  g_free (fixture->action);
}

static GtkWidget *
find (const Fixture *fixture, GType type, const char *text)
{
  return ui_test_find (fixture->window, type, text);
}

static guint
count (const Fixture *fixture)
{
  g_autoptr (GList) bars =
      gtk_container_get_children (GTK_CONTAINER (fixture->area));

  return g_list_length (bars);
}

static void
show_error (Fixture *fixture, GQuark domain, int code, const char *text)
{
  g_autoptr (GError) error = g_error_new_literal (domain, code, text);

  vqd_message_area_show_error (
      area (fixture), "The pictures could not be made.", error, "again");
  ui_test_settle ();
}

/* What, why, and what next, with a button for it. */
static void
test_error (Fixture *fixture, gconstpointer data)
{
  show_error (fixture, VQD_ERROR, VQD_ERROR_NOT_FOUND,
              "No model was found. Put a model file into one of these "
              "folders:\n  /a/folder\n  /another/folder");
  g_assert_nonnull (
      find (fixture, GTK_TYPE_LABEL, "The pictures could not be made."));
  g_assert_nonnull (
      find (fixture, GTK_TYPE_LABEL, "Choose a model, or add one."));
  ui_test_shoot (fixture->window, "message-error");
  ui_test_check_names (fixture->window);

  ui_test_key (GDK_KEY_m, GDK_MOD1_MASK);
  g_assert_cmpstr (fixture->action, ==, "models");
  g_assert_cmpuint (count (fixture), ==, 0);
}

/* Each kind of error: the button that fits, what it does, and whether others
 * are asked for help. */
static void
test_advice (Fixture *fixture, gconstpointer data)
{
  const struct
  {
    GQuark domain;
    int code;
    const char *button;
    const char *action;
    const char *diagnostics;
  } kinds[] = {
    { VQD_ERROR, VQD_ERROR_REQUEST, "Try Again", "again", NULL },
    { VQD_ERROR, VQD_ERROR_NOT_FOUND, "Show Models", "models", NULL },
    { VQD_ERROR, VQD_ERROR_MODEL, "Show Models", "models", "Diagnostics…" },
    { VQD_ERROR, VQD_ERROR_MEMORY, "Choose Another Size", "size",
      "Diagnostics…" },
    { VQD_ERROR, VQD_ERROR_DEVICE, "Try Again", "again", "Diagnostics…" },
    { VQD_ERROR, VQD_ERROR_OUTPUT, "Try Again", "again", "Diagnostics…" },
    { GIMP_PLUG_IN_ERROR, 0, "Try Again", "again", NULL },
    { G_IO_ERROR, G_IO_ERROR_NO_SPACE, "Try Again", "again", "Diagnostics…" },
    { G_FILE_ERROR, G_FILE_ERROR_ACCES, "Try Again", "again", "Diagnostics…" },
    { G_IO_ERROR, G_IO_ERROR_FAILED, "Try Again", "again",
      "Copy Diagnostics…" },
  };

  vqd_message_area_set_can_resize (area (fixture), TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      vqd_message_area_clear (area (fixture));
      show_error (fixture, kinds[i].domain, kinds[i].code, "why");
      g_assert_cmpuint (count (fixture), ==, 1);
      g_assert_null (find (fixture, GTK_TYPE_LABEL, ""));
      for (int beside = 0; beside < 2; beside++)
        {
          const char *label = beside ? "Diagnostics…" : "Copy Diagnostics…";

          g_assert_true (
              (find (fixture, GTK_TYPE_MENU_BUTTON, label) != NULL) ==
              (g_strcmp0 (label, kinds[i].diagnostics) == 0));
        }
      g_clear_pointer (&fixture->action, g_free);
      gtk_button_clicked (
          GTK_BUTTON (find (fixture, GTK_TYPE_BUTTON, kinds[i].button)));
      ui_test_settle ();
      g_assert_cmpstr (fixture->action, ==, kinds[i].action);
      g_assert_cmpuint (count (fixture), ==, 0);
    }
}

/* Where the size is not to be chosen, or nothing is tried. */
static void
test_no_size_no_retry (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) memory =
      g_error_new_literal (VQD_ERROR, VQD_ERROR_MEMORY, "why");
  g_autoptr (GError) folder =
      g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_ACCES, "why not");

  show_error (fixture, VQD_ERROR, VQD_ERROR_MEMORY, "why");
  g_assert_null (find (fixture, GTK_TYPE_BUTTON, "Choose Another Size"));
  g_assert_nonnull (find (fixture, GTK_TYPE_BUTTON, "Show Models"));
  vqd_message_area_clear (area (fixture));

  vqd_message_area_set_can_resize (area (fixture), TRUE);
  vqd_message_area_show_error (area (fixture), "what", memory, NULL);
  g_assert_null (find (fixture, GTK_TYPE_BUTTON, "Choose Another Size"));
  vqd_message_area_clear (area (fixture));

  vqd_message_area_show_error (area (fixture), "what", folder, NULL);
  g_assert_null (find (fixture, GTK_TYPE_BUTTON, "Try Again"));
  g_assert_nonnull (find (fixture, GTK_TYPE_BUTTON, "Close"));
}

/* What nobody but others can help with. */
static void
test_internal (Fixture *fixture, gconstpointer data)
{
  show_error (fixture, G_IO_ERROR, G_IO_ERROR_FAILED, "It went wrong.");
  ui_test_shoot (fixture->window, "message-internal");
  ui_test_check_names (fixture->window);
}

static void
test_cancelled_is_no_error (Fixture *fixture, gconstpointer data)
{
  show_error (fixture, G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
  g_assert_cmpuint (count (fixture), ==, 0);
}

/* The same one again is there once, on top; of many the newest stay. */
static void
test_many (Fixture *fixture, gconstpointer data)
{
  for (int i = 0; i < 10; i++)
    show_error (fixture, VQD_ERROR, VQD_ERROR_MODEL, "the same");
  g_assert_cmpuint (count (fixture), ==, 1);

  for (int i = 0; i < 10; i++)
    {
      g_autofree char *why = g_strdup_printf ("reason %d", i);

      vqd_message_area_show_message (
          area (fixture), i % 2 == 0 ? GTK_MESSAGE_WARNING : GTK_MESSAGE_INFO,
          "The end of the prompt was not read.", why, NULL, "_Undo", "undo");
    }
  ui_test_settle ();
  g_assert_cmpuint (count (fixture), ==, 3);
  g_assert_nonnull (find (fixture, GTK_TYPE_LABEL, "reason 9"));
  g_assert_null (find (fixture, GTK_TYPE_LABEL, "reason 6"));
  ui_test_shoot (fixture->window, "message-many");
  ui_test_check_names (fixture->window);

  ui_test_click (find (fixture, GTK_TYPE_BUTTON, "Undo"));
  g_assert_cmpstr (fixture->action, ==, "undo");
  g_assert_cmpuint (count (fixture), ==, 2);
}

/* ---- diagnostics ---- */

static void
assert_has (const char *text, const char *part, gboolean expected)
{
  if ((strstr (text, part) != NULL) != expected)
    g_error ("%s \"%s\" in:\n%s", expected ? "no" : "unexpected", part, text);
}

static void
test_diagnostics (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path =
      g_build_filename (g_get_home_dir (), "model.safetensors", NULL);
  const VqdModelInfo info = { .path = path,
                              .name = "a model",
                              .version = "1",
                              .kind = "text",
                              .codec_kind = "vq",
                              .checksum = "",
                              .strategy = "purity" };

  g_object_set (fixture->config, "prompt", "my secret", "negative-prompt",
                "also secret", "steps", 33, NULL);
  vqd_message_area_set_model (area (fixture), &info);
  show_error (fixture, VQD_ERROR, VQD_ERROR_REQUEST,
              "Left out would be all from \"secret\".");

  g_autofree char *text =
      vqd_message_area_get_diagnostics (area (fixture), FALSE);
  assert_has (text, "secret", FALSE);
  assert_has (text, "steps: 33", TRUE);
  assert_has (text, "GTK 3.", TRUE);
  assert_has (text, "cores", TRUE);
  assert_has (text, "Model: a model 1", TRUE);
  assert_has (text, "~/model.safetensors", TRUE);
  assert_has (text, g_get_home_dir (), FALSE);
  assert_has (text, vqd_get_version (), TRUE);

  g_autofree char *all =
      vqd_message_area_get_diagnostics (area (fixture), TRUE);
  assert_has (all, "my secret", TRUE);
  assert_has (all, "also secret", TRUE);
  assert_has (all, "Left out would be", TRUE);
}

/* What is copied is what is seen. */
static void
test_copy (Fixture *fixture, gconstpointer data)
{
  GtkClipboard *clipboard = gtk_clipboard_get (GDK_SELECTION_CLIPBOARD);

  g_object_set (fixture->config, "prompt", "my secret", NULL);
  show_error (fixture, VQD_ERROR, VQD_ERROR_MODEL, "The file is broken.");
  ui_test_click (find (fixture, GTK_TYPE_BUTTON, "Diagnostics…"));
  ui_test_shoot (fixture->window, "message-diagnostics");
  ui_test_check_names (fixture->window);
  ui_test_click (find (fixture, GTK_TYPE_BUTTON, "Copy"));
  g_autofree char *text = gtk_clipboard_wait_for_text (clipboard);
  assert_has (text, "The file is broken.", TRUE);
  assert_has (text, "my secret", FALSE);

  ui_test_click (find (fixture, GTK_TYPE_BUTTON, "Diagnostics…"));
  ui_test_click (
      find (fixture, GTK_TYPE_CHECK_BUTTON, "With the words of the prompt"));
  ui_test_click (find (fixture, GTK_TYPE_BUTTON, "Copy"));
  g_autofree char *all = gtk_clipboard_wait_for_text (clipboard);
  assert_has (all, "my secret", TRUE);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);

#define ADD(name, test)                                                        \
  g_test_add (name, Fixture, NULL, set_up, test, tear_down)

  ADD ("/message-area/error", test_error);
  ADD ("/message-area/advice", test_advice);
  ADD ("/message-area/no-size-no-retry", test_no_size_no_retry);
  ADD ("/message-area/internal", test_internal);
  ADD ("/message-area/cancelled-is-no-error", test_cancelled_is_no_error);
  ADD ("/message-area/many", test_many);
  ADD ("/message-area/diagnostics", test_diagnostics);
  ADD ("/message-area/copy", test_copy);

  return g_test_run ();
}
