/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/vqd.h"

#define CELL 8
#define MODEL "tiny, \"quoted\" \xc3\xa9"


/* A picture of noise, under cells from (x, y) on. */
static VqdPicture *
picture_new (int width, int height, int x, int y)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  VqdPicture *picture = g_new0 (VqdPicture, 1);
  VqdTokenGrid *grid = &picture->grid;

  picture->width_px = width;
  picture->height_px = height;
  picture->rgb = g_new (float, 3 * width * height);
  for (int i = 0; i < 3 * width * height; i++)
    picture->rgb[i] = (float) g_rand_double_range (rand, -0.1, 1.1);
  grid->x_px = x;
  grid->y_px = y;
  grid->cell_px = CELL;
  grid->grid_width = (width - x + CELL - 1) / CELL;
  grid->grid_height = (height - y + CELL - 1) / CELL;
  grid->model = g_strdup (MODEL);
  grid->tokens = g_new (int, grid->grid_width * grid->grid_height);
  for (int i = 0; i < grid->grid_width * grid->grid_height; i++)
    grid->tokens[i] = g_rand_int_range (rand, -1, 65535);
  return picture;
}

static guint8 *
rgb8_new (const VqdPicture *picture)
{
  guint8 *rgb8 = g_new (guint8, 3 * picture->width_px * picture->height_px);

  vqd_picture_to_rgb8 (picture, rgb8);
  return rgb8;
}

static void
read_record (const char *record, const VqdPicture *picture, const guint8 *rgb8,
             VqdTokenGrid *grid)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (vqd_token_record_read (record, rgb8, picture->width_px,
                                        picture->height_px, grid, &error));
  g_assert_no_error (error);
}

static void
grid_clear (VqdTokenGrid *grid)
{
  g_free (grid->tokens);
  g_free (grid->model);
}

static void
assert_comes_back (int width, int height, int x, int y)
{
  g_autoptr (VqdPicture) picture = picture_new (width, height, x, y);
  g_autofree char *record = vqd_picture_get_token_record (picture);
  g_autofree guint8 *rgb8 = rgb8_new (picture);
  const VqdTokenGrid *was = &picture->grid;
  VqdTokenGrid grid;

  read_record (record, picture, rgb8, &grid);
  g_assert_cmpint (grid.x_px, ==, x);
  g_assert_cmpint (grid.y_px, ==, y);
  g_assert_cmpint (grid.cell_px, ==, CELL);
  g_assert_cmpint (grid.grid_width, ==, was->grid_width);
  g_assert_cmpint (grid.grid_height, ==, was->grid_height);
  g_assert_cmpstr (grid.model, ==, MODEL);
  for (int i = 0; i < was->grid_width * was->grid_height; i++)
    g_assert_cmpint (grid.tokens[i], ==, was->tokens[i]);
  grid_clear (&grid);
}

static void
test_comes_back (void)
{
  assert_comes_back (128, 128, 0, 0);
  assert_comes_back (CELL, CELL, 0, 0);
}

static void
test_cells_partly_outside_come_back (void)
{
  assert_comes_back (61, 45, -3, -7);
  assert_comes_back (3, 2, -4, -5);
  assert_comes_back (90, 70, 16, 20);
}

static void
test_painted_cells_are_not_known (void)
{
  g_autoptr (VqdPicture) picture = picture_new (128, 128, 0, 0);
  g_autofree char *record = NULL;
  g_autofree guint8 *rgb8 = rgb8_new (picture);
  VqdTokenGrid grid;

  for (int i = 0; i < 256; i++)
    picture->grid.tokens[i] = MAX (picture->grid.tokens[i], 0);
  record = vqd_picture_get_token_record (picture);
  rgb8[3 * (20 * 128 + 41) + 1] ^= 1; /* cell (5, 2), by one in green */
  memset (rgb8 + 3 * 64 * 128, 255, 3 * 10 * 128); /* rows 8 and 9 */
  read_record (record, picture, rgb8, &grid);
  for (int i = 0; i < 256; i++)
    {
      const gboolean painted = i == 2 * 16 + 5 || i / 16 == 8 || i / 16 == 9;

      g_assert_cmpint (grid.tokens[i], ==,
                       painted ? -1 : picture->grid.tokens[i]);
    }
  grid_clear (&grid);
}

