/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-seed-row.h"

#include <glib/gi18n.h>

#include "core/vqd.h"
#include "ui/vqd-special-spin.h"

#define SPACING_PX 6
#define RANDOM -1
/* Short enough to be read out and typed. */
#define MAX_DICE 1000000

struct _VqdSeedRow
{
  GtkBox parent_instance;

  GObject *config;
  char *property;
  GtkWidget *spin;
  GtkWidget *lock;
  GtkWidget *lock_icon;
  gint64 last;
};

G_DEFINE_TYPE (VqdSeedRow, vqd_seed_row, GTK_TYPE_BOX)

static int
get_seed (VqdSeedRow *self)
{
  int seed = RANDOM;

  g_object_get (self->config, self->property, &seed, NULL);
  return seed;
}

static void
set_seed (VqdSeedRow *self, gint64 seed)
{
  g_object_set (self->config, self->property, (int) seed, NULL);
}

static void
roll (VqdSeedRow *self)
{
  set_seed (self, g_random_int_range (0, MAX_DICE));
}

static void
lock_toggled (VqdSeedRow *self)
{
  const gboolean locks =
      gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->lock));

  if (! locks)
    set_seed (self, RANDOM);
  else if (get_seed (self) == RANDOM && self->last != RANDOM)
    set_seed (self, self->last);
  else if (get_seed (self) == RANDOM)
    roll (self);
}

static void
show_lock (VqdSeedRow *self)
{
  const gboolean is_locked = get_seed (self) != RANDOM;

  g_signal_handlers_block_by_func (self->lock, lock_toggled, self);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->lock), is_locked);
  g_signal_handlers_unblock_by_func (self->lock, lock_toggled, self);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->lock_icon),
                                is_locked ? "changes-prevent-symbolic"
                                          : "changes-allow-symbolic",
                                GTK_ICON_SIZE_BUTTON);
  gtk_widget_set_tooltip_text (
      self->lock, is_locked
                      ? _ ("Locked: each run has this seed. Unlock for a "
                           "random one.")
                      : _ ("Each run has a random seed. Lock to keep that of "
                           "the last run."));
}

static GtkWidget *
add_button (VqdSeedRow *self, GtkWidget *button, GtkWidget *icon,
            const char *name)
{
  gtk_container_add (GTK_CONTAINER (button), icon);
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  gtk_widget_show_all (button);
  gtk_box_pack_start (GTK_BOX (self), button, FALSE, FALSE, 0);

  return button;
}

static void
add_widgets (VqdSeedRow *self)
{
  GtkWidget *dice;

  self->spin = vqd_special_spin_new (self->config, self->property, 0, 1, 10, 0,
                                     _ ("Random"));
  gtk_widget_show (self->spin);
  gtk_box_pack_start (GTK_BOX (self), self->spin, TRUE, TRUE, 0);

  self->lock_icon = gtk_image_new ();
  self->lock = add_button (self, gtk_toggle_button_new (), self->lock_icon,
                           _ ("Lock the seed"));
  g_signal_connect_swapped (self->lock, "toggled", G_CALLBACK (lock_toggled),
                            self);

  dice =
      add_button (self, gtk_button_new (),
                  gtk_image_new_from_icon_name (
                      "media-playlist-shuffle-symbolic", GTK_ICON_SIZE_BUTTON),
                  _ ("Another seed"));
  gtk_widget_set_tooltip_text (dice, _ ("Take another seed and lock it"));
  g_signal_connect_swapped (dice, "clicked", G_CALLBACK (roll), self);
}

static void
finalize (GObject *object)
{
  VqdSeedRow *self = VQD_SEED_ROW (object);

  g_clear_object (&self->config);
  g_free (self->property);
  G_OBJECT_CLASS (vqd_seed_row_parent_class)->finalize (object);
}

static void
vqd_seed_row_class_init (VqdSeedRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = finalize;
}

static void
vqd_seed_row_init (VqdSeedRow *self)
{
  gtk_box_set_spacing (GTK_BOX (self), SPACING_PX);
  self->last = RANDOM;
}

GtkWidget *
vqd_seed_row_new (GObject *config, const char *property)
{
  VqdSeedRow *self = g_object_new (VQD_TYPE_SEED_ROW, NULL);
  g_autofree char *changed = g_strconcat ("notify::", property, NULL);

  self->config = g_object_ref (config);
  self->property = g_strdup (property);
  add_widgets (self);
  g_signal_connect_object (config, changed, G_CALLBACK (show_lock), self,
                           G_CONNECT_SWAPPED);
  show_lock (self);
  gtk_widget_show (GTK_WIDGET (self));

  return GTK_WIDGET (self);
}

GtkWidget *
vqd_seed_row_get_spin (VqdSeedRow *self)
{
  return self->spin;
}

void
vqd_seed_row_set_last (VqdSeedRow *self, gint64 seed)
{
  self->last = CLAMP (seed, RANDOM, VQD_MAX_SEED);
}
