/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-preset-buttons.h"

#include <glib/gi18n.h>

#include "ui/vqd-presets.h"
#include "ui/vqd-rows.h"

#define BORDER_PX 12
#define SPACING_PX 6
#define MAX_LIST_HEIGHT_PX 240
#define LIST_WIDTH_CHARS 28
#define MAX_NAME_CHARS 60
#define NAME_KEY "vqd-name"

struct _VqdPresetButtons
{
  GtkBox parent_instance;

  GObject *config;
  GtkWidget *load;
  GtkWidget *save;
  GtkWidget *list;
  GtkWidget *entry;
  GtkWidget *hint;
  GtkWidget *save_button;
};

G_DEFINE_TYPE (VqdPresetButtons, vqd_preset_buttons, GTK_TYPE_BOX)

enum
{
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
report (VqdPresetButtons *self, const GError *error)
{
  if (error != NULL)
    g_signal_emit (self, signals[FAILED], 0, error);
}

static void
close_popover (GtkWidget *button)
{
  gtk_popover_popdown (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button)));
}

/* ---- load ---- */

static void
load_row (VqdPresetButtons *self, GtkListBoxRow *row)
{
  const char *name = g_object_get_data (G_OBJECT (row), NAME_KEY);
  g_autoptr (GError) error = NULL;

  vqd_presets_load (self->config, name, &error);
  close_popover (self->load);
  report (self, error);
}

/* The row that gets the keys when this one goes; NULL: it is the last. */
static GtkWidget *
find_neighbour (VqdPresetButtons *self, GtkListBoxRow *gone)
{
  GtkWidget *neighbour = NULL;
  g_autoptr (GList) rows =
      gtk_container_get_children (GTK_CONTAINER (self->list));

  for (GList *l = rows; l != NULL; l = l->next)
    if (l->data != gone && gtk_widget_get_visible (l->data))
      {
        neighbour = l->data;
        if (gtk_list_box_row_get_index (l->data) >
            gtk_list_box_row_get_index (gone))
          break;
      }

  return neighbour;
}

static void
remove_row (VqdPresetButtons *self, GtkListBoxRow *row)
{
  const char *name = g_object_get_data (G_OBJECT (row), NAME_KEY);
  GtkWidget *neighbour = find_neighbour (self, row);
  g_autoptr (GError) error = NULL;

  if (! vqd_presets_remove (name, &error))
    {
      report (self, error);
      return;
    }

  /* Not destroyed while its own button is at work; the list is made anew when
   * it is opened. */
  if (neighbour != NULL)
    gtk_widget_grab_focus (neighbour);
  else
    close_popover (self->load);
  gtk_widget_hide (GTK_WIDGET (row));
}

static void
remove_clicked (GtkWidget *button, VqdPresetButtons *self)
{
  remove_row (self, GTK_LIST_BOX_ROW (gtk_widget_get_ancestor (
                        button, GTK_TYPE_LIST_BOX_ROW)));
}

static gboolean
list_key_pressed (GtkWidget *list, GdkEventKey *event, VqdPresetButtons *self)
{
  GtkListBoxRow *row =
      (GtkListBoxRow *) gtk_container_get_focus_child (GTK_CONTAINER (list));

  if (row == NULL ||
      (event->keyval != GDK_KEY_Delete && event->keyval != GDK_KEY_KP_Delete))
    return GDK_EVENT_PROPAGATE;

  remove_row (self, row);
  return GDK_EVENT_STOP;
}

