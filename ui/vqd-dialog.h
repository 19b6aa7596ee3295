/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-dialog.h - the dialog of a run, built from the procedure's arguments */
#ifndef VQD_DIALOG_H
#define VQD_DIALOG_H

#include <libgimp/gimp.h>

/* Lets the user change the settings in config: a row for each option that the
 * procedure has. ok_label: of the button that starts. FALSE when cancelled. */
gboolean vqd_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config,
                         const char *title, const char *ok_label);

#endif /* VQD_DIALOG_H */
