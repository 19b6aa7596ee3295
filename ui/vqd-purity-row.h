/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-purity-row.h - the switch of a picture's purity map, what its colours
 * mean, and the button that makes a layer of it */
#ifndef VQD_PURITY_ROW_H
#define VQD_PURITY_ROW_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define VQD_PURITY_SHOW N_ ("Map o_f Purity")
#define VQD_PURITY_LAYER N_ ("Purity Layer A_bove")

#define VQD_TYPE_PURITY_ROW (vqd_purity_row_get_type ())
G_DECLARE_FINAL_TYPE (VqdPurityRow, vqd_purity_row, VQD, PURITY_ROW, GtkBox)

/* Signals "switched" (gboolean is_on), by the user alone, and "make-layer". */
GtkWidget *vqd_purity_row_new (void);

/* Of the picture that is selected: whether it has a map, and shows it. */
void vqd_purity_row_set (VqdPurityRow *self, gboolean has_map, gboolean is_on);

/* Whether any picture shows its map: then it is said what the colours mean. */
void vqd_purity_row_set_legend (VqdPurityRow *self, gboolean is_shown);

G_END_DECLS

#endif /* VQD_PURITY_ROW_H */
