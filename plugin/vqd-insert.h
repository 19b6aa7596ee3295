/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-insert.h - pictures into an image, in one undo step
 *
 * Pictures of a canvas go above the layer that the canvas was read from, where
 * they belong; all others above the selected layer, in the middle. What has
 * lost its place, because the image was closed or changed meanwhile, goes to
 * an image of its own. */
#ifndef VQD_INSERT_H
#define VQD_INSERT_H

#include <libgimp/gimp.h>

#include "plugin/vqd-args.h"
#include "plugin/vqd-canvas-io.h"

/* Where pictures are to go. */
typedef struct
{
  GimpImage *image;          /* NULL: a new one */
  GimpDrawable **drawables;  /* as for vqd_place_find () */
  const VqdCanvasIo *canvas; /* that they were made from; NULL: none */
  GimpLayer *group; /* of a target that is a group: one that is there already;
                       NULL, or in another image: a new one */
  gboolean show;    /* a new image gets a window */
  gboolean with_purity; /* above each picture how sure the model was of it */
} VqdInsert;

/* What was made. */
typedef struct
{
  GimpImage *image;
  GimpLayer **layers; /* from the top, NULL-terminated; g_free () */
  gboolean is_lost;   /* in a new image, though another was asked for */
} VqdInserted;

/* pictures: n of them, of a request read from args. */
void vqd_insert_pictures (const VqdInsert *self, const VqdArgs *args,
                          const VqdPicture *const *pictures, int n_pictures,
                          VqdInserted *inserted);

#endif /* VQD_INSERT_H */
