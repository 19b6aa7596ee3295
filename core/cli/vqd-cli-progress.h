/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-cli-progress.h - one line on stderr that says how far a run is */
#ifndef VQD_CLI_PROGRESS_H
#define VQD_CLI_PROGRESS_H

#include "core/vqd.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean shown;
  int n_columns; /* of the line that stands there now */
  gint64 start_us;
} VqdCliProgress;

/* Shows nothing when quiet, or when stderr is not a terminal. */
void vqd_cli_progress_init (VqdCliProgress *self, gboolean quiet);

/* Puts a text where the line is. */
void vqd_cli_progress_say (VqdCliProgress *self, const char *text);

/* A VqdProgressFunc; self is a VqdCliProgress. */
void vqd_cli_progress_update (const VqdProgress *progress, gpointer self);

/* A VqdConvertProgress; self is a VqdCliProgress. */
void vqd_cli_progress_update_bytes (guint64 n_bytes_done, guint64 n_bytes,
                                    gpointer self);

/* Takes the line away; to be called before anything else is printed. */
void vqd_cli_progress_clear (VqdCliProgress *self);

G_END_DECLS

#endif /* VQD_CLI_PROGRESS_H */
