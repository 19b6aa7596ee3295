/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-proc-tile.h - the procedure that makes textures without seams */
#ifndef VQD_PROC_TILE_H
#define VQD_PROC_TILE_H

#include <libgimp/gimp.h>

#define VQD_PROC_TILE "plug-in-vqdiffusion-tile"

/* (transfer full) */
GimpProcedure *vqd_proc_tile_create (GimpPlugIn *plug_in, const char *name);

#endif /* VQD_PROC_TILE_H */
