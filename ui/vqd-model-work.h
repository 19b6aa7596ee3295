/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-model-work.h - a model file is converted or checked, in a thread
 *
 * A row with what is being done, a bar and a button that cancels; hidden while
 * nothing is done. Destroying it cancels.
 *
 * Signals: "done" (GError *error): NULL when it went well; not sent for what
 * was cancelled. */
#ifndef VQD_MODEL_WORK_H
#define VQD_MODEL_WORK_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define VQD_TYPE_MODEL_WORK (vqd_model_work_get_type ())
G_DECLARE_FINAL_TYPE (VqdModelWork, vqd_model_work, VQD, MODEL_WORK, GtkBox)

GtkWidget *vqd_model_work_new (void);

/* Only one thing at a time: FALSE while it is busy. */
gboolean vqd_model_work_convert (VqdModelWork *self, const char *in,
                                 const char *out, const char *dtype,
                                 gboolean force);
gboolean vqd_model_work_verify (VqdModelWork *self, const char *path);

/* The file of the last work: what was written, or what was checked. (transfer
 * none) */
const char *vqd_model_work_get_path (VqdModelWork *self);
/* Whether the last work was a conversion. */
gboolean vqd_model_work_was_conversion (VqdModelWork *self);

G_END_DECLS

#endif /* VQD_MODEL_WORK_H */
