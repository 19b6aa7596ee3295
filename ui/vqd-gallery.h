/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-gallery.h - the pictures of a window as thumbnails, and what can be done
 * with each
 *
 * An item is known by a number that the caller chooses. A click, Enter or Space
 * inserts it; all else is in its menu (right click, Menu key) and in the
 * buttons below, which act on the item that is selected. A picture's purity map
 * is shown and hidden by the gallery itself. */
#ifndef VQD_GALLERY_H
#define VQD_GALLERY_H

#include <gtk/gtk.h>

#include "core/vqd.h"

G_BEGIN_DECLS

typedef enum
{
  VQD_ITEM_WAITING,
  VQD_ITEM_WORKING,
  VQD_ITEM_DONE,
  VQD_ITEM_STOPPED,
  VQD_ITEM_FAILED
} VqdItemState;

typedef enum
{
  VQD_ITEM_INSERT,
  VQD_ITEM_COMPARE,
  VQD_ITEM_REUSE,
  VQD_ITEM_SAVE,
  VQD_ITEM_STOP,
  VQD_ITEM_DELETE,
  VQD_ITEM_PURITY_LAYER
} VqdItemAction;

#define VQD_TYPE_GALLERY (vqd_gallery_get_type ())
G_DECLARE_FINAL_TYPE (VqdGallery, vqd_gallery, VQD, GALLERY, GtkBox)

/* Signal "action" (guint item, VqdItemAction action, as int). */
GtkWidget *vqd_gallery_new (void);

/* position: 0 is the first; what is shown moves there. title: the prompt, or
 * what is said when it is empty. seed: as is shown. */
void vqd_gallery_add (VqdGallery *self, guint item, int position,
                      const char *title, gint64 seed);
void vqd_gallery_remove (VqdGallery *self, guint item);

/* note: what is going on, in a few words; NULL: the state's own. */
void vqd_gallery_set_state (VqdGallery *self, guint item, VqdItemState state,
                            const char *note);
void vqd_gallery_set_tokens (VqdGallery *self, guint item, const int *tokens,
                             int width, int height);
void vqd_gallery_set_picture (VqdGallery *self, guint item, GdkPixbuf *picture);
/* How sure the model was of the picture, whose size is width by height. */
void vqd_gallery_set_purity (VqdGallery *self, guint item,
                             const VqdPurity *purity, int width_px,
                             int height_px);
void vqd_gallery_set_inserted (VqdGallery *self, guint item);

/* Scrolls until the item is seen; not while the user is at the pictures. */
void vqd_gallery_reveal (VqdGallery *self, guint item);

/* RGB of each code, for tokens. */
void vqd_gallery_set_palette (VqdGallery *self, GBytes *palette);

int vqd_gallery_get_n_items (VqdGallery *self);

G_END_DECLS

#endif /* VQD_GALLERY_H */
