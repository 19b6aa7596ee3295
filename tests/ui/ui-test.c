/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/ui/ui-test.h"

#include <libgimp/gimpui.h>
#include <string.h>

#define WAIT_SECONDS 20
#define SETTLE_US 30000
#define MNEMONIC_US 300000 /* a button stays pressed for a quarter second */

void
ui_test_init (int *argc, char ***argv)
{
  gtk_test_init (argc, argv, NULL);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE,
                NULL);
  if (g_getenv ("VQD_UI_RTL") != NULL)
    gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  /* What must not be: a critical fails the test. */
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FLAG_FATAL);
}

static void
turn (void)
{
  while (gtk_events_pending ())
    gtk_main_iteration_do (FALSE);
}

static void
settle_for (gint64 us)
{
  const gint64 end = g_get_monotonic_time () + us;

  do
    {
      turn ();
      gdk_display_sync (gdk_display_get_default ());
      g_usleep (1000);
    }
  while (g_get_monotonic_time () < end || gtk_events_pending ());
}

void
ui_test_settle (void)
{
  settle_for (SETTLE_US);
}

void
ui_test_wait (gboolean (*done) (gpointer data), gpointer data, const char *what)
{
  const gint64 end =
      g_get_monotonic_time () + WAIT_SECONDS * G_TIME_SPAN_SECOND;

  while (! done (data))
    {
      if (g_get_monotonic_time () > end)
        g_error ("waited for %s in vain", what);
      turn ();
      g_usleep (1000);
    }
  ui_test_settle ();
}

static gboolean
is_active (gpointer window)
{
  return gtk_window_is_active (window);
}

GtkWidget *
ui_test_show (GtkWidget *widget, int width, int height)
{
  GtkWidget *window = gtk_window_new (GTK_WINDOW_TOPLEVEL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_container_set_border_width (GTK_CONTAINER (box), 12);
  gtk_box_pack_start (GTK_BOX (box), widget, TRUE, TRUE, 0);
  gtk_container_add (GTK_CONTAINER (window), box);
  if (width > 0)
    gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  gtk_widget_show_all (window);
  gtk_window_present (GTK_WINDOW (window));
  ui_test_wait (is_active, window, "the window to have the keys");

  return window;
}

/* ---- keys and clicks ---- */

static GdkWindow *
focused_window (void)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *l = windows; l != NULL; l = l->next)
    if (gtk_window_is_active (l->data))
      return gtk_widget_get_window (l->data);

  g_error ("no window has the keys");
  return NULL;
}

void
ui_test_key (guint keyval, GdkModifierType modifiers)
{
  GdkWindow *window = focused_window ();

  g_assert_true (
      gdk_test_simulate_key (window, 1, 1, keyval, modifiers, GDK_KEY_PRESS));
  g_assert_true (
      gdk_test_simulate_key (window, 1, 1, keyval, modifiers, GDK_KEY_RELEASE));
  settle_for (modifiers & GDK_MOD1_MASK ? MNEMONIC_US : SETTLE_US);
}

void
ui_test_type (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      const gunichar c = g_utf8_get_char (p);

      ui_test_key (c == '\n' ? GDK_KEY_Return : gdk_unicode_to_keyval (c),
                   g_unichar_isupper (c) || strchr ("{}|_:()?!+", (int) c)
                       ? GDK_SHIFT_MASK
                       : 0);
    }
}

void
ui_test_click (GtkWidget *widget)
{
  GtkWidget *top = gtk_widget_get_toplevel (widget);
  int x = 0;
  int y = 0;

  g_assert_true (gtk_widget_get_mapped (widget));
  gtk_widget_translate_coordinates (
      widget, top, gtk_widget_get_allocated_width (widget) / 2,
      gtk_widget_get_allocated_height (widget) / 2, &x, &y);
  /* It takes the screen's own pixels. */
  const int scale = gtk_widget_get_scale_factor (top);
  for (int i = 0; i < 2; i++)
    g_assert_true (gdk_test_simulate_button (
        gtk_widget_get_window (top), x * scale, y * scale, 1, 0,
        i == 0 ? GDK_BUTTON_PRESS : GDK_BUTTON_RELEASE));
  ui_test_settle ();
}

/* ---- looking around ---- */

typedef struct
{
  GType type;
  const char *text;
  GtkWidget *found;
} Search;

static char *
label_of (GtkWidget *widget)
{
  const char *label = NULL;

  if (GTK_IS_LABEL (widget))
    return g_strdup (gtk_label_get_text (GTK_LABEL (widget)));
  if (GTK_IS_BUTTON (widget))
    label = gtk_button_get_label (GTK_BUTTON (widget));
  else if (GTK_IS_EXPANDER (widget))
    label = gtk_expander_get_label (GTK_EXPANDER (widget));

  return label != NULL ? gimp_strip_uline (label) : g_strdup ("");
}

