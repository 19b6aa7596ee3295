/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-work.h - how much a run is, in evaluations and seconds
 *
 * From the settings of a config, the model, and what was measured on this
 * machine. No widgets. */
#ifndef VQD_WORK_H
#define VQD_WORK_H

#include <gio/gio.h>

#include "core/vqd.h"

G_BEGIN_DECLS

/* What is not set is not known: vqd_work_init (). */
typedef struct
{
  VqdModelInfo info; /* numbers, strategy and null_condition alone */
  gboolean has_info;
  double per_evaluation; /* see vqd_settings_panel_set_speed () */
  double beside;
  double share; /* see vqd_settings_panel_set_work () */
  int n_windows;
  VqdTask mode;
} VqdWork;

/* Has share 1 of 1 window, and neither model nor speed. */
void vqd_work_init (VqdWork *self);
void vqd_work_clear (VqdWork *self);

/* Copies what it needs; NULL: not known. */
void vqd_work_set_info (VqdWork *self, const VqdModelInfo *info);

/* The model's own number of steps; 0: not known. */
int vqd_work_get_own_steps (const VqdWork *self);

/* Of a picture, with these steps in the place of config's; 0: not known. */
int vqd_work_count_evaluations (const VqdWork *self, GObject *config,
                                int steps);

/* Of a picture; negative: not known. */
double vqd_work_get_seconds (const VqdWork *self, GObject *config, int steps);

/* "0.4 s", "8 s", "2 min 05 s". (transfer full) */
char *vqd_work_describe_seconds (double seconds);

G_END_DECLS

#endif /* VQD_WORK_H */
