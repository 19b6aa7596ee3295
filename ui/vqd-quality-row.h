/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-quality-row.h - Draft, Balanced, Best: how long the model may look
 *
 * Each is a number of steps that follows from the model; balanced is its own.
 * Any other number is the user's own. A choice stays when the model changes.
 *
 * Signals: "own": the user asks to set a number. */
#ifndef VQD_QUALITY_ROW_H
#define VQD_QUALITY_ROW_H

#include <gtk/gtk.h>

#include "ui/vqd-work.h"

G_BEGIN_DECLS

#define VQD_TYPE_QUALITY_ROW (vqd_quality_row_get_type ())
G_DECLARE_FINAL_TYPE (VqdQualityRow, vqd_quality_row, VQD, QUALITY_ROW, GtkBox)

/* Bound to config's "steps". work: borrowed, as long as the row lives. */
GtkWidget *vqd_quality_row_new (GObject *config, const VqdWork *work);

/* A label that says what the choice costs, to be packed below. (transfer none),
 * the caller packs it. */
GtkWidget *vqd_quality_row_get_cost (VqdQualityRow *self);

/* After another model. */
void vqd_quality_row_model_changed (VqdQualityRow *self);

/* After any change of config or work. */
void vqd_quality_row_update (VqdQualityRow *self);

G_END_DECLS

#endif /* VQD_QUALITY_ROW_H */
