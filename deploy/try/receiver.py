"""Write every request as one JSON line to /log/requests.jsonl and answer 200: the receiver of a try."""

import http.server
import json
import os
import signal
import time

signal.signal(signal.SIGTERM, lambda *_: os._exit(0))


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with open("/log/requests.jsonl", "a") as out:
            out.write(
                json.dumps(
                    {
                        "at": time.strftime("%H:%M:%S"),
                        "path": self.path,
                        "headers": dict(self.headers),
                        "body": body.decode(),
                    }
                )
                + "\n"
            )
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("", 9999), Answer).serve_forever()
