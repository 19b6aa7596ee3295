/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-proc-fill.h - the procedure that fills a selection */
#ifndef VQD_PROC_FILL_H
#define VQD_PROC_FILL_H

#include <libgimp/gimp.h>

#define VQD_PROC_FILL "plug-in-vqdiffusion-fill"

/* (transfer full) */
GimpProcedure *vqd_proc_fill_create (GimpPlugIn *plug_in, const char *name);

#endif /* VQD_PROC_FILL_H */
