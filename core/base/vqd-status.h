/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-status.h - the sticky status of a backend as an error */
#ifndef VQD_STATUS_H
#define VQD_STATUS_H

#include "core/vqd.h"
#include "kernels/vqd-backend.h"

G_BEGIN_DECLS

/* Waits for the device. FALSE when anything failed since it was opened. */
gboolean vqd_backend_check (VqdBackend *backend, GError **error);

G_END_DECLS

#endif /* VQD_STATUS_H */
