/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-model-sources.h"

#include <glib/gi18n.h>

#include "ui/vqd-expander.h"
#include "ui/vqd-rows.h"

#define SPACING_PX 6

typedef struct
{
  const char *address;
  const char *label;
} Link;

/* The authors' checkpoints, and one of them in Diffusers' form. */
static const Link links[] = {
  { "https://github.com/microsoft/VQ-Diffusion",
    N_ ("The authors' checkpoints (.pth files)") },
  { "https://huggingface.co/microsoft/vq-diffusion-ithq",
    N_ ("ITHQ, for any text (a folder)") },
};

GtkWidget *
vqd_model_sources_new (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);

  gtk_box_pack_start (
      GTK_BOX (box),
      vqd_rows_new_text (
          _ ("Nothing is downloaded from here. Get the files from the "
             "pages of those who made them, and add them above. The "
             "links on these pages may be dead by now.")),
      FALSE, FALSE, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (links); i++)
    {
      GtkWidget *link =
          gtk_link_button_new_with_label (links[i].address, _ (links[i].label));

      gtk_widget_set_halign (link, GTK_ALIGN_START);
      gtk_box_pack_start (GTK_BOX (box), link, FALSE, FALSE, 0);
    }
  gtk_widget_show_all (box);

  return vqd_expander_new (_ ("_Where to get models"), box);
}