/* Among 2^20 cells painted over, 16 agree by chance; none is taken as known. */
static void
test_chance_is_not_believed (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  g_autoptr (VqdPicture) picture = picture_new (128, 128, 0, 0);
  g_autofree char *record = NULL;
  g_autofree guint8 *rgb8 = rgb8_new (picture);

  for (int i = 0; i < 256; i++)
    picture->grid.tokens[i] = i;
  record = vqd_picture_get_token_record (picture);
  for (int k = 0; k < 4096; k++)
    {
      VqdTokenGrid grid;

      for (int i = 0; i < 128 * 128; i++)
        rgb8[3 * i] = (guint8) g_rand_int (rand);
      read_record (record, picture, rgb8, &grid);
      for (int i = 0; i < 256; i++)
        g_assert_cmpint (grid.tokens[i], ==, -1);
      grid_clear (&grid);
    }
}

static void
test_cells_cropped_away_are_not_known (void)
{
  g_autoptr (VqdPicture) picture = picture_new (128, 128, 0, 0);
  g_autofree char *record = vqd_picture_get_token_record (picture);
  g_autofree guint8 *rgb8 = rgb8_new (picture);
  VqdTokenGrid grid;

  picture->height_px = 60; /* within row 7 */
  read_record (record, picture, rgb8, &grid);
  for (int i = 0; i < 256; i++)
    g_assert_cmpint (grid.tokens[i], ==,
                     i / 16 < 7 ? picture->grid.tokens[i] : -1);
  grid_clear (&grid);
}

/* No pixels vouch for their tokens. */
static void
test_cells_outside_are_not_known (void)
{
  g_autoptr (VqdPicture) picture = picture_new (128, 128, 0, 0);
  g_autofree guint8 *rgb8 = rgb8_new (picture);
  g_autofree char *record = NULL;
  VqdTokenGrid grid;

  for (int i = 0; i < 256; i++)
    picture->grid.tokens[i] = i;
  picture->grid.x_px = -2 * CELL;
  record = vqd_picture_get_token_record (picture);
  read_record (record, picture, rgb8, &grid);
  for (int i = 0; i < 256; i++)
    g_assert_cmpint (grid.tokens[i], ==, i % 16 < 2 ? -1 : i);
  grid_clear (&grid);
}

/* Near 1.5 kB for a whole picture; 1485 seen, beside the model's name. */
static void
test_is_small (void)
{
  g_autoptr (VqdPicture) picture = picture_new (128, 128, 0, 0);
  g_autofree char *record = vqd_picture_get_token_record (picture);

  g_test_message ("%zu bytes", strlen (record) - strlen (MODEL));
  g_assert_cmpuint (strlen (record), <, 1600);
}

static void
test_no_tokens_no_record (void)
{
  g_autoptr (VqdPicture) picture = picture_new (16, 16, 0, 0);

  g_clear_pointer (&picture->grid.tokens, g_free);
  g_assert_null (vqd_picture_get_token_record (picture));
}

static void
assert_refused (const char *record, const char *message)
{
  const guint8 rgb8[3 * 16 * 8] = { 0 };
  VqdTokenGrid grid = { .x_px = 42 };
  g_autoptr (GError) error = NULL;

  g_assert_false (vqd_token_record_read (record, rgb8, 16, 8, &grid, &error));
  g_assert_error (error, VQD_ERROR, VQD_ERROR_REQUEST);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  if (strstr (error->message, message) == NULL)
    g_error ("%s: %s", record, error->message);
  g_assert_cmpint (grid.x_px, ==, 42);
  g_assert_null (grid.tokens);
}

#define HEAD                                                                   \
  "{\"format\":\"vqdiffusion-tokens-1\",\"model\":\"m\",\"x\":0,\"y\":0,"
#define SIZE "\"cell\":8,\"width\":2,\"height\":1,"
#define SUMS "\"checksums\":\"AAAAAA==\"}"

