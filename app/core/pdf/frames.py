"""Messages between the two processes: a length of 4 bytes (big endian), then the content."""

from __future__ import annotations

from typing import IO


def read_frame(stream: IO[bytes]) -> bytes | None:
    """One frame, or None at the end of the stream."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    content = stream.read(int.from_bytes(head, "big"))
    return content if len(content) == int.from_bytes(head, "big") else None


def write_frame(stream: IO[bytes], content: bytes) -> None:
    """Write one frame and send it on its way."""
    stream.write(len(content).to_bytes(4, "big") + content)
    stream.flush()
