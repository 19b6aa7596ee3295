/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-mode.h - what is to be done: as it was asked for, or as the image
 * suggests */
#ifndef VQD_MODE_H
#define VQD_MODE_H

#include <libgimp/gimp.h>

#include "core/vqd.h"

/* "auto", then the tasks by name; NULL-terminated. */
const char *const *vqd_mode_names (void);

/* What there is in an image that suggests a mode. */
typedef struct
{
  gboolean has_selection;
  /* Whether the visible layers leave an edge of the canvas empty, as when it
   * was made larger. FALSE without any layer. */
  gboolean has_border;
} VqdModeHints;

/* image: NULL: none. A few short calls to GIMP. */
VqdModeHints vqd_mode_look (GimpImage *image);

/* The task of a mode; with "auto", the one that the hints suggest. FALSE and
 * error for a name that is none. */
gboolean vqd_mode_find_task (const char *name, const VqdModeHints *hints,
                             VqdTask *task, GError **error);

#endif /* VQD_MODE_H */
