/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-settings-panel.h - all settings beside the words
 *
 * Bound to the properties of a procedure's config, by name; a row whose
 * property the config lacks is left out. What belongs to the mode is shown, the
 * rest is not. Saved presets hold all settings but the words and the seed.
 *
 * Signals: "estimate-changed" (no arguments); "choose-model" (no arguments):
 * the user asks for the models; "failed" (GError *error): a preset could not be
 * read or written. */
#ifndef VQD_SETTINGS_PANEL_H
#define VQD_SETTINGS_PANEL_H

#include <gtk/gtk.h>

#include "core/vqd.h"

G_BEGIN_DECLS

#define VQD_TYPE_SETTINGS_PANEL (vqd_settings_panel_get_type ())
G_DECLARE_FINAL_TYPE (VqdSettingsPanel, vqd_settings_panel, VQD, SETTINGS_PANEL,
                      GtkBox)

GtkWidget *vqd_settings_panel_new (GObject *config);

/* VQD_TASK_GENERATE at first. */
void vqd_settings_panel_set_mode (VqdSettingsPanel *self, VqdTask mode);

/* What the presets mean, and the numbers that are the model's own; copied.
 * device: what computes it. NULL and NULL: not known yet. */
void vqd_settings_panel_set_model (VqdSettingsPanel *self,
                                   const VqdModelInfo *info,
                                   const char *device);

/* Whether the size of the pictures is a setting in the present mode, and the
 * keys to it. */
gboolean vqd_settings_panel_has_size (VqdSettingsPanel *self);
void vqd_settings_panel_go_to_size (VqdSettingsPanel *self);

/* Measured on this machine. per_evaluation: seconds of one step of a picture
 * (or window of one) with guidance, which evaluates twice; beside: seconds of
 * a picture for all else (text, decoding). Negative: not known, and no seconds
 * are shown. */
void vqd_settings_panel_set_speed (VqdSettingsPanel *self,
                                   double per_evaluation, double beside);

/* How much there is to do for a picture in the present mode: the share of the
 * tokens that are drawn, 0 ... 1, and the windows it takes. 1 and 1 at
 * first. */
void vqd_settings_panel_set_work (VqdSettingsPanel *self, double share,
                                  int n_windows);

/* The seed of the run that came last; locking the seed takes it. -1: none. */
void vqd_settings_panel_set_last_seed (VqdSettingsPanel *self, gint64 seed);

/* Seconds of the whole run with the present settings; negative: not known. */
double vqd_settings_panel_get_seconds (VqdSettingsPanel *self);

/* "4 pictures: about 8 s"; "4 pictures" when no speed is known. (transfer
 * full) */
char *vqd_settings_panel_get_estimate (VqdSettingsPanel *self);

/* A label that always shows the estimate, to be packed beside the button that
 * starts. */
GtkWidget *vqd_settings_panel_new_estimate_label (VqdSettingsPanel *self);

G_END_DECLS

#endif /* VQD_SETTINGS_PANEL_H */
