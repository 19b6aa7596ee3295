#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# unpack.sh FROM TO STAMP: the golden folder, unpacked.
set -eu
from=$1 to=$2 stamp=$(realpath "$3")
rm -rf "$to"
cd "$from/conformance"
find . -type f | while read -r file; do
  mkdir -p "$to/$(dirname "$file")"
  case $file in
    *.xz) xz -dc "$file" > "$to/${file%.xz}" ;;
    *) cp "$file" "$to/$file" ;;
  esac
done
cp "$from/tokenizer.json" "$to/"
touch "$stamp"
