/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PNG reader on any chunks, their checksums put right: what it reads can be
 * written, and is read back the same. */
#define _GNU_SOURCE
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "core/cli/vqd-png.h"

#define SIGNATURE_BYTES 8
#define FRAME_BYTES 12 /* of a chunk: length, kind, checksum */
#define MAX_PIXELS 65536

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

static void
check (gboolean holds)
{
  if (! holds)
    __builtin_trap ();
}

static guint32
get_u32 (const guint8 *bytes)
{
  guint32 value;

  memcpy (&value, bytes, sizeof value);
  return GUINT32_FROM_BE (value);
}

static void
mend_checksums (guint8 *bytes, gsize n_bytes)
{
  gsize at = SIGNATURE_BYTES;

  while (at + FRAME_BYTES <= n_bytes)
    {
      const gsize length = get_u32 (bytes + at);
      guint32 crc;

      if (length > n_bytes - at - FRAME_BYTES)
        return;
      crc = (guint32) crc32 (0, bytes + at + 4, (uInt) length + 4);
      crc = GUINT32_TO_BE (crc);
      memcpy (bytes + at + 8 + length, &crc, sizeof crc);
      at += FRAME_BYTES + length;
    }
}

static VqdPng *
read_bytes (const guint8 *bytes, gsize n_bytes)
{
  const int file = memfd_create ("png", 0);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", file);

  check (file >= 0 && write (file, bytes, n_bytes) == (gssize) n_bytes);
  VqdPng *png = vqd_png_read (path, NULL);
  close (file);
  return png;
}

static void
check_same (const VqdPng *one, const VqdPng *other)
{
  check (one->width_px == other->width_px);
  check (one->height_px == other->height_px);
  check (one->n_channels == other->n_channels);
  check (one->bit_depth == other->bit_depth);
  check (memcmp (one->samples, other->samples,
                 vqd_png_row_bytes (one) * (gsize) one->height_px) == 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  g_autofree guint8 *bytes = g_memdup2 (data, n_bytes);
  g_autofree char *path =
      g_strdup_printf ("%s/vqd-fuzz-%d.png", g_get_tmp_dir (), getpid ());

  mend_checksums (bytes, n_bytes);
  /* A small file can be a large picture, and slow. */
  if (n_bytes >= 24 &&
      (guint64) get_u32 (bytes + 16) * get_u32 (bytes + 20) > MAX_PIXELS)
    return 0;

  g_autoptr (VqdPng) png = read_bytes (bytes, n_bytes);
  if (png == NULL)
    return 0;
  g_clear_pointer (&png->token_record, g_free);
  check (vqd_png_write (png, path, NULL));
  g_autoptr (VqdPng) again = vqd_png_read (path, NULL);
  check (again != NULL);
  check_same (png, again);
  unlink (path);
  return 0;
}
