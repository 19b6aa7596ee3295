/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-xmp.h"

#define TAG "Xmp.iptcExt.DigitalSourceType"
#define SOURCE_TYPES "http://cv.iptc.org/newscodes/digitalsourcetype/"
#define MADE SOURCE_TYPES "trainedAlgorithmicMedia"
#define COMPOSED SOURCE_TYPES "compositeWithTrainedAlgorithmicMedia"

void
vqd_xmp_mark (GimpImage *image, gboolean is_composite)
{
  g_autoptr (GimpMetadata) metadata = gimp_image_get_metadata (image);

  if (metadata == NULL)
    metadata = gimp_metadata_new ();
  if (metadata == NULL)
    return;

  GExiv2Metadata *tags = GEXIV2_METADATA (metadata);
  g_autofree char *before =
      gexiv2_metadata_try_get_tag_string (tags, TAG, NULL);
  const char *mark = is_composite ? COMPOSED : MADE;

  if (g_strcmp0 (before, MADE) == 0 || g_strcmp0 (before, COMPOSED) == 0)
    return;
  if (gexiv2_metadata_try_set_tag_string (tags, TAG, mark, NULL))
    gimp_image_set_metadata (image, metadata);
}