static GtkWidget *
new_row (VqdPresetButtons *self, const char *name)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);
  GtkWidget *label = gtk_label_new (name);
  GtkWidget *button = gtk_button_new_from_icon_name ("user-trash-symbolic",
                                                     GTK_ICON_SIZE_BUTTON);
  g_autofree char *remove_name =
      /* Translators: a preset's name */
      g_strdup_printf (_ ("Remove \"%s\""), name);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (label), LIST_WIDTH_CHARS);
  gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
  gtk_widget_set_tooltip_text (button, remove_name);
  atk_object_set_name (gtk_widget_get_accessible (button), remove_name);
  g_signal_connect (button, "clicked", G_CALLBACK (remove_clicked), self);
  gtk_widget_set_margin_start (label, SPACING_PX);
  gtk_box_pack_start (GTK_BOX (box), label, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), button, FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (row), box);
  atk_object_set_name (gtk_widget_get_accessible (row), name);
  g_object_set_data_full (G_OBJECT (row), NAME_KEY, g_strdup (name), g_free);
  gtk_widget_show_all (row);

  return row;
}

static void
load_toggled (VqdPresetButtons *self)
{
  g_auto (GStrv) names = vqd_presets_list ();
  GtkListBoxRow *row;

  if (! gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->load)))
    return;

  while ((row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), 0)) !=
         NULL)
    gtk_widget_destroy (GTK_WIDGET (row));
  for (char **name = names; *name != NULL; name++)
    gtk_list_box_insert (GTK_LIST_BOX (self->list), new_row (self, *name), -1);

  row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), 0);
  gtk_widget_grab_focus (row != NULL ? GTK_WIDGET (row) : self->list);
}

static GtkWidget *
new_load_popover (VqdPresetButtons *self)
{
  GtkWidget *popover = gtk_popover_new (self->load);
  GtkWidget *window = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget *placeholder =
      gtk_label_new (_ ("Settings that you save will be listed here"));

  self->list = gtk_list_box_new ();
  atk_object_set_name (gtk_widget_get_accessible (self->list),
                       _ ("Saved settings"));
  gtk_label_set_line_wrap (GTK_LABEL (placeholder), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (placeholder), LIST_WIDTH_CHARS);
  g_object_set (placeholder, "margin", BORDER_PX, NULL);
  gtk_widget_show (placeholder);
  gtk_list_box_set_placeholder (GTK_LIST_BOX (self->list), placeholder);
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (load_row),
                            self);
  g_signal_connect (self->list, "key-press-event",
                    G_CALLBACK (list_key_pressed), self);

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (window),
                                  GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (
      GTK_SCROLLED_WINDOW (window), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (window),
                                              MAX_LIST_HEIGHT_PX);
  gtk_container_set_border_width (GTK_CONTAINER (window), SPACING_PX);
  gtk_container_add (GTK_CONTAINER (window), self->list);
  gtk_widget_show_all (window);
  gtk_container_add (GTK_CONTAINER (popover), window);

  return popover;
}

/* ---- save ---- */

/* The name in the entry. (transfer full) */
static char *
get_name (const VqdPresetButtons *self)
{
  return g_strstrip (g_strdup (gtk_entry_get_text (GTK_ENTRY (self->entry))));
}

static void
name_changed (VqdPresetButtons *self)
{
  g_autofree char *name = get_name (self);

  gtk_widget_set_sensitive (self->save_button, name[0] != '\0');
  gtk_label_set_text (GTK_LABEL (self->hint),
                      name[0] != '\0' && vqd_presets_exists (name)
                          ? _ ("Replaces the settings of this name")
                          : _ ("All but the prompt and the seed is saved"));
}

static void
save (VqdPresetButtons *self)
{
  g_autofree char *name = get_name (self);
  g_autoptr (GError) error = NULL;

  if (name[0] == '\0')
    return;

  vqd_presets_save (self->config, name, &error);
  close_popover (self->save);
  report (self, error);
}

static void
save_toggled (VqdPresetButtons *self)
{
  if (! gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->save)))
    return;

  name_changed (self);
  gtk_widget_grab_focus (self->entry);
}

