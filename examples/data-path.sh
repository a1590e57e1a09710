#!/usr/bin/env bash
# The article's way to its data (2018), on today's sources: two class folders of equal size, ready for
# "chiquito train".
#
#   examples/data-path.sh config.json data
#
# config.json is google-images-download's own file, as the article has it. COLLECT and LFW may hold more options, such as
#   COLLECT="--contact ana@example.org" LFW="--archive lfw.tgz --seed 1"
set -euo pipefail
config=$1
data=$2
chiquito=${CHIQUITO:-npx chiquito}

# 1. Photos of what is looked for, with their licences; a folder a keyword.
$chiquito collect -cf "$config" --out "$data" ${COLLECT:-}

# 2. As many strangers, a photo each, from Labeled Faces in the Wild: a balanced data set.
photos=$(find "$data" -type f ! -name '.*' \( -name '*.jpg' -o -name '*.png' -o -name '*.webp' -o -name '*.gif' \) | wc -l)
$chiquito collect lfw --people "$photos" --out "$data/not" ${LFW:-}

echo "$photos photos and as many strangers in $data; now: $chiquito train $data --out runs/first"
