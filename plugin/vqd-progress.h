/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-progress.h - a run's progress in GIMP's own progress bar */
#ifndef VQD_PROGRESS_H
#define VQD_PROGRESS_H

#include "core/vqd.h"

void vqd_progress_start (void);

/* A VqdJobFunc. */
void vqd_progress_show (const VqdProgress *progress, gpointer user_data);

void vqd_progress_end (void);

#endif /* VQD_PROGRESS_H */
