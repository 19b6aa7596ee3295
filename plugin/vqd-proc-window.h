/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-proc-window.h - the procedure that opens the window; without one, a run
 * of the mode it is told */
#ifndef VQD_PROC_WINDOW_H
#define VQD_PROC_WINDOW_H

#include <libgimp/gimp.h>

#define VQD_PROC_WINDOW "plug-in-vqdiffusion"

/* (transfer full) */
GimpProcedure *vqd_proc_window_create (GimpPlugIn *plug_in, const char *name);

#endif /* VQD_PROC_WINDOW_H */
