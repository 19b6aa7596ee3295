/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-procedure.h - what the procedures that make pictures have in common
 *
 * A procedure is a task with its words. Arguments, dialog, the run itself and
 * what is returned follow from the task. */
#ifndef VQD_PROCEDURE_H
#define VQD_PROCEDURE_H

#include <libgimp/gimp.h>

#include "core/vqd.h"

/* Strings are marked by N_ (). */
typedef struct
{
  VqdTask task;
  const char *menu_label;
  const char *title;    /* of the dialog */
  const char *ok_label; /* of its button */
  const char *blurb;
  const char *help;
} VqdProcedure;

/* Puts it among ours, in the user's language; submenu: NULL: none. */
void vqd_procedure_add_to_menu (GimpProcedure *procedure, const char *submenu);

/* self: static. (transfer full) */
GimpProcedure *vqd_procedure_new (GimpPlugIn *plug_in, const char *name,
                                  const VqdProcedure *self);

/* What a procedure answers with when it failed or was cancelled. Takes the
 * error. */
GimpValueArray *vqd_procedure_return_error (GimpProcedure *procedure,
                                            GError *error);

/* The results of a run. none_ok: whether there may be no image. */
void vqd_procedure_declare_results (GimpProcedure *procedure, gboolean none_ok);

#endif /* VQD_PROCEDURE_H */
