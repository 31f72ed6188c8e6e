"""Pictures in a browser on the same machine, as they are drawn; it needs no window of OpenCV."""

from __future__ import annotations

import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np

from fitness_mm.apis.video.canvas import Canvas

_PAGE = b"""<!doctype html><meta charset=utf-8><title>fitness_mm</title>
<style>body{margin:0;background:#181a1e}img{width:100vw;height:100vh;object-fit:contain}</style>
<img src=pictures alt="">"""
_QUALITY = 80  # of JPEG
_BETWEEN = 'picture'


class Viewer:
    """A page that shows the latest picture, for as long as the ``with`` block lasts.

    Nobody elsewhere can open it, nor who does not know its address.
    """

    def __enter__(self) -> Viewer:
        self._drawn: np.ndarray | None = None
        self._number, self._watching, self._ended = 0, 0, False
        self._changed = threading.Condition()
        secret = f'/{secrets.token_urlsafe(12)}/'
        viewer = self

        class Handler(BaseHTTPRequestHandler):

            def do_GET(self) -> None:
                if self.path == secret:
                    self._answer('text/html')
                    self.wfile.write(_PAGE)
                elif self.path == f'{secret}pictures':
                    self._answer(f'multipart/x-mixed-replace; boundary={_BETWEEN}')
                    viewer.send(self.wfile)
                else:
                    self.send_error(404)

            def _answer(self, kind: str) -> None:
                self.send_response(200)
                self.send_header('Content-Type', kind)
                self.send_header('Cache-Control', 'no-store')
                self.end_headers()

            def log_message(self, *args) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self._server.daemon_threads = True
        self.address = f'http://127.0.0.1:{self._server.server_address[1]}{secret}'
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *args) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._server.shutdown()
        self._server.server_close()

    def show(self, canvas: Canvas) -> None:
        """Shows a picture, if anybody watches."""
        if self._watching:
            with self._changed:
                self._drawn, self._number = canvas.rgb(), self._number + 1
                self._changed.notify_all()

    def send(self, to) -> None:
        """Sends pictures as they come, until the other side goes or all is over."""
        self._watching += 1
        number = self._number
        try:
            while True:
                with self._changed:
                    while number == self._number and not self._ended:
                        self._changed.wait()
                    if self._ended:
                        return
                    drawn, number = self._drawn, self._number
                data = cv2.imencode('.jpg', cv2.cvtColor(drawn, cv2.COLOR_RGB2BGR),
                                    [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1].tobytes()
                to.write(f'--{_BETWEEN}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}'
                         '\r\n\r\n'.encode() + data + b'\r\n')
        except OSError:  # nobody watches any longer
            pass
        finally:
            self._watching -= 1
