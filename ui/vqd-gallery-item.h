/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-gallery-item.h - a picture of the gallery: its thumbnail, what is said
 * below it, what can be done with it */
#ifndef VQD_GALLERY_ITEM_H
#define VQD_GALLERY_ITEM_H

#include "ui/vqd-gallery.h"
#include "ui/vqd-thumb.h"

G_BEGIN_DECLS

/* All but what is set by the functions below is only read. */
typedef struct
{
  guint id;
  GtkWidget *child; /* of the flow box, which owns it */
  VqdThumb *thumb;
  gboolean shows_map;

  VqdItemState state;
  gboolean is_inserted;
  char *title;
  gint64 seed;
  char *note;   /* NULL: the state's own */
  char *purity; /* in words; NULL: it has no map */
  GtkLabel *state_label;
} VqdGalleryItem;

VqdGalleryItem *vqd_gallery_item_new (guint id, const char *title, gint64 seed);
/* The child is left to its parent. */
void vqd_gallery_item_free (VqdGalleryItem *self);

/* Of the child of a flow box. */
VqdGalleryItem *vqd_gallery_item_of_child (gpointer child);

gboolean vqd_gallery_item_can (const VqdGalleryItem *self,
                               VqdItemAction action);

void vqd_gallery_item_set_state (VqdGalleryItem *self, VqdItemState state,
                                 const char *note);
void vqd_gallery_item_set_inserted (VqdGalleryItem *self);

/* As vqd_gallery_set_purity (). */
void vqd_gallery_item_set_purity (VqdGalleryItem *self, const VqdPurity *purity,
                                  int width_px, int height_px);
void vqd_gallery_item_show_map (VqdGalleryItem *self, gboolean is_shown);

G_END_DECLS

#endif /* VQD_GALLERY_ITEM_H */
