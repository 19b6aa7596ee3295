/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-asked.h - a run as it was asked for in the window
 *
 * The settings of that moment and what was read of the image; what is changed
 * in the window later has no part in it. Held by its pictures and its place in
 * the queue. Of the main thread. */
#ifndef VQD_ASKED_H
#define VQD_ASKED_H

#include <libgimp/gimp.h>

#include "plugin/vqd-args.h"
#include "plugin/vqd-canvas-io.h"

typedef struct
{
  int n_refs;
  VqdArgs *args;       /* the seed is not -1, the canvas is this one's */
  VqdCanvasIo *canvas; /* NULL: none, or not yet */
  GPtrArray *settings; /* of the config: names and values */
  char *title;         /* the prompt on one line, or what stands for none */
  int group;           /* number of the layer group of the run; 0: none yet */
  gboolean has_failed; /* and the user was told */
} VqdAsked;

/* prompt: as the model gets it. The canvas comes later: vqd-intake.h.
 * (transfer full) */
VqdAsked *vqd_asked_new (GimpProcedureConfig *config, VqdTask task,
                         const char *prompt, GError **error);
VqdAsked *vqd_asked_ref (VqdAsked *self);
void vqd_asked_unref (VqdAsked *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdAsked, vqd_asked_unref)

/* Puts the settings back into the config, with another seed. What belongs to
 * the machine, the window or the files stays as it is. */
void vqd_asked_restore (const VqdAsked *self, GimpProcedureConfig *config,
                        gint64 seed);

#endif /* VQD_ASKED_H */
