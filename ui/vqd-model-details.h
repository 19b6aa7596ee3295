/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-model-details.h - what a model is, and whose */
#ifndef VQD_MODEL_DETAILS_H
#define VQD_MODEL_DETAILS_H

#include <gtk/gtk.h>

#include "ui/vqd-model-list.h"

G_BEGIN_DECLS

/* Hidden as long as there is nothing to tell. */
GtkWidget *vqd_model_details_new (void);

/* NULL, or one that is not read: nothing. */
void vqd_model_details_set_entry (GtkWidget *details,
                                  const VqdModelEntry *entry);

G_END_DECLS

#endif /* VQD_MODEL_DETAILS_H */
