#!/usr/bin/env bash
# icrawler 0.6.10, UrlListCrawler with a list of 1,010 addresses.
#
# Behaviour: it fetches the first 1,000 and ends as if the list were done: no warning, no error. The limit is one that the crawlers
#            of search pages have, whose sources give no more than a thousand results; a list of one's own has it, too.
# Guess:     1,010 photos: a list is fetched to its end unless one says otherwise.
# Seen:      1010 addresses, 1000 photos, 0 warnings; with max_num=1010: 1010 photos
# Source:    icrawler/builtin/urllist.py, UrlListCrawler.crawl(url_list, max_num=1000, ...)
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv || exit 2
venv/bin/pip install --quiet icrawler==0.6.10 || exit 2

cat > look.py <<'EOF_PY'
import io
import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from icrawler.builtin import UrlListCrawler
from PIL import Image

COUNT = 1010
picture = io.BytesIO()
Image.new("RGB", (8, 8), (200, 0, 0)).save(picture, "JPEG")


class Pictures(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg")
        self.send_header("Content-Length", str(picture.tell()))
        self.end_headers()
        self.wfile.write(picture.getvalue())

    def log_message(self, *_):
        pass


class Warnings(logging.Handler):
    count = 0

    def emit(self, record):
        Warnings.count += record.levelno >= logging.WARNING


logging.getLogger().addHandler(Warnings())
server = ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
threading.Thread(target=server.serve_forever, daemon=True).start()
Path("list.txt").write_text("".join(f"http://127.0.0.1:{server.server_port}/{i}.jpg\n" for i in range(COUNT)))


def photos(folder, **more):
    crawler = UrlListCrawler(downloader_threads=4, storage={"root_dir": folder}, log_level=logging.WARNING)
    crawler.crawl("list.txt", **more)
    return sum(1 for _ in Path(folder).glob("*.jpg"))


print(f"{COUNT} addresses, {photos('as-it-is')} photos, {Warnings.count} warnings; ", end="")
print(f"with max_num={COUNT}: {photos('asked-for', max_num=COUNT)} photos")
EOF_PY
venv/bin/python look.py 2> errors | tee seen || { cat errors; exit 1; }

cat > stated <<'EOF_STATED'
1010 addresses, 1000 photos, 0 warnings; with max_num=1010: 1010 photos
EOF_STATED
diff stated seen && echo 'as stated'
