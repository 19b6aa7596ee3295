/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-dialog.h"

#include <glib/gi18n.h>
#include <libgimp/gimpui.h>

gboolean
vqd_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config)
{
  gimp_ui_init ("vqdiffusion");

  GtkWidget *dialog = gimp_procedure_dialog_new (procedure, config,
                                                 _("Picture from Text"));
  gimp_procedure_dialog_fill (GIMP_PROCEDURE_DIALOG (dialog), NULL);
  const gboolean ok
    = gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (dialog));
  gtk_widget_destroy (dialog);

  return ok;
}
