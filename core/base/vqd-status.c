/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/vqd-status.h"

#include "core/base/vqd-i18n.h"


gboolean
vqd_backend_check (VqdBackend *backend, GError **error)
{
  switch (backend->ops->status (backend))
    {
    case VQD_STATUS_OK:
      return TRUE;
    case VQD_STATUS_NO_MEMORY:
      g_set_error (error, VQD_ERROR, VQD_ERROR_MEMORY,
                   _ ("The device \"%s\" ran out of memory."),
                   backend->ops->name);
      return FALSE;
    default:
      g_set_error (error, VQD_ERROR, VQD_ERROR_DEVICE,
                   _ ("The device \"%s\" failed."), backend->ops->name);
      return FALSE;
    }
}
