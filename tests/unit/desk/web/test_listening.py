"""The socket that the desk listens on."""

import socket

from wiredesk_desk.web.sockets import listen


def test_an_answer_s_second_write_does_not_wait_until_the_first_is_acknowledged():
    with (
        listen("127.0.0.1", 0, "WIREDESK_DESK__PORT") as listening,
        socket.create_connection(listening.getsockname()),
    ):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
