/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The record is a JSON object:
 *
 *   "format"         "vqdiffusion-tokens-1"
 *   "model"          VqdTokenGrid.model
 *   "x", "y"         of the first cell's corner
 *   "cell"           pixels of a cell's side
 *   "width"          of the grid, in cells, and "height"
 *   "tokens"         16 bits a cell, little-endian, row by row, in base64;
 *                    65535 is not known
 *   "checksums"      the same of the pixels of each cell: FNV-1a of 32 bits
 * over R, G, B, row by row of the part within the picture, its halves xored
 *
 * 256 tokens are 1.5 kB. */
#include <string.h>

#include "core/base/vqd-i18n.h"
#include "core/io/vqd-json.h"
#include "core/vqd.h"

#define RECORD_FORMAT "vqdiffusion-tokens-1"
#define NOT_KNOWN 65535
#define MAX_CELL_PX 1024

/* http://www.isthe.com/chongo/tech/comp/fnv/ */
#define FNV_OFFSET 2166136261u
#define FNV_PRIME 16777619u

/* What is within the picture of a row, or of a column, of cells. */
typedef struct
{
  int first;
  int end; /* not above first: nothing is */
} Span;


static Span
span_of (int origin_px, int cell_px, int i, int size_px)
{
  const gint64 first = origin_px + (gint64) i * cell_px;

  return (Span){ .first = (int) CLAMP (first, 0, size_px),
                 .end = (int) CLAMP (first + cell_px, 0, size_px) };
}

static gsize
grid_size (const VqdTokenGrid *grid)
{
  return (gsize) grid->grid_width * (gsize) grid->grid_height;
}

/* rows: [n_rows, width, 3] */
static guint16
checksum (const guint8 *rows, int width, int n_rows, Span columns)
{
  guint32 sum = FNV_OFFSET;

  for (int y = 0; y < n_rows; y++)
    for (int i = 3 * columns.first; i < 3 * columns.end; i++)
      sum = (sum ^ rows[(gsize) y * 3 * (gsize) width + (gsize) i]) * FNV_PRIME;
  return (guint16) (sum >> 16 ^ sum);
}

static void
put_u16 (guint8 *bytes, gsize i, guint value)
{
  bytes[2 * i] = (guint8) value;
  bytes[2 * i + 1] = (guint8) (value >> 8);
}

static guint
get_u16 (const guint8 *bytes, gsize i)
{
  return bytes[2 * i] | (guint) bytes[2 * i + 1] << 8;
}

/* ---- writing ---- */

/* A row of cells. pixels: scratch for their rows, 8 bits each. */
static void
put_row (const VqdPicture *picture, int row, guint8 *pixels, guint8 *tokens,
         guint8 *checksums)
{
  const VqdTokenGrid *grid = &picture->grid;
  const Span rows =
      span_of (grid->y_px, grid->cell_px, row, picture->height_px);
  const VqdPicture band = {
    .width_px = picture->width_px,
    .height_px = rows.end - rows.first,
    .rgb = picture->rgb + (gsize) rows.first * 3 * (gsize) picture->width_px
  };

  vqd_picture_to_rgb8 (&band, pixels);
  for (int column = 0; column < grid->grid_width; column++)
    {
      const gsize i = (gsize) row * (gsize) grid->grid_width + (gsize) column;
      const Span columns =
          span_of (grid->x_px, grid->cell_px, column, picture->width_px);
      const int token = grid->tokens[i];

      put_u16 (tokens, i,
               token < 0 || token >= NOT_KNOWN ? NOT_KNOWN : (guint) token);
      put_u16 (checksums, i,
               checksum (pixels, band.width_px, band.height_px, columns));
    }
}

static void
add_bytes (JsonBuilder *builder, const char *name, const guint8 *bytes, gsize n)
{
  g_autofree char *text = g_base64_encode (bytes, n);

  vqd_json_add_string (builder, name, text);
}

