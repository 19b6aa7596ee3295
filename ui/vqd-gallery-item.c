/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-gallery-item.h"

#include <glib/gi18n.h>
#include <math.h>

#include "ui/vqd-purity-colors.h"

#define THUMB_PX 128
#define DATA_KEY "vqd-item"

static const char *
state_text (const VqdGalleryItem *self)
{
  if (self->note != NULL)
    return self->note;
  if (self->shows_map)
    return self->purity;

  switch (self->state)
    {
    case VQD_ITEM_WAITING:
      return _ ("Waiting");
    case VQD_ITEM_WORKING:
      return _ ("Working");
    case VQD_ITEM_DONE:
      return self->is_inserted ? _ ("✓ Is a layer") : _ ("Ready");
    case VQD_ITEM_STOPPED:
      return _ ("Stopped");
    case VQD_ITEM_FAILED:
      return _ ("Failed");
    }
  return "";
}

static void
show_state (VqdGalleryItem *self)
{
  AtkObject *accessible = gtk_widget_get_accessible (self->child);
  /* Translators: for screen readers: the prompt, the seed, the state */
  g_autofree char *name = g_strdup_printf (_ ("%s, seed %d: %s"), self->title,
                                           (int) self->seed, state_text (self));

  gtk_label_set_text (self->state_label, state_text (self));
  atk_object_set_name (accessible, name);
}

static GtkLabel *
new_caption (GtkWidget *box, const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 1);
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  return GTK_LABEL (label);
}

VqdGalleryItem *
vqd_gallery_item_new (guint id, const char *title, gint64 seed)
{
  VqdGalleryItem *self = g_new0 (VqdGalleryItem, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  /* Translators: below a picture */
  g_autofree char *caption = g_strdup_printf (_ ("Seed %d"), (int) seed);

  self->id = id;
  self->title = g_strdup (title);
  self->seed = seed;
  self->child = gtk_flow_box_child_new ();
  self->thumb = VQD_THUMB (vqd_thumb_new (THUMB_PX));
  gtk_box_pack_start (GTK_BOX (box), GTK_WIDGET (self->thumb), FALSE, FALSE, 0);
  new_caption (box, caption);
  self->state_label = new_caption (box, "");
  gtk_style_context_add_class (
      gtk_widget_get_style_context (GTK_WIDGET (self->state_label)),
      GTK_STYLE_CLASS_DIM_LABEL);
  gtk_container_add (GTK_CONTAINER (self->child), box);
  gtk_widget_set_tooltip_text (self->child, title);
  g_object_set_data (G_OBJECT (self->child), DATA_KEY, self);
  gtk_widget_show_all (self->child);
  show_state (self);
  return self;
}

void
vqd_gallery_item_free (VqdGalleryItem *self)
{
  if (self == NULL)
    return;
  g_free (self->title);
  g_free (self->note);
  g_free (self->purity);
  g_free (self);
}

VqdGalleryItem *
vqd_gallery_item_of_child (gpointer child)
{
  return g_object_get_data (child, DATA_KEY);
}

gboolean
vqd_gallery_item_can (const VqdGalleryItem *self, VqdItemAction action)
{
  const gboolean is_open =
      self->state == VQD_ITEM_WAITING || self->state == VQD_ITEM_WORKING;

  switch (action)
    {
    case VQD_ITEM_INSERT:
    case VQD_ITEM_COMPARE:
    case VQD_ITEM_SAVE:
      return self->state == VQD_ITEM_DONE;
    case VQD_ITEM_REUSE:
      return TRUE;
    case VQD_ITEM_STOP:
      return is_open;
    case VQD_ITEM_DELETE:
      return ! is_open;
    case VQD_ITEM_PURITY_LAYER:
      return self->state == VQD_ITEM_DONE && self->purity != NULL;
    }
  return FALSE;
}

void
vqd_gallery_item_set_state (VqdGalleryItem *self, VqdItemState state,
                            const char *note)
{
  if (self->state == state && g_strcmp0 (self->note, note) == 0)
    return;

  self->state = state;
  g_free (self->note);
  self->note = g_strdup (note);
  vqd_thumb_set_faded (self->thumb,
                       state == VQD_ITEM_STOPPED || state == VQD_ITEM_FAILED);
  show_state (self);
}

void
vqd_gallery_item_set_inserted (VqdGalleryItem *self)
{
  self->is_inserted = TRUE;
  show_state (self);
}

void
vqd_gallery_item_set_purity (VqdGalleryItem *self, const VqdPurity *purity,
                             int width_px, int height_px)
{
  g_autoptr (GdkPixbuf) cells = vqd_purity_new_cells (purity);
  const cairo_rectangle_t place = {
    .x = purity->x_px / width_px,
    .y = purity->y_px / height_px,
    .width = purity->grid_width * purity->cell_width_px / width_px,
    .height = purity->grid_height * purity->cell_height_px / height_px
  };

  if (cells == NULL)
    return;
  g_free (self->purity);
  /* Translators: below a picture: how sure the model was, in the mean */
  self->purity = g_strdup_printf (_ ("Purity %d %%"),
                                  (int) lrint (100 * vqd_purity_mean (purity)));
  vqd_thumb_set_map (self->thumb, cells, &place);
  show_state (self);
}

void
vqd_gallery_item_show_map (VqdGalleryItem *self, gboolean is_shown)
{
  self->shows_map = is_shown;
  vqd_thumb_show_map (self->thumb, is_shown);
  show_state (self);
}
