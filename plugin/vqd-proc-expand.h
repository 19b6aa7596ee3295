/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-proc-expand.h - the procedure that makes a picture larger */
#ifndef VQD_PROC_EXPAND_H
#define VQD_PROC_EXPAND_H

#include <libgimp/gimp.h>

#define VQD_PROC_EXPAND "plug-in-vqdiffusion-expand"

/* (transfer full) */
GimpProcedure *vqd_proc_expand_create (GimpPlugIn *plug_in, const char *name);

#endif /* VQD_PROC_EXPAND_H */
