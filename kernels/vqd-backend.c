/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels/vqd-backend.h"

#include <string.h>

#include "kernels/cpu/vqd-cpu.h"

typedef struct
{
  const char *name;
  VqdBackend *(*open) (int n_threads, const char **why);
} Device;

static const Device devices[] = {
  { "cpu", vqd_cpu_open },
};

VqdBackend *
vqd_backend_open (const char *device, int n_threads, const char **why)
{
  for (size_t i = 0; i < sizeof (devices) / sizeof (devices[0]); i++)
    if (strcmp (device, devices[i].name) == 0)
      return devices[i].open (n_threads, why);

  *why = "there is no such device in this build";
  return NULL;
}
