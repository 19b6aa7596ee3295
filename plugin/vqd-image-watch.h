/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-image-watch.h - what there is in GIMP to work on, looked at twice a
 * second
 *
 * libgimp tells of no changes. One image is looked at closely, the chosen one;
 * it may be closed at any time, and none is chosen then. */
#ifndef VQD_IMAGE_WATCH_H
#define VQD_IMAGE_WATCH_H

#include <libgimp/gimp.h>

#include "plugin/vqd-mode.h"

typedef struct
{
  int number; /* GIMP's own */
  char *name;
} VqdWatchedImage;

typedef struct
{
  GPtrArray *images; /* VqdWatchedImage, of all that are open */
  int chosen;        /* its number; 0: none */
  VqdModeHints hints;
} VqdWatchState;

typedef struct _VqdImageWatch VqdImageWatch;

/* func: called when something changed, and once soon after the start. */
typedef void (*VqdImageWatchFunc) (const VqdWatchState *state,
                                   gpointer user_data);

/* image: the one chosen; NULL: none. */
VqdImageWatch *vqd_image_watch_new (GimpImage *image, VqdImageWatchFunc func,
                                    gpointer user_data);
void vqd_image_watch_free (VqdImageWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdImageWatch, vqd_image_watch_free)

/* number: 0 is none. Looks at it, and calls func when anything is new. */
void vqd_image_watch_choose (VqdImageWatch *self, int number);

/* The chosen image, if it is still open. (transfer none) */
GimpImage *vqd_image_watch_get_image (VqdImageWatch *self);

/* Looks now. (transfer none) */
const VqdWatchState *vqd_image_watch_look (VqdImageWatch *self);

#endif /* VQD_IMAGE_WATCH_H */