static char *
to_json (const VqdTokenGrid *grid, const guint8 *tokens,
         const guint8 *checksums)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  vqd_json_add_string (builder, "format", RECORD_FORMAT);
  vqd_json_add_string (builder, "model", grid->model);
  vqd_json_add_int (builder, "x", grid->x_px);
  vqd_json_add_int (builder, "y", grid->y_px);
  vqd_json_add_int (builder, "cell", grid->cell_px);
  vqd_json_add_int (builder, "width", grid->grid_width);
  vqd_json_add_int (builder, "height", grid->grid_height);
  add_bytes (builder, "tokens", tokens, 2 * grid_size (grid));
  add_bytes (builder, "checksums", checksums, 2 * grid_size (grid));
  json_builder_end_object (builder);

  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

char *
vqd_picture_get_token_record (const VqdPicture *picture)
{
  const VqdTokenGrid *grid = &picture->grid;

  if (grid->tokens == NULL)
    return NULL;
  g_return_val_if_fail (grid->model != NULL, NULL);
  g_return_val_if_fail (grid->cell_px >= 1 && grid->cell_px <= MAX_CELL_PX,
                        NULL);

  const gsize n_bytes = 2 * grid_size (grid);
  g_autofree guint8 *tokens = g_malloc (n_bytes);
  g_autofree guint8 *checksums = g_malloc (n_bytes);
  g_autofree guint8 *pixels =
      g_malloc ((gsize) grid->cell_px * 3 * (gsize) picture->width_px);

  for (int row = 0; row < grid->grid_height; row++)
    put_row (picture, row, pixels, tokens, checksums);
  return to_json (grid, tokens, checksums);
}

/* ---- reading ---- */

/* A whole number within bounds. */
static gboolean
get_int (JsonObject *object, const char *name, int min, int max, int *value,
         GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || ! JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_INT64 ||
      json_node_get_int (node) < min || json_node_get_int (node) > max)
    {
      g_set_error (
          error, VQD_ERROR, VQD_ERROR_REQUEST,
          _ ("\"%s\" of the record of tokens is not a whole number from "
             "%d to %d."),
          name, min, max);
      return FALSE;
    }
  *value = (int) json_node_get_int (node);
  return TRUE;
}

static const char *
get_string (JsonObject *object, const char *name, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  /* the parser turns \222 into a byte that is no UTF-8 */
  if (node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
      json_node_get_value_type (node) == G_TYPE_STRING &&
      g_utf8_validate (json_node_get_string (node), -1, NULL))
    return json_node_get_string (node);
  g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
               _ ("\"%s\" of the record of tokens is missing, or no text."),
               name);
  return NULL;
}

/* 16 bits for each of n cells. The text's own length is looked at first: a few
 * bytes that claim a huge grid must not ask for its memory. */
static guint8 *
get_cells (JsonObject *object, const char *name, gsize n, GError **error)
{
  const char *text = get_string (object, name, error);
  gsize n_bytes = 0;

  if (text == NULL)
    return NULL;
  if (strlen (text) == (2 * n + 2) / 3 * 4)
    {
      g_autofree guint8 *bytes = g_base64_decode (text, &n_bytes);

      if (n_bytes == 2 * n)
        return g_steal_pointer (&bytes);
    }
  g_set_error (
      error, VQD_ERROR, VQD_ERROR_REQUEST,
      P_ ("\"%s\" of the record of tokens is not the base64 of %zu cell.",
          "\"%s\" of the record of tokens is not the base64 of %zu cells.", n),
      name, n);
  return NULL;
}

static gboolean
get_place (JsonObject *object, VqdTokenGrid *grid, GError **error)
{
  const int max = VQD_MAX_CANVAS_PX;
  const char *format = get_string (object, "format", error);

  if (format == NULL)
    return FALSE;
  if (strcmp (format, RECORD_FORMAT) != 0)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
                   _ ("The record of tokens is not of the form \"%s\"."),
                   RECORD_FORMAT);
      return FALSE;
    }
  return get_int (object, "x", -max, max, &grid->x_px, error) &&
         get_int (object, "y", -max, max, &grid->y_px, error) &&
         get_int (object, "cell", 1, MAX_CELL_PX, &grid->cell_px, error) &&
         get_int (object, "width", 1, max, &grid->grid_width, error) &&
         get_int (object, "height", 1, max, &grid->grid_height, error);
}

