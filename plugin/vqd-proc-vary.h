/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-proc-vary.h - the procedure that draws a layer again */
#ifndef VQD_PROC_VARY_H
#define VQD_PROC_VARY_H

#include <libgimp/gimp.h>

#define VQD_PROC_VARY "plug-in-vqdiffusion-vary"

/* (transfer full) */
GimpProcedure *vqd_proc_vary_create (GimpPlugIn *plug_in, const char *name);

#endif /* VQD_PROC_VARY_H */
