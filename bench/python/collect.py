"""The other side of `bench collect`: one tool fetches a list of addresses into a folder.

Usage: python collect.py img2dataset LIST FOLDER
       python collect.py icrawler LIST FOLDER THREADS
       python collect.py versions       prints {"img2dataset": "1.2.3", "icrawler": null}, null where one cannot be imported
"""

from __future__ import annotations

import json
import os
import sys

from versions import versions_of

# Two processes where there are two cores; as its documentation has it, each takes shards, so there must be two of them.
PROCESSES = 2


def lines(path: str) -> int:
    with open(path, encoding='utf-8') as file:
        return sum(1 for _ in file)


def img2dataset(addresses: str, folder: str) -> None:
    from img2dataset import download

    count = lines(addresses)
    download(
        url_list=addresses,
        output_folder=folder,
        output_format='files',
        # Each photo is decoded, checked and hashed, and then kept as it came: what we do.
        resize_mode='no',
        skip_reencode=True,
        compute_hash='sha256',
        processes_count=PROCESSES,
        number_sample_per_shard=-(-count // PROCESSES),
    )


def icrawler(addresses: str, folder: str, threads: str) -> None:
    import logging

    from icrawler.builtin import UrlListCrawler

    # Unless told how many, it stops after a thousand.
    UrlListCrawler(
        downloader_threads=int(threads), storage={'root_dir': folder}, log_level=logging.ERROR
    ).crawl(addresses, max_num=lines(addresses))


if __name__ == '__main__':
    # Its check for newer versions of a dependency would go out to the network.
    os.environ['NO_ALBUMENTATIONS_UPDATE'] = '1'
    tool, *arguments = sys.argv[1:]
    if tool == 'versions':
        print(json.dumps(versions_of('img2dataset', 'icrawler')))
    else:
        {'img2dataset': img2dataset, 'icrawler': icrawler}[tool](*arguments)
