/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-intake.h - what was asked for, until its layer is read
 *
 * One after the other, in the order of asking; the main loop turns between two
 * strips of a layer. What needs no layer, and waits for none, is through at
 * once. */
#ifndef VQD_INTAKE_H
#define VQD_INTAKE_H

#include "plugin/vqd-asked.h"

typedef struct _VqdIntake VqdIntake;

/* asked: (transfer full), with its canvas where it needs one. error: NULL, or
 * why there is no canvas. */
typedef void (*VqdIntakeFunc) (VqdAsked *asked, const GError *error,
                               gpointer user_data);

VqdIntake *vqd_intake_new (VqdIntakeFunc func, gpointer user_data);
void vqd_intake_free (VqdIntake *self);

/* asked: (transfer none). image: NULL: none. FALSE when it has no layer to work
 * on, and nothing is to come. */
gboolean vqd_intake_add (VqdIntake *self, VqdAsked *asked, GimpImage *image,
                         GError **error);
gboolean vqd_intake_is_empty (const VqdIntake *self);
/* The number of pictures that will not be drawn. */
int vqd_intake_drop_all (VqdIntake *self);

#endif /* VQD_INTAKE_H */
