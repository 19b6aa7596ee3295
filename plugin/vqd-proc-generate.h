/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-proc-generate.h - the procedure that makes pictures from a prompt */
#ifndef VQD_PROC_GENERATE_H
#define VQD_PROC_GENERATE_H

#include <libgimp/gimp.h>

#define VQD_PROC_GENERATE "plug-in-vqdiffusion-generate"

/* (transfer full) */
GimpProcedure *vqd_proc_generate_create (GimpPlugIn *plug_in, const char *name);

#endif /* VQD_PROC_GENERATE_H */
