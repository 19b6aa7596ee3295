/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-job.h - the engine in a thread of its own
 *
 * libgimp and GTK belong to the main thread. The thread of a job touches the
 * engine alone; what it reports is picked up by a timer on the main thread. */
#ifndef VQD_JOB_H
#define VQD_JOB_H

#include "core/vqd.h"

/* On the main thread, ten times a second at most; only when something is new.
 * progress->tokens is NULL. */
typedef void (*VqdJobFunc) (const VqdProgress *progress, gpointer user_data);

/* Opens the engine and runs the request while the main loop turns. SIGTERM and
 * SIGINT cancel it. device: the name of the device used, (transfer full).
 * NULL and error on failure. */
VqdResult *vqd_job_run (const VqdEngineOptions *options,
                        const VqdRequest *request, VqdJobFunc func,
                        gpointer user_data, char **device, GError **error);

#endif /* VQD_JOB_H */
