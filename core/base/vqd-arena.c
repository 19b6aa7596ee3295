/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/vqd-arena.h"

#include "core/base/vqd-i18n.h"

#define ALIGNMENT 64

struct _VqdArena
{
  VqdBackend *backend; /* NULL: measuring */
  guint8 *base;
  gsize size;
  gsize used;
  gsize peak;
};


gboolean
vqd_size_mul (guint64 a, guint64 b, guint64 *product)
{
  return ! __builtin_mul_overflow (a, b, product);
}

VqdArena *
vqd_arena_new_measuring (void)
{
  VqdArena *self = g_new0 (VqdArena, 1);

  self->size = G_MAXSIZE;
  return self;
}

VqdArena *
vqd_arena_new (VqdBackend *backend, gsize n_bytes, GError **error)
{
  void *base = backend->ops->alloc (backend, MAX (n_bytes, ALIGNMENT));

  if (base == NULL)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_MEMORY,
                   _ ("The run needs %zu MiB of memory, and that much is not "
                      "free. Close other programs or ask for fewer or smaller "
                      "pictures."),
                   (n_bytes >> 20) + 1);
      return NULL;
    }

  VqdArena *self = g_new0 (VqdArena, 1);
  self->backend = backend;
  self->base = base;
  self->size = MAX (n_bytes, ALIGNMENT);
  return self;
}

void
vqd_arena_free (VqdArena *self)
{
  if (self == NULL)
    return;
  if (self->backend != NULL)
    self->backend->ops->release (self->backend, self->base);
  g_free (self);
}

void *
vqd_arena_alloc (VqdArena *self, gsize element_bytes, gint64 a, gint64 b,
                 gint64 c)
{
  guint64 n_bytes = 0;

  g_assert (a >= 0 && b >= 0 && c >= 0);
  if (! vqd_size_mul (element_bytes, (guint64) a, &n_bytes) ||
      ! vqd_size_mul (n_bytes, (guint64) b, &n_bytes) ||
      ! vqd_size_mul (n_bytes, (guint64) c, &n_bytes))
    g_assert_not_reached ();

  n_bytes = (n_bytes + ALIGNMENT - 1) & ~(guint64) (ALIGNMENT - 1);
  g_assert (n_bytes <= self->size - self->used);

  void *memory = self->base == NULL ? NULL : self->base + self->used;
  self->used += n_bytes;
  self->peak = MAX (self->peak, self->used);
  return memory;
}

gsize
vqd_arena_mark (const VqdArena *self)
{
  return self->used;
}

void
vqd_arena_reset (VqdArena *self, gsize mark)
{
  g_assert (mark <= self->used);
  self->used = mark;
}

gsize
vqd_arena_peak (const VqdArena *self)
{
  return self->peak;
}
