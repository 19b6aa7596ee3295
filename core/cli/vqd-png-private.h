/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-png-private.h - names of the chunks that are both read and written */
#ifndef VQD_PNG_PRIVATE_H
#define VQD_PNG_PRIVATE_H

#define VQD_PNG_SOFTWARE "Software"
#define VQD_PNG_SETTINGS "vqdiffusion"
#define VQD_PNG_TOKEN_RECORD "vqdiffusion-tokens"

#endif /* VQD_PNG_PRIVATE_H */
