/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-arena.h - one block of device memory, handed out front to back
 *
 * A component lays out its buffers by asking an arena for them. Run on a
 * measuring arena, the same code says how much memory it will need: that is
 * how all memory of a run is known before the model loads. */
#ifndef VQD_ARENA_H
#define VQD_ARENA_H

#include "core/vqd.h"
#include "kernels/vqd-backend.h"

G_BEGIN_DECLS

typedef struct _VqdArena VqdArena;

/* Hands out NULL and counts. */
VqdArena *vqd_arena_new_measuring (void);

/* n_bytes of the backend's memory; VQD_ERROR_MEMORY when there is not so
 * much. The backend must outlive the arena. */
VqdArena *vqd_arena_new (VqdBackend *backend, gsize n_bytes, GError **error);

void vqd_arena_free (VqdArena *arena);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdArena, vqd_arena_free)

/* a * b * c elements of element_bytes, 64-byte aligned, not cleared; valid
 * until the arena is reset to an earlier mark. A size beyond gsize, or beyond
 * the arena, is an assertion: measure first. */
void *vqd_arena_alloc (VqdArena *arena, gsize element_bytes, gint64 a, gint64 b,
                       gint64 c);
#define vqd_arena_floats(arena, a, b)                                          \
  ((float *) vqd_arena_alloc ((arena), sizeof (float), (a), (b), 1))
#define vqd_arena_ints(arena, a, b)                                            \
  ((int *) vqd_arena_alloc ((arena), sizeof (int), (a), (b), 1))

/* Scratch: everything handed out after a mark is given back by the reset. */
gsize vqd_arena_mark (const VqdArena *arena);
void vqd_arena_reset (VqdArena *arena, gsize mark);

/* The most that was handed out at any time. */
gsize vqd_arena_peak (const VqdArena *arena);

/* TRUE and *product = a * b, or FALSE when it overflows. */
gboolean vqd_size_mul (guint64 a, guint64 b, guint64 *product);

G_END_DECLS

#endif /* VQD_ARENA_H */
