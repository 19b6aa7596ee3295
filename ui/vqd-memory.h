/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-memory.h - the machine's memory */
#ifndef VQD_MEMORY_H
#define VQD_MEMORY_H

#include <glib.h>

G_BEGIN_DECLS

/* Bytes that a program may still take; 0: the system does not say. */
guint64 vqd_memory_get_free (void);

G_END_DECLS

#endif /* VQD_MEMORY_H */
