/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-model-sources.h - where published models are to be had */
#ifndef VQD_MODEL_SOURCES_H
#define VQD_MODEL_SOURCES_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Folded at first. */
GtkWidget *vqd_model_sources_new (void);

G_END_DECLS

#endif /* VQD_MODEL_SOURCES_H */