/* Whether any of the cells beside this one is kept; TRUE as well when none of
 * them had a token. */
static gboolean
has_kept_neighbour (const VqdTokenGrid *grid, const guint8 *tokens,
                    const guint8 *kept, int x, int y)
{
  static const int steps[][2] = { { -1, 0 }, { 1, 0 }, { 0, -1 }, { 0, 1 } };
  gboolean any = FALSE;

  for (gsize s = 0; s < G_N_ELEMENTS (steps); s++)
    {
      const int column = x + steps[s][0];
      const int row = y + steps[s][1];
      const gsize i = (gsize) row * (gsize) grid->grid_width + (gsize) column;

      if (column < 0 || column >= grid->grid_width || row < 0 ||
          row >= grid->grid_height || get_u16 (tokens, i) == NOT_KNOWN)
        continue;
      if (kept[i])
        return TRUE;
      any = TRUE;
    }
  return ! any;
}

/* kept: [n cells], 1 where there is a token and the pixels are what they
 * were. */
static void
compare (const VqdTokenGrid *grid, const guint8 *tokens,
         const guint8 *checksums, const guint8 *rgb8, int width, int height,
         guint8 *kept)
{
  for (int y = 0; y < grid->grid_height; y++)
    for (int x = 0; x < grid->grid_width; x++)
      {
        const gsize i = (gsize) y * (gsize) grid->grid_width + (gsize) x;
        const Span rows = span_of (grid->y_px, grid->cell_px, y, height);
        const Span columns = span_of (grid->x_px, grid->cell_px, x, width);
        const guint8 *first = rgb8 + (gsize) rows.first * 3 * (gsize) width;

        kept[i] = get_u16 (tokens, i) != NOT_KNOWN && rows.first < rows.end &&
                  columns.first < columns.end &&
                  get_u16 (checksums, i) ==
                      checksum (first, width, rows.end - rows.first, columns);
      }
}

/* 16 bits agree by chance once in 65536 cells that were painted over. Such a
 * cell nearly always stands alone among others that were, and is taken for
 * painted over as well. */
static int *
tokens_new (const VqdTokenGrid *grid, const guint8 *tokens, const guint8 *kept)
{
  int *codes = g_new (int, grid_size (grid));

  for (int y = 0; y < grid->grid_height; y++)
    for (int x = 0; x < grid->grid_width; x++)
      {
        const gsize i = (gsize) y * (gsize) grid->grid_width + (gsize) x;

        codes[i] = kept[i] && has_kept_neighbour (grid, tokens, kept, x, y)
                       ? (int) get_u16 (tokens, i)
                       : -1;
      }
  return codes;
}

static gboolean
read_object (JsonObject *object, const guint8 *rgb8, int width, int height,
             VqdTokenGrid *grid, GError **error)
{
  VqdTokenGrid read = { 0 };
  const char *model = get_string (object, "model", error);

  if (model == NULL || ! get_place (object, &read, error))
    return FALSE;

  const gsize n = grid_size (&read);
  g_autofree guint8 *tokens = get_cells (object, "tokens", n, error);
  if (tokens == NULL)
    return FALSE;
  g_autofree guint8 *checksums = get_cells (object, "checksums", n, error);
  if (checksums == NULL)
    return FALSE;

  g_autofree guint8 *kept = g_new (guint8, n);
  compare (&read, tokens, checksums, rgb8, width, height, kept);
  read.tokens = tokens_new (&read, tokens, kept);
  read.model = g_strdup (model);
  *grid = read;
  return TRUE;
}

gboolean
vqd_token_record_read (const char *record, const guint8 *rgb8, int width_px,
                       int height_px, VqdTokenGrid *grid, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (JsonNode) root = vqd_json_parse (record, strlen (record), &why);

  if (root == NULL)
    {
      g_autofree char *message = g_utf8_make_valid (why->message, -1);

      g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
                   _ ("This is no record of tokens: %s."), message);
      return FALSE;
    }
  return read_object (json_node_get_object (root), rgb8, width_px, height_px,
                      grid, error);
}
