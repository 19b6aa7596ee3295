/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-gallery.h"

#include <glib/gi18n.h>

#include "ui/vqd-gallery-item.h"
#include "ui/vqd-purity-row.h"

#define SPACING_PX 6
#define MAX_COLUMNS 64
#define BUTTON_COLUMNS 3
#define EMPTY_WIDTH_CHARS 60
#define EMPTY_IMAGE_PX 64
#define EMPTY_IMAGE_OPACITY 0.4

struct _VqdGallery
{
  GtkBox parent_instance;

  GHashTable *items; /* id -> VqdGalleryItem */
  GtkStack *stack;
  GtkScrolledWindow *window;
  GtkFlowBox *flow;
  GBytes *palette;
  GtkWidget *buttons[VQD_ITEM_DELETE + 1];
  VqdPurityRow *purity_row;
  GtkWidget *menu;
  gint64 activated_us;
  guint activated_item;
};

G_DEFINE_FINAL_TYPE (VqdGallery, vqd_gallery, GTK_TYPE_BOX)

typedef struct
{
  VqdItemAction action;
  const char *label;
  const char *tooltip;
} ActionText;

static const ActionText action_texts[] = {
  { VQD_ITEM_INSERT, N_ ("Ma_ke Layer"),
    N_ ("Insert the picture as a layer above the selected one; so does a click "
        "on it") },
  { VQD_ITEM_COMPARE, N_ ("_Compare"),
    N_ ("Look at the picture beside what lies below it") },
  { VQD_ITEM_REUSE, N_ ("_Use Settings"),
    N_ ("Take over the prompt, the seed and all settings of the picture") },
  { VQD_ITEM_SAVE, N_ ("E_xport..."), N_ ("Save the picture as a PNG file") },
  { VQD_ITEM_STOP, N_ ("St_op"),
    N_ ("Do not finish this picture; the others go on") },
  { VQD_ITEM_DELETE, N_ ("De_lete"), N_ ("Take the picture off this list") },
};

static guint action_signal = 0;

static void
free_item (gpointer item)
{
  vqd_gallery_item_free (item);
}

static VqdGalleryItem *
find_item (VqdGallery *self, guint id)
{
  return g_hash_table_lookup (self->items, GUINT_TO_POINTER (id));
}

static VqdGalleryItem *
selected_item (VqdGallery *self)
{
  GList *children = gtk_flow_box_get_selected_children (self->flow);
  VqdGalleryItem *item =
      children != NULL ? vqd_gallery_item_of_child (children->data) : NULL;

  g_list_free (children);
  return item;
}

/* ---- what can be done ---- */

static void
act (VqdGallery *self, VqdItemAction action)
{
  const VqdGalleryItem *item = selected_item (self);

  if (item != NULL && vqd_gallery_item_can (item, action))
    g_signal_emit (self, action_signal, 0, item->id, (int) action);
}

static gboolean
shows_a_map (VqdGallery *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->items);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((VqdGalleryItem *) value)->shows_map)
      return TRUE;
  return FALSE;
}

static void
update_buttons (VqdGallery *self)
{
  const VqdGalleryItem *item = selected_item (self);

  for (gsize i = 0; i < G_N_ELEMENTS (self->buttons); i++)
    gtk_widget_set_sensitive (
        self->buttons[i],
        item != NULL && vqd_gallery_item_can (item, (VqdItemAction) i));
  vqd_purity_row_set (self->purity_row,
                      item != NULL &&
                          vqd_gallery_item_can (item, VQD_ITEM_PURITY_LAYER),
                      item != NULL && item->shows_map);
  vqd_purity_row_set_legend (self->purity_row, shows_a_map (self));
}

static void
button_clicked (GtkWidget *button, VqdGallery *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (self->buttons); i++)
    if (self->buttons[i] == button)
      act (self, (VqdItemAction) i);
}