static void
test_hostile_records_are_refused (void)
{
  static const char *const cases[][2] = {
    { "", "no record" },
    { "[]", "no record" },
    { "\xff\xfe", "UTF-8" },
    { "{\"format\":", "no record" },
    { "{}", "\"model\"" },
    { "{\"format\":\"vqdiffusion-tokens-2\",\"model\":\"m\"}",
      "vqdiffusion-tokens-1" },
    { "{\"format\":7,\"model\":\"m\"}", "\"format\"" },
    { "{\"format\":\"vqdiffusion-tokens-1\",\"model\":null}", "\"model\"" },
    /* json-glib before 1.10 makes bytes of it that are no text */
    { "{\"format\":\"vqdiffusion-tokens-1\",\"model\":\"\\222\"}",
      "of the record of tokens" },
    { "22 \"\\222\"", "no record" },
    { HEAD "\"cell\":0,\"width\":1,\"height\":1}", "\"cell\"" },
    { HEAD "\"cell\":8.5,\"width\":1,\"height\":1}", "\"cell\"" },
    { HEAD "\"cell\":[8],\"width\":1,\"height\":1}", "\"cell\"" },
    { HEAD "\"cell\":8,\"width\":-1,\"height\":1}", "\"width\"" },
    { HEAD "\"cell\":8,\"width\":1,\"height\":99999999999}", "\"height\"" },
    { HEAD "\"cell\":8,\"width\":32768,\"height\":32768,"
           "\"tokens\":\"AAAA\",\"checksums\":\"AAAA\"}",
      "1073741824 cells" },
    { HEAD SIZE "\"tokens\":\"AAAA\"," SUMS, "\"tokens\"" },
    { HEAD SIZE "\"tokens\":\"AAAAAAAA\"," SUMS, "\"tokens\"" },
    { HEAD SIZE "\"tokens\":\"A.AAAA==\"," SUMS, "\"tokens\"" },
    { HEAD SIZE "\"tokens\":{}," SUMS, "\"tokens\"" },
    { HEAD SIZE "\"tokens\":\"AAAAAA==\"}", "\"checksums\"" },
    { HEAD SIZE "\"tokens\":\"AAAAAA==\",\"checksums\":\"AA\"}",
      "\"checksums\"" },
  };
  g_autofree guint8 *rgb8 = g_malloc0 (3 * 16 * 8);
  VqdTokenGrid grid;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_refused (cases[i][0], cases[i][1]);

  /* what the cases differ from is read */
  g_assert_true (vqd_token_record_read (
      HEAD SIZE "\"tokens\":\"AAAAAA==\"," SUMS, rgb8, 16, 8, &grid, NULL));
  grid_clear (&grid);
}

/* Bytes of a good record, changed: read or refused, never a crash, and tokens
 * are what they may be. */
static void
test_changed_bytes_do_not_crash (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  g_autoptr (VqdPicture) picture = picture_new (29, 22, -3, -2);
  g_autofree char *record = vqd_picture_get_token_record (picture);
  g_autofree guint8 *rgb8 = rgb8_new (picture);
  const gsize n = strlen (record);

  for (int k = 0; k < 20000; k++)
    {
      g_autofree char *changed = g_strdup (record);
      g_autoptr (GError) error = NULL;
      VqdTokenGrid grid;

      for (int i = g_rand_int_range (rand, 1, 4); i > 0; i--)
        changed[g_rand_int_range (rand, 0, (gint32) n)] =
            (char) g_rand_int_range (rand, i == 3 ? 0 : ' ', 127);
      if (! vqd_token_record_read (changed, rgb8, 29, 22, &grid, &error))
        {
          g_assert_error (error, VQD_ERROR, VQD_ERROR_REQUEST);
          continue;
        }
      for (int i = 0; i < grid.grid_width * grid.grid_height; i++)
        g_assert_true (grid.tokens[i] >= -1 && grid.tokens[i] < 65535);
      grid_clear (&grid);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/token-record/comes-back", test_comes_back);
  g_test_add_func ("/token-record/cells-partly-outside-come-back",
                   test_cells_partly_outside_come_back);
  g_test_add_func ("/token-record/painted-cells-are-not-known",
                   test_painted_cells_are_not_known);
  g_test_add_func ("/token-record/chance-is-not-believed",
                   test_chance_is_not_believed);
  g_test_add_func ("/token-record/cells-cropped-away-are-not-known",
                   test_cells_cropped_away_are_not_known);
  g_test_add_func ("/token-record/cells-outside-are-not-known",
                   test_cells_outside_are_not_known);
  g_test_add_func ("/token-record/is-small", test_is_small);
  g_test_add_func ("/token-record/no-tokens-no-record",
                   test_no_tokens_no_record);
  g_test_add_func ("/token-record/hostile-records-are-refused",
                   test_hostile_records_are_refused);
  g_test_add_func ("/token-record/changed-bytes-do-not-crash",
                   test_changed_bytes_do_not_crash);
  return g_test_run ();
}
