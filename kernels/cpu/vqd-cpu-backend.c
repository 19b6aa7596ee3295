/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <cblas.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/cpu/vqd-cpu-flags.h"
#include "kernels/cpu/vqd-cpu.h"

#define ALIGNMENT 64

static void
cpu_close (VqdBackend *self)
{
  VqdCpu *cpu = vqd_cpu (self);

  vqd_pool_free (cpu->pool);
  free (cpu->shared);
  free (cpu);
}

static VqdStatus
cpu_status (VqdBackend *self)
{
  return vqd_cpu (self)->status;
}

static void *
cpu_alloc (VqdBackend *self, size_t n_bytes)
{
  if (n_bytes > SIZE_MAX - ALIGNMENT)
    return NULL;

  const size_t rounded = (n_bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;

  return aligned_alloc (ALIGNMENT, rounded > 0 ? rounded : ALIGNMENT);
}

static void
cpu_release (VqdBackend *self, void *memory)
{
  free (memory);
}

static void
cpu_copy (VqdBackend *self, void *to, const void *from, size_t n_bytes)
{
  if (n_bytes > 0)
    memcpy (to, from, n_bytes);
}

static const VqdBackendOps cpu_backend_ops = {
  .name = "cpu",
  .close = cpu_close,
  .status = cpu_status,
  .alloc = cpu_alloc,
  .release = cpu_release,
  .upload = cpu_copy,
  .download = cpu_copy,
  .copy = cpu_copy,
  .embed = vqd_cpu_embed,
  .layer_norm = vqd_cpu_layer_norm,
  .ada_norm = vqd_cpu_ada_norm,
  .group_norm = vqd_cpu_group_norm,
  .l2_norm = vqd_cpu_l2_norm,
  .silu = vqd_cpu_silu,
  .linear = vqd_cpu_linear,
  .attention = vqd_cpu_attention,
  .pack_conv = vqd_cpu_pack_conv,
  .conv2d = vqd_cpu_conv2d,
  .unfold3 = vqd_cpu_unfold3,
  .upsample2 = vqd_cpu_upsample2,
  .nearest_code = vqd_cpu_nearest_code,
  .row_max = vqd_cpu_row_max,
  .log_x0 = vqd_cpu_log_x0,
  .posterior = vqd_cpu_posterior,
  .draw = vqd_cpu_draw,
};

VqdBackend *
vqd_cpu_open (int n_threads, const char **why)
{
  VqdCpu *self = calloc (1, sizeof (VqdCpu));
  void *shared = aligned_alloc (ALIGNMENT, VQD_CPU_SHARED_BYTES);
  VqdPool *pool = NULL;

  *why = "there is not enough memory";
  if (self != NULL && shared != NULL)
    pool = vqd_pool_new (n_threads, VQD_CPU_SCRATCH_BYTES, why);
  if (pool == NULL)
    {
      free (shared);
      free (self);
      return NULL;
    }

  self->base.ops = &cpu_backend_ops;
  self->pool = pool;
  self->shared = shared;
  self->status = VQD_STATUS_OK;
  vqd_cpu_ops_init (&self->ops, vqd_cpu_flags ());

  /* The threads are ours: a product is one thread's. */
  openblas_set_num_threads (1);
  return &self->base;
}