static GtkWidget *
new_save_popover (VqdPresetButtons *self)
{
  GtkWidget *popover = gtk_popover_new (self->save);
  GtkWidget *grid = gtk_grid_new ();
  self->entry = gtk_entry_new ();
  self->hint = gtk_label_new (NULL);
  self->save_button = gtk_button_new_with_mnemonic (_ ("Sa_ve"));
  gtk_label_set_xalign (GTK_LABEL (self->hint), 0.0);
  gtk_entry_set_max_length (GTK_ENTRY (self->entry), MAX_NAME_CHARS);
  gtk_entry_set_width_chars (GTK_ENTRY (self->entry), LIST_WIDTH_CHARS);
  gtk_widget_set_halign (self->save_button, GTK_ALIGN_END);
  g_signal_connect_swapped (self->entry, "changed", G_CALLBACK (name_changed),
                            self);
  g_signal_connect_swapped (self->entry, "activate", G_CALLBACK (save), self);
  g_signal_connect_swapped (self->save_button, "clicked", G_CALLBACK (save),
                            self);

  gtk_container_set_border_width (GTK_CONTAINER (grid), BORDER_PX);
  gtk_grid_set_row_spacing (GTK_GRID (grid), SPACING_PX);
  gtk_grid_set_column_spacing (GTK_GRID (grid), BORDER_PX);
  gtk_grid_attach (GTK_GRID (grid), vqd_rows_name (_ ("_Name:"), self->entry),
                   0, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), self->entry, 1, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), self->hint, 0, 1, 2, 1);
  gtk_grid_attach (GTK_GRID (grid), self->save_button, 0, 2, 2, 1);
  gtk_widget_show_all (grid);
  gtk_container_add (GTK_CONTAINER (popover), grid);

  return popover;
}

/* ---- the buttons ---- */

static void
reset (VqdPresetButtons *self)
{
  vqd_presets_reset (self->config);
}

static GtkWidget *
add_button (VqdPresetButtons *self, GtkWidget *button, const char *text,
            const char *tooltip)
{
  gtk_container_add (GTK_CONTAINER (button),
                     gtk_label_new_with_mnemonic (text));
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_widget_show_all (button);
  gtk_box_pack_start (GTK_BOX (self), button, TRUE, TRUE, 0);

  return button;
}

static void
add_buttons (VqdPresetButtons *self)
{
  GtkWidget *reset_button;

  self->load = add_button (self, gtk_menu_button_new (), _ ("_Load"),
                           _ ("Take settings that were saved"));
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->load),
                               new_load_popover (self));
  g_signal_connect_swapped (self->load, "toggled", G_CALLBACK (load_toggled),
                            self);

  self->save = add_button (self, gtk_menu_button_new (), _ ("_Save"),
                           _ ("Save these settings under a name"));
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->save),
                               new_save_popover (self));
  g_signal_connect_swapped (self->save, "toggled", G_CALLBACK (save_toggled),
                            self);

  reset_button = add_button (self, gtk_button_new (), _ ("Rese_t"),
                             _ ("All settings as they were at first; the "
                                "prompt and the seed stay"));
  g_signal_connect_swapped (reset_button, "clicked", G_CALLBACK (reset), self);
}

static void
finalize (GObject *object)
{
  g_clear_object (&VQD_PRESET_BUTTONS (object)->config);
  G_OBJECT_CLASS (vqd_preset_buttons_parent_class)->finalize (object);
}

static void
vqd_preset_buttons_class_init (VqdPresetButtonsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = finalize;
  signals[FAILED] =
      g_signal_new ("failed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                    NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
vqd_preset_buttons_init (VqdPresetButtons *self)
{
  gtk_box_set_spacing (GTK_BOX (self), SPACING_PX);
}

GtkWidget *
vqd_preset_buttons_new (GObject *config)
{
  VqdPresetButtons *self = g_object_new (VQD_TYPE_PRESET_BUTTONS, NULL);

  self->config = g_object_ref (config);
  add_buttons (self);
  gtk_widget_show (GTK_WIDGET (self));

  return GTK_WIDGET (self);
}
