/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-seed-row.h - a seed, its lock and its dice
 *
 * A seed of -1 is a random one for each run: not locked. Locking takes the seed
 * of the last run, so that a picture one likes can be worked on; the dice locks
 * another one. */
#ifndef VQD_SEED_ROW_H
#define VQD_SEED_ROW_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define VQD_TYPE_SEED_ROW (vqd_seed_row_get_type ())
G_DECLARE_FINAL_TYPE (VqdSeedRow, vqd_seed_row, VQD, SEED_ROW, GtkBox)

/* Bound to an integer property of config whose minimum is -1. */
GtkWidget *vqd_seed_row_new (GObject *config, const char *property);

/* For its label. (transfer none) */
GtkWidget *vqd_seed_row_get_spin (VqdSeedRow *self);

/* The seed of the last run; -1: none. */
void vqd_seed_row_set_last (VqdSeedRow *self, gint64 seed);

G_END_DECLS

#endif /* VQD_SEED_ROW_H */
