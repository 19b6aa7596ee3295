/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-session.h - a window at work: its pictures, from the wish to the layer
 *
 *   window --start--> arguments, canvas --> worker --> gallery --> image
 *
 * Everything here is the main thread's; what takes long is the worker's. The
 * image is touched only when a picture is inserted. */
#ifndef VQD_SESSION_H
#define VQD_SESSION_H

#include <libgimp/gimp.h>

/* Shows the window and works until it is closed. image: where it was opened;
 * NULL: none. (transfer full): the layers that were inserted and are still
 * there, NULL-terminated. */
GimpLayer **vqd_session_run (GimpProcedure *procedure,
                             GimpProcedureConfig *config, GimpImage *image);

#endif /* VQD_SESSION_H */
