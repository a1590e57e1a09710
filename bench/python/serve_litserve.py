"""LitServe's side of `bench serve`: the same work as in serve_fastapi.py, behind LitServe with two workers.

    python serve_litserve.py MODEL PORT BATCH
"""

import base64
import logging
import os
import sys

import litserve as ls


class Judge(ls.LitAPI):
    def setup(self, device):
        os.environ["BENCH_MODEL"], os.environ["BENCH_MODE"] = sys.argv[1], "loop"
        import serve_fastapi

        self.ours = serve_fastapi

    def decode_request(self, request):
        body = base64.b64decode(request["base64"])
        return self.ours.view_of(body, self.ours.rule["size"], self.ours.rule["resize"])

    def batch(self, inputs):
        return list(inputs)

    def predict(self, views):
        alone = not isinstance(views, list)
        found = self.ours.answers([views] if alone else views)
        return found[0] if alone else found

    def unbatch(self, outputs):
        return outputs

    def encode_response(self, output):
        return output


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    most = int(sys.argv[3])
    api = Judge(max_batch_size=most, batch_timeout=0.002, api_path="/v1/predict")
    server = ls.LitServer(api, accelerator="cpu", workers_per_device=2, track_requests=False)
    server.run(host="127.0.0.1", port=int(sys.argv[2]), generate_client_file=False, log_level="warning", access_log=False)
