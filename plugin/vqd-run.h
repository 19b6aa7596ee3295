/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-run.h - one run of a procedure, from its settings to what it returns
 *
 * All is computed first, files are written next, and the image is touched
 * last: until then there is nothing to take back. */
#ifndef VQD_RUN_H
#define VQD_RUN_H

#include <libgimp/gimp.h>

#include "core/vqd.h"

/* The call as GIMP made it. */
typedef struct
{
  GimpProcedure *procedure;
  VqdTask task;
  GimpRunMode run_mode;
  GimpImage *image;         /* NULL: none */
  GimpDrawable **drawables; /* NULL-terminated, or NULL */
} VqdRun;

/* Whether the run is about a layer that is there. */
gboolean vqd_run_needs_layer (const VqdRun *self);

/* NULL and error on failure; the image is as it was then. */
GimpValueArray *vqd_run (const VqdRun *self, GimpProcedureConfig *config,
                         GError **error);

#endif /* VQD_RUN_H */