static void
menu_item_activated (GtkWidget *menu_item, VqdGallery *self)
{
  act (self, (VqdItemAction) GPOINTER_TO_INT (
                 g_object_get_data (G_OBJECT (menu_item), "vqd-action")));
}

static void
switch_map (VqdGallery *self, gboolean is_on)
{
  VqdGalleryItem *item = selected_item (self);

  if (item == NULL || ! vqd_gallery_item_can (item, VQD_ITEM_PURITY_LAYER))
    return;
  vqd_gallery_item_show_map (item, is_on);
  update_buttons (self);
}

static void
map_switched (GtkWidget *row, gboolean is_on, VqdGallery *self)
{
  switch_map (self, is_on);
}

static void
map_item_toggled (GtkCheckMenuItem *menu_item, VqdGallery *self)
{
  switch_map (self, gtk_check_menu_item_get_active (menu_item));
}

static void
make_purity_layer (GtkWidget *row, VqdGallery *self)
{
  act (self, VQD_ITEM_PURITY_LAYER);
}

static void
add_menu_item (VqdGallery *self, const VqdGalleryItem *item,
               VqdItemAction action, const char *label)
{
  GtkWidget *menu_item = gtk_menu_item_new_with_mnemonic (label);

  g_object_set_data (G_OBJECT (menu_item), "vqd-action",
                     GINT_TO_POINTER (action));
  gtk_widget_set_sensitive (menu_item, vqd_gallery_item_can (item, action));
  g_signal_connect (menu_item, "activate", G_CALLBACK (menu_item_activated),
                    self);
  gtk_menu_shell_append (GTK_MENU_SHELL (self->menu), menu_item);
}

static void
add_map_items (VqdGallery *self, const VqdGalleryItem *item)
{
  GtkWidget *show = gtk_check_menu_item_new_with_mnemonic (_ (VQD_PURITY_SHOW));

  gtk_check_menu_item_set_active (GTK_CHECK_MENU_ITEM (show), item->shows_map);
  gtk_widget_set_sensitive (show,
                            vqd_gallery_item_can (item, VQD_ITEM_PURITY_LAYER));
  g_signal_connect (show, "toggled", G_CALLBACK (map_item_toggled), self);
  gtk_menu_shell_append (GTK_MENU_SHELL (self->menu),
                         gtk_separator_menu_item_new ());
  gtk_menu_shell_append (GTK_MENU_SHELL (self->menu), show);
  add_menu_item (self, item, VQD_ITEM_PURITY_LAYER, _ (VQD_PURITY_LAYER));
}

static gboolean
popup_menu (VqdGallery *self, const GdkEvent *event)
{
  const VqdGalleryItem *item = selected_item (self);

  if (item == NULL)
    return GDK_EVENT_PROPAGATE;

  if (self->menu != NULL)
    gtk_widget_destroy (self->menu);
  self->menu = gtk_menu_new ();
  gtk_menu_attach_to_widget (GTK_MENU (self->menu), item->child, NULL);
  g_signal_connect (self->menu, "destroy", G_CALLBACK (gtk_widget_destroyed),
                    &self->menu);
  for (gsize i = 0; i < G_N_ELEMENTS (action_texts); i++)
    add_menu_item (self, item, action_texts[i].action,
                   _ (action_texts[i].label));
  add_map_items (self, item);
  gtk_widget_show_all (self->menu);
  if (event != NULL)
    gtk_menu_popup_at_pointer (GTK_MENU (self->menu), event);
  else
    gtk_menu_popup_at_widget (GTK_MENU (self->menu), item->child,
                              GDK_GRAVITY_CENTER, GDK_GRAVITY_NORTH_WEST, NULL);
  return GDK_EVENT_STOP;
}

/* ---- events ---- */

