/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-cli-interrupt.h - Ctrl-C and SIGTERM cancel the run in good order
 *
 * A second one ends the program on the spot. */
#ifndef VQD_CLI_INTERRUPT_H
#define VQD_CLI_INTERRUPT_H

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _VqdCliInterrupt VqdCliInterrupt;

/* Listens from here on; one at a time. */
VqdCliInterrupt *vqd_cli_interrupt_new (void);
void vqd_cli_interrupt_free (VqdCliInterrupt *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdCliInterrupt, vqd_cli_interrupt_free)

/* (transfer none) */
GCancellable *vqd_cli_interrupt_get_cancellable (VqdCliInterrupt *self);

/* 128 + the signal's number; 0 when there was none. */
int vqd_cli_interrupt_get_exit_code (VqdCliInterrupt *self);

G_END_DECLS

#endif /* VQD_CLI_INTERRUPT_H */
