/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-model-row.h - a model in a list: what it is, whether it is in use */
#ifndef VQD_MODEL_ROW_H
#define VQD_MODEL_ROW_H

#include <gtk/gtk.h>

#include "ui/vqd-model-list.h"

G_BEGIN_DECLS

#define VQD_TYPE_MODEL_ROW (vqd_model_row_get_type ())
G_DECLARE_FINAL_TYPE (VqdModelRow, vqd_model_row, VQD, MODEL_ROW, GtkListBoxRow)

GtkWidget *vqd_model_row_new (VqdModelEntry *entry);

/* (transfer none) */
VqdModelEntry *vqd_model_row_get_entry (VqdModelRow *self);

void vqd_model_row_set_entry (VqdModelRow *self, VqdModelEntry *entry);

/* After a change of the entry, or of what is in use. */
void vqd_model_row_update (VqdModelRow *self, gboolean is_used);

G_END_DECLS

#endif /* VQD_MODEL_ROW_H */
