/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-cli-run.h - runs a request and writes its pictures */
#ifndef VQD_CLI_RUN_H
#define VQD_CLI_RUN_H

#include "core/cli/vqd-cli-options.h"
#include "core/cli/vqd-png.h"

G_BEGIN_DECLS

/* The file that a picture becomes; what it is made with is added to it. data:
 * as given to vqd_cli_run (). */
typedef VqdPng *(*VqdCliDraw) (const VqdPicture *picture, gpointer data,
                               GError **error);

/* The picture as it is, with its tokens; data is not used. */
VqdPng *vqd_cli_draw_picture (const VqdPicture *picture, gpointer data,
                              GError **error);

/* Checks, runs, writes. Says on stderr what went wrong, and what there is to
 * say; returns the exit code. */
int vqd_cli_run (const VqdCliOptions *options, VqdCliDraw draw, gpointer data);

G_END_DECLS

#endif /* VQD_CLI_RUN_H */
