/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gallery: the purity map of a picture, its colours and its layer. */
#include <math.h>
#include <stdlib.h>

#include "tests/ui/ui-test.h"
#include "ui/vqd-gallery.h"
#include "ui/vqd-purity-colors.h"
#include "ui/vqd-thumb.h"

#define WIDTH_PX 640
#define HEIGHT_PX 480
#define PICTURE_PX 32
#define GRID 4
#define GREY 0x80
/* Of a colour on the screen: a part of the picture shows through the map. */
#define MAP_ALPHA 0.85
#define TOLERANCE 3

typedef struct
{
  GtkWidget *gallery;
  GtkWidget *window;
  int n_actions;
  guint item; /* of the last action */
  int action;
} Fixture;

static void
note_action (Fixture *fixture, guint item, int action)
{
  fixture->n_actions++;
  fixture->item = item;
  fixture->action = action;
}

static GdkPixbuf *
new_grey (void)
{
  GdkPixbuf *pixbuf =
      gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, PICTURE_PX, PICTURE_PX);

  gdk_pixbuf_fill (pixbuf, GREY << 24 | GREY << 16 | GREY << 8);
  return pixbuf;
}

/* The first row is unsure, the last one sure; the second was there before. */
static float
value_of (int cell)
{
  static const float rows[GRID] = { 0.0f, -1.0f, 0.5f, 1.0f };

  return rows[cell / GRID];
}

static void
add_picture (const Fixture *fixture, guint id, gboolean has_map)
{
  VqdGallery *gallery = VQD_GALLERY (fixture->gallery);
  g_autoptr (GdkPixbuf) pixbuf = new_grey ();
  float values[GRID * GRID];
  const double cell_px = (double) PICTURE_PX / GRID;
  const VqdPurity purity = { .cell_width_px = cell_px,
                             .cell_height_px = cell_px,
                             .grid_width = GRID,
                             .grid_height = GRID,
                             .values = values };

  for (int i = 0; i < GRID * GRID; i++)
    values[i] = has_map ? value_of (i) : -1;
  vqd_gallery_add (gallery, id, (int) id, "leaves", id);
  vqd_gallery_set_picture (gallery, id, pixbuf);
  vqd_gallery_set_purity (gallery, id, &purity, PICTURE_PX, PICTURE_PX);
}

/* Three pictures: one with a map, one without, one that is not done. */
static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->gallery = vqd_gallery_new ();
  g_signal_connect_swapped (fixture->gallery, "action",
                            G_CALLBACK (note_action), fixture);
  for (guint id = 0; id < 3; id++)
    {
      add_picture (fixture, id, id != 1);
      vqd_gallery_set_state (VQD_GALLERY (fixture->gallery), id,
                             id < 2 ? VQD_ITEM_DONE : VQD_ITEM_WORKING, NULL);
    }
  fixture->window = ui_test_show (fixture->gallery, WIDTH_PX, HEIGHT_PX);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gtk_widget_destroy (fixture->window);
  ui_test_settle ();
}

static GtkWidget *
find (const Fixture *fixture, GType type, const char *text)
{
  return ui_test_find (fixture->window, type, text);
}

static void
choose (const Fixture *fixture, int picture)
{
  GtkWidget *flow = find (fixture, GTK_TYPE_FLOW_BOX, NULL);

  gtk_widget_grab_focus (GTK_WIDGET (
      gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (flow), picture)));
  ui_test_settle ();
}

static GtkWidget *
show_button (const Fixture *fixture)
{
  return find (fixture, GTK_TYPE_CHECK_BUTTON, "Map of Purity");
}

/* What a thumbnail shows in the middle of a row of cells. */
static void
read_row (const Fixture *fixture, int row, int rgb[3])
{
  GtkWidget *thumb = find (fixture, VQD_TYPE_THUMB, NULL);
  GtkAllocation place;

  gtk_widget_get_allocation (thumb, &place);
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  cairo_surface_t *surface = cairo_image_surface_create (
      CAIRO_FORMAT_RGB24, place.width, place.height);
  cairo_t *cr = cairo_create (surface);
  gtk_widget_draw (thumb, cr);
  cairo_destroy (cr);
  pixbuf =
      gdk_pixbuf_get_from_surface (surface, 0, 0, place.width, place.height);
  cairo_surface_destroy (surface);

  /* it is square, in the middle */
  const int side = MIN (place.width, place.height);
  const int y = (place.height - side) / 2 + (2 * row + 1) * side / (2 * GRID);
  const guint8 *pixel = gdk_pixbuf_get_pixels (pixbuf) +
                        y * gdk_pixbuf_get_rowstride (pixbuf) +
                        gdk_pixbuf_get_n_channels (pixbuf) * (place.width / 2);
  for (int c = 0; c < 3; c++)
    rgb[c] = pixel[c];
}

