/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-models-page.h - the models of this machine: see, choose, add, convert
 *
 * Files are opened, checked and converted in threads; destroying the page
 * cancels them.
 *
 * Signals: "model-chosen" (no arguments): the user chose another one; config's
 * property has it already. */
#ifndef VQD_MODELS_PAGE_H
#define VQD_MODELS_PAGE_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define VQD_TYPE_MODELS_PAGE (vqd_models_page_get_type ())
G_DECLARE_FINAL_TYPE (VqdModelsPage, vqd_models_page, VQD, MODELS_PAGE, GtkBox)

/* property: a GFile of config, the model; NULL there is the first that is
 * found. */
GtkWidget *vqd_models_page_new (GObject *config, const char *property);

/* Looks again which models there are. The page does so by itself when it is
 * shown. */
void vqd_models_page_refresh (VqdModelsPage *self);

G_END_DECLS

#endif /* VQD_MODELS_PAGE_H */