/* The second click of a double click inserts nothing. */
static gboolean
is_repeated (VqdGallery *self, guint item)
{
  const gint64 now_us = g_get_monotonic_time ();
  int interval_ms = 0;

  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)),
                "gtk-double-click-time", &interval_ms, NULL);
  const gboolean repeated = item == self->activated_item &&
                            now_us - self->activated_us < interval_ms * 1000;
  self->activated_us = now_us;
  self->activated_item = item;
  return repeated;
}

static void
child_activated (GtkFlowBox *flow, GtkFlowBoxChild *child, VqdGallery *self)
{
  const VqdGalleryItem *item = vqd_gallery_item_of_child (child);

  if (! is_repeated (self, item->id))
    act (self, VQD_ITEM_INSERT);
}

static void
select_child (VqdGallery *self, GtkWidget *child)
{
  gtk_flow_box_select_child (self->flow, GTK_FLOW_BOX_CHILD (child));
  gtk_widget_grab_focus (child);
}

static gboolean
button_pressed (GtkWidget *flow, GdkEventButton *event, VqdGallery *self)
{
  GtkFlowBoxChild *child = gtk_flow_box_get_child_at_pos (
      self->flow, (int) event->x, (int) event->y);

  if (! gdk_event_triggers_context_menu ((GdkEvent *) event) || child == NULL)
    return GDK_EVENT_PROPAGATE;

  select_child (self, GTK_WIDGET (child));
  return popup_menu (self, (GdkEvent *) event);
}

static gboolean
menu_key (GtkWidget *flow, VqdGallery *self)
{
  return popup_menu (self, NULL);
}

static gboolean
key_pressed (GtkWidget *flow, GdkEventKey *event, VqdGallery *self)
{
  if ((event->state & gtk_accelerator_get_default_mod_mask ()) != 0)
    return GDK_EVENT_PROPAGATE;

  switch (event->keyval)
    {
    case GDK_KEY_Delete:
    case GDK_KEY_KP_Delete:
      act (self, VQD_ITEM_DELETE);
      return GDK_EVENT_STOP;

    /* Else Enter would press the window's default button. */
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_space:
      act (self, VQD_ITEM_INSERT);
      return GDK_EVENT_STOP;

    default:
      return GDK_EVENT_PROPAGATE;
    }
}

/* Arrow keys move the focus; what has it is what the buttons act on. */
static void
focus_moved (GtkContainer *flow, GtkWidget *child, VqdGallery *self)
{
  if (child != NULL)
    gtk_flow_box_select_child (self->flow, GTK_FLOW_BOX_CHILD (child));
}

/* ---- building ---- */

static GtkWidget *
new_empty_page (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2 * SPACING_PX);
  GtkWidget *image = gtk_image_new_from_icon_name ("image-x-generic-symbolic",
                                                   GTK_ICON_SIZE_DIALOG);
  GtkWidget *label = gtk_label_new (
      _ ("Type above what you want to see, and press Ctrl+Enter.\n"
         "The pictures grow here. A click on one makes it a layer."));

  gtk_image_set_pixel_size (GTK_IMAGE (image), EMPTY_IMAGE_PX);
  gtk_widget_set_opacity (image, EMPTY_IMAGE_OPACITY);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), EMPTY_WIDTH_CHARS);
  gtk_box_pack_start (GTK_BOX (box), image, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  return box;
}