static void
check_rows (const Fixture *fixture, gboolean shows_map)
{
  for (int row = 0; row < GRID; row++)
    {
      const float value = value_of (row * GRID);
      const double alpha = shows_map && value >= 0 ? MAP_ALPHA : 0;
      guint8 color[3];
      int seen[3];

      vqd_purity_color ((double) value, color);
      read_row (fixture, row, seen);
      for (int c = 0; c < 3; c++)
        g_assert_cmpint (
            abs (seen[c] - (int) lrint (alpha * color[c] + (1 - alpha) * GREY)),
            <=, TOLERANCE);
    }
}

/* Darker is less sure, for who sees no colours. */
static void
test_lightness_tells (Fixture *fixture, gconstpointer data)
{
  double last = -1;

  for (int i = 0; i <= 50; i++)
    {
      guint8 rgb[3];

      vqd_purity_color (i / 50.0, rgb);
      const double lightness =
          0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
      g_assert_cmpfloat (lightness, >, last);
      last = lightness;
    }
}

static void
test_map_is_shown (Fixture *fixture, gconstpointer data)
{
  choose (fixture, 0);
  check_rows (fixture, FALSE);
  g_assert_null (find (fixture, GTK_TYPE_LABEL, "unsure"));

  ui_test_key (GDK_KEY_f, GDK_MOD1_MASK);
  ui_test_settle ();
  check_rows (fixture, TRUE);
  g_assert_nonnull (find (fixture, GTK_TYPE_LABEL, "unsure"));
  g_assert_nonnull (find (fixture, GTK_TYPE_LABEL, "sure"));
  /* in words, of the three rows that have one */
  g_assert_nonnull (find (fixture, GTK_TYPE_LABEL, "Purity 50 %"));
  ui_test_check_names (fixture->window);
  ui_test_shoot (fixture->window, "gallery-purity");

  ui_test_key (GDK_KEY_f, GDK_MOD1_MASK);
  ui_test_settle ();
  check_rows (fixture, FALSE);
  g_assert_null (find (fixture, GTK_TYPE_LABEL, "Purity 50 %"));
  g_assert_null (find (fixture, GTK_TYPE_LABEL, "unsure"));
  g_assert_cmpint (fixture->n_actions, ==, 0);
}

/* Each picture has a switch of its own, and the button shows that of the one
 * that is selected. */
static void
test_of_each_picture (Fixture *fixture, gconstpointer data)
{
  choose (fixture, 0);
  ui_test_click (show_button (fixture));
  ui_test_settle ();
  g_assert_true (
      gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (show_button (fixture))));
  for (int picture = 1; picture < 3; picture++)
    {
      choose (fixture, picture);
      g_assert_false (gtk_toggle_button_get_active (
          GTK_TOGGLE_BUTTON (show_button (fixture))));
      /* without a map, and not finished */
      g_assert_false (gtk_widget_is_sensitive (show_button (fixture)));
      g_assert_false (gtk_widget_is_sensitive (
          find (fixture, GTK_TYPE_BUTTON, "Purity Layer Above")));
    }
  choose (fixture, 0);
  g_assert_true (
      gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (show_button (fixture))));
  check_rows (fixture, TRUE);
}

static void
test_layer (Fixture *fixture, gconstpointer data)
{
  choose (fixture, 0);
  ui_test_key (GDK_KEY_b, GDK_MOD1_MASK);
  ui_test_settle ();
  g_assert_cmpint (fixture->n_actions, ==, 1);
  g_assert_cmpuint (fixture->item, ==, 0);
  g_assert_cmpint (fixture->action, ==, VQD_ITEM_PURITY_LAYER);

  choose (fixture, 2);
  ui_test_key (GDK_KEY_b, GDK_MOD1_MASK);
  ui_test_settle ();
  g_assert_cmpint (fixture->n_actions, ==, 1);
}

#define ADD(name, function)                                                    \
  g_test_add ("/gallery/" name, Fixture, NULL, set_up, (function), tear_down)

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  ADD ("lightness-tells", test_lightness_tells);
  ADD ("map-is-shown", test_map_is_shown);
  ADD ("map-of-each-picture", test_of_each_picture);
  ADD ("purity-layer", test_layer);
  return g_test_run ();
}