static const char *
name_of (GtkWidget *widget)
{
  const char *name = atk_object_get_name (gtk_widget_get_accessible (widget));

  return name != NULL ? name : "";
}

static void
search (GtkWidget *widget, gpointer data)
{
  Search *self = data;

  if (self->found != NULL || ! gtk_widget_get_visible (widget))
    return;

  g_autofree char *label = label_of (widget);
  if (g_type_is_a (G_OBJECT_TYPE (widget), self->type) &&
      gtk_widget_get_mapped (widget) &&
      (self->text == NULL || g_str_equal (label, self->text) ||
       g_str_equal (name_of (widget), self->text)))
    self->found = widget;
  else if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), search, self);
}

GtkWidget *
ui_test_find (GtkWidget *root, GType type, const char *text)
{
  Search self = { type, text, NULL };

  search (root, &self);
  return self.found;
}

/* A name of its own, or a label that is its. */
static gboolean
has_name (GtkWidget *widget)
{
  AtkObject *accessible = gtk_widget_get_accessible (widget);

  if (name_of (widget)[0] != '\0')
    return TRUE;

  g_autoptr (AtkRelationSet) relations =
      atk_object_ref_relation_set (accessible);
  return atk_relation_set_contains (relations, ATK_RELATION_LABELLED_BY);
}

/* Of the window that an entry's text is in, the widest of its own. */
static int
get_text_area_px (GtkWidget *entry)
{
  int width_px = 0;

  for (GList *l = gdk_window_peek_children (gtk_widget_get_window (entry));
       l != NULL; l = l->next)
    {
      gpointer owner;

      gdk_window_get_user_data (l->data, &owner);
      if (owner == entry)
        width_px = MAX (width_px, gdk_window_get_width (l->data));
    }

  return width_px;
}

/* A number, or the word in its place, is not scrolled to be read. */
static void
check_spin (GtkWidget *spin)
{
  const int area_px = get_text_area_px (spin);
  int text_px;

  pango_layout_get_pixel_size (gtk_entry_get_layout (GTK_ENTRY (spin)),
                               &text_px, NULL);
  g_assert_cmpint (area_px, >, 0);
  if (text_px > area_px)
    g_error ("\"%s\" is cut off: %d in %d pixels",
             gtk_entry_get_text (GTK_ENTRY (spin)), text_px, area_px);
}

static void
check_name (GtkWidget *widget, gpointer data)
{
  if (! gtk_widget_get_mapped (widget))
    return;

  const gboolean is_combo = GTK_IS_COMBO_BOX (widget);
  if ((gtk_widget_get_can_focus (widget) || is_combo) &&
      ! GTK_IS_SCROLLED_WINDOW (widget) && ! GTK_IS_WINDOW (widget) &&
      ! has_name (widget))
    g_error ("a %s has no accessible name", G_OBJECT_TYPE_NAME (widget));
  /* Assistive tools see it as one thing. */
  if (is_combo)
    return;

  if (GTK_IS_LABEL (widget) &&
      gtk_label_get_ellipsize (GTK_LABEL (widget)) == PANGO_ELLIPSIZE_NONE)
    {
      PangoRectangle extents;

      pango_layout_get_pixel_extents (gtk_label_get_layout (GTK_LABEL (widget)),
                                      NULL, &extents);
      if (extents.width > gtk_widget_get_allocated_width (widget) ||
          extents.height > gtk_widget_get_allocated_height (widget))
        g_error ("the label \"%s\" is cut off: %d x %d in %d x %d",
                 gtk_label_get_text (GTK_LABEL (widget)), extents.width,
                 extents.height, gtk_widget_get_allocated_width (widget),
                 gtk_widget_get_allocated_height (widget));
    }

  if (GTK_IS_SPIN_BUTTON (widget))
    check_spin (widget);

  if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), check_name, data);
}

void
ui_test_check_names (GtkWidget *root)
{
  check_name (root, NULL);
}

void
ui_test_shoot (GtkWidget *widget, const char *name)
{
  const char *folder = g_getenv ("VQD_UI_SHOTS");
  GdkWindow *window = gtk_widget_get_window (gtk_widget_get_toplevel (widget));

  ui_test_settle ();
  if (folder == NULL)
    return;

  g_autofree char *file = g_strconcat (name, ".png", NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkPixbuf) pixbuf =
      gdk_pixbuf_get_from_window (window, 0, 0, gdk_window_get_width (window),
                                  gdk_window_get_height (window));

  gdk_pixbuf_save (pixbuf, path, "png", &error, NULL);
  g_assert_no_error (error);
}