static GtkWidget *
new_flow_page (VqdGallery *self)
{
  GtkWidget *window = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget *flow = gtk_flow_box_new ();

  self->window = GTK_SCROLLED_WINDOW (window);
  self->flow = GTK_FLOW_BOX (flow);
  gtk_flow_box_set_selection_mode (self->flow, GTK_SELECTION_SINGLE);
  gtk_flow_box_set_activate_on_single_click (self->flow, TRUE);
  gtk_flow_box_set_homogeneous (self->flow, TRUE);
  gtk_flow_box_set_max_children_per_line (self->flow, MAX_COLUMNS);
  gtk_flow_box_set_row_spacing (self->flow, SPACING_PX);
  gtk_flow_box_set_column_spacing (self->flow, SPACING_PX);
  gtk_widget_set_valign (flow, GTK_ALIGN_START);
  gtk_widget_set_halign (flow, GTK_ALIGN_FILL);
  atk_object_set_name (gtk_widget_get_accessible (flow), _ ("Pictures"));
  g_signal_connect (flow, "child-activated", G_CALLBACK (child_activated),
                    self);
  g_signal_connect (flow, "button-press-event", G_CALLBACK (button_pressed),
                    self);
  g_signal_connect (flow, "popup-menu", G_CALLBACK (menu_key), self);
  g_signal_connect (flow, "key-press-event", G_CALLBACK (key_pressed), self);
  g_signal_connect (flow, "set-focus-child", G_CALLBACK (focus_moved), self);
  g_signal_connect_swapped (flow, "selected-children-changed",
                            G_CALLBACK (update_buttons), self);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (window),
                                  GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_container_add (GTK_CONTAINER (window), flow);
  return window;
}

/* Two rows: translated words are long. */
static GtkWidget *
new_buttons (VqdGallery *self)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_row_spacing (GTK_GRID (grid), SPACING_PX);
  gtk_grid_set_column_spacing (GTK_GRID (grid), SPACING_PX);
  for (gsize i = 0; i < G_N_ELEMENTS (action_texts); i++)
    {
      GtkWidget *button =
          gtk_button_new_with_mnemonic (_ (action_texts[i].label));

      self->buttons[action_texts[i].action] = button;
      gtk_widget_set_tooltip_text (button, _ (action_texts[i].tooltip));
      g_signal_connect (button, "clicked", G_CALLBACK (button_clicked), self);
      gtk_widget_set_hexpand (button, TRUE);
      gtk_grid_attach (GTK_GRID (grid), button, (int) i % BUTTON_COLUMNS,
                       (int) i / BUTTON_COLUMNS, 1, 1);
    }
  return grid;
}

static void
vqd_gallery_finalize (GObject *object)
{
  VqdGallery *self = VQD_GALLERY (object);

  g_clear_pointer (&self->items, g_hash_table_unref);
  g_clear_pointer (&self->palette, g_bytes_unref);
  G_OBJECT_CLASS (vqd_gallery_parent_class)->finalize (object);
}

static void
vqd_gallery_class_init (VqdGalleryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = vqd_gallery_finalize;
  action_signal =
      g_signal_new ("action", VQD_TYPE_GALLERY, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_INT);
}

static void
vqd_gallery_init (VqdGallery *self)
{
  GtkWidget *stack = gtk_stack_new ();
  GtkWidget *purity_row = vqd_purity_row_new ();

  self->items = g_hash_table_new_full (NULL, NULL, NULL, free_item);
  self->stack = GTK_STACK (stack);
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self),
                                  GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), SPACING_PX);
  gtk_stack_add_named (self->stack, new_empty_page (), "empty");
  gtk_stack_add_named (self->stack, new_flow_page (self), "pictures");
  gtk_box_pack_start (GTK_BOX (self), stack, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (self), new_buttons (self), FALSE, FALSE, 0);
  self->purity_row = VQD_PURITY_ROW (purity_row);
  g_signal_connect (purity_row, "switched", G_CALLBACK (map_switched), self);
  g_signal_connect (purity_row, "make-layer", G_CALLBACK (make_purity_layer),
                    self);
  gtk_box_pack_start (GTK_BOX (self), purity_row, FALSE, FALSE, 0);
  gtk_widget_show_all (GTK_WIDGET (self));
  update_buttons (self);
}

GtkWidget *
vqd_gallery_new (void)
{
  return g_object_new (VQD_TYPE_GALLERY, NULL);
}

/* ---- items ---- */

