/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "kernels/cpu/vqd-cpu-flags.h"
#include "vqd-check.h"

static void
check_flags (void)
{
  unsetenv ("VQD_CPU_FLAGS");

  const unsigned all = vqd_cpu_flags ();

  setenv ("VQD_CPU_FLAGS", "0", 1);
  vqd_check (vqd_cpu_flags () == 0, "flags/none");
  setenv ("VQD_CPU_FLAGS", "avx2", 1);
  vqd_check (vqd_cpu_flags () == (all & VQD_CPU_AVX2), "flags/avx2");
  setenv ("VQD_CPU_FLAGS", "0x2", 1);
  vqd_check (vqd_cpu_flags () == (all & VQD_CPU_AVX512), "flags/mask");
  setenv ("VQD_CPU_FLAGS", "nonsense", 1);
  vqd_check (vqd_cpu_flags () == all, "flags/unknown-word");
  unsetenv ("VQD_CPU_FLAGS");
}

static void
check_memory (VqdBackend *backend)
{
  const VqdBackendOps *ops = backend->ops;
  const char text[] = "a line of text";
  char *a = ops->alloc (backend, 1);
  char *b = ops->alloc (backend, 1000);
  char back[sizeof (text)] = "";

  vqd_check ((uintptr_t) a % 64 == 0 && (uintptr_t) b % 64 == 0,
             "memory/aligned");
  ops->upload (backend, b, text, sizeof (text));
  ops->copy (backend, b + 100, b, sizeof (text));
  ops->download (backend, back, b + 100, sizeof (text));
  vqd_check (strcmp (back, text) == 0, "memory/there-and-back");
  ops->release (backend, a);
  ops->release (backend, b);

  a = ops->alloc (backend, 0);
  vqd_check (a != NULL, "memory/nothing");
  ops->release (backend, a);
  ops->release (backend, NULL);
  vqd_check (ops->alloc (backend, SIZE_MAX) == NULL, "memory/overflow");
  vqd_check (ops->alloc (backend, SIZE_MAX / 4) == NULL, "memory/too-much");
  vqd_check (ops->status (backend) == VQD_STATUS_OK, "memory/status");
}

/* The one thing that an op can fail at: its scores need a row of scratch. */
static void
check_status (VqdBackend *backend)
{
  const VqdAttention huge = { .batch = 1,
                              .kv_batch = 1,
                              .heads = 1,
                              .n_q = 1,
                              .n_k = 1 << 30,
                              .d_head = 1,
                              .q_stride = 1,
                              .kv_stride = 1 };
  float x = 1.0f;
  float y = 2.0f;

  backend->ops->attention (backend, &y, &x, &x, &x, &huge);
  vqd_check (backend->ops->status (backend) == VQD_STATUS_NO_MEMORY,
             "status/no-memory");
  backend->ops->silu (backend, &y, &x, 1);
  vqd_check (backend->ops->status (backend) == VQD_STATUS_NO_MEMORY,
             "status/sticky");
}

int
main (int argc, char **argv)
{
  const char *why = NULL;

  vqd_check_init (argc, argv);
  check_flags ();
  vqd_check (vqd_backend_open ("abacus", 1, &why) == NULL && why != NULL,
             "open/no-such-device");

  VqdBackend *backend = vqd_check_open (0);

  vqd_check (strcmp (backend->ops->name, "cpu") == 0, "open/name");
  check_memory (backend);
  check_status (backend);
  backend->ops->close (backend);
  return vqd_check_finish ();
}