void
vqd_gallery_add (VqdGallery *self, guint id, int position, const char *title,
                 gint64 seed)
{
  VqdGalleryItem *item = vqd_gallery_item_new (id, title, seed);

  vqd_thumb_set_palette (item->thumb, self->palette);
  g_hash_table_insert (self->items, GUINT_TO_POINTER (id), item);
  gtk_flow_box_insert (self->flow, item->child, position);
  if (position == 0)
    gtk_adjustment_set_value (
        gtk_scrolled_window_get_vadjustment (self->window), 0);
  gtk_stack_set_visible_child_name (self->stack, "pictures");
  update_buttons (self);
}

void
vqd_gallery_remove (VqdGallery *self, guint id)
{
  VqdGalleryItem *item = find_item (self, id);

  if (item == NULL)
    return;

  const int index =
      gtk_flow_box_child_get_index (GTK_FLOW_BOX_CHILD (item->child));
  const gboolean had_focus = gtk_widget_is_focus (item->child);
  gtk_widget_destroy (item->child);
  g_hash_table_remove (self->items, GUINT_TO_POINTER (id));

  /* The keyboard goes on where it was. */
  const int n_items = vqd_gallery_get_n_items (self);
  if (n_items == 0)
    gtk_stack_set_visible_child_name (self->stack, "empty");
  else if (had_focus)
    select_child (self, GTK_WIDGET (gtk_flow_box_get_child_at_index (
                            self->flow, MIN (index, n_items - 1))));
  update_buttons (self);
}

void
vqd_gallery_set_state (VqdGallery *self, guint id, VqdItemState state,
                       const char *note)
{
  VqdGalleryItem *item = find_item (self, id);

  if (item == NULL)
    return;
  vqd_gallery_item_set_state (item, state, note);
  /* The buttons and their keys have something to act on at once. */
  if (state == VQD_ITEM_DONE && selected_item (self) == NULL)
    gtk_flow_box_select_child (self->flow, GTK_FLOW_BOX_CHILD (item->child));
  update_buttons (self);
}

void
vqd_gallery_set_tokens (VqdGallery *self, guint id, const int *tokens,
                        int width, int height)
{
  VqdGalleryItem *item = find_item (self, id);

  if (item != NULL)
    vqd_thumb_set_tokens (item->thumb, tokens, width, height);
}

void
vqd_gallery_set_picture (VqdGallery *self, guint id, GdkPixbuf *picture)
{
  VqdGalleryItem *item = find_item (self, id);

  if (item != NULL)
    vqd_thumb_set_picture (item->thumb, picture);
}

void
vqd_gallery_set_purity (VqdGallery *self, guint id, const VqdPurity *purity,
                        int width_px, int height_px)
{
  VqdGalleryItem *item = find_item (self, id);

  if (item == NULL)
    return;
  vqd_gallery_item_set_purity (item, purity, width_px, height_px);
  update_buttons (self);
}

void
vqd_gallery_set_inserted (VqdGallery *self, guint id)
{
  VqdGalleryItem *item = find_item (self, id);

  if (item != NULL)
    vqd_gallery_item_set_inserted (item);
}

void
vqd_gallery_reveal (VqdGallery *self, guint id)
{
  const VqdGalleryItem *item = find_item (self, id);
  GtkAllocation place;

  if (item == NULL ||
      gtk_container_get_focus_child (GTK_CONTAINER (self->flow)) != NULL)
    return;

  gtk_widget_get_allocation (item->child, &place);
  gtk_adjustment_clamp_page (gtk_scrolled_window_get_vadjustment (self->window),
                             place.y, place.y + place.height);
}

void
vqd_gallery_set_palette (VqdGallery *self, GBytes *palette)
{
  GHashTableIter iter;
  gpointer value;

  g_bytes_ref (palette);
  g_clear_pointer (&self->palette, g_bytes_unref);
  self->palette = palette;
  g_hash_table_iter_init (&iter, self->items);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    vqd_thumb_set_palette (((VqdGalleryItem *) value)->thumb, palette);
}

int
vqd_gallery_get_n_items (VqdGallery *self)
{
  return (int) g_hash_table_size (self->items);
}
