"""Bytes to text: byte order marks, UTF-8, and the encodings that Windows tools leave behind."""

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE

from pllint.source import Span
from pllint.text.lines import Lines
from pllint.text.problem import Problem, ProblemKind

# UTF-32 comes first because its little-endian mark begins with that of UTF-16.
_WIDE_MARKS = (
    (BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_FIRST_CHARACTER = Span(1, 1, 1, 2)
_SAMPLE = 256


def decode(content: bytes) -> tuple[str, Problem | None]:
    """Give the text without its byte order mark, and a problem when it is not UTF-8. Never raises."""
    if content.startswith(BOM_UTF8):
        content = content[len(BOM_UTF8) :]
    else:
        for mark, codec, name in _WIDE_MARKS:
            if content.startswith(mark):
                return _wide(content[len(mark) :], codec, f"the text is {name}, not UTF-8")
        if b"\0" in content[:_SAMPLE]:
            guess = _unmarked_utf16(content[:_SAMPLE])
            if guess:
                return _wide(content, guess, "the text is UTF-16 without a byte order mark, not UTF-8")
    try:
        return content.decode(), None
    except UnicodeDecodeError as error:
        # One byte is one character here, so the offset of the bad byte is the offset in the text.
        text = content.decode("cp1252", "replace")
        byte = content[error.start]
        message = f"the text is not UTF-8 (byte 0x{byte:02X}); it was read as Windows-1252"
        span = Lines(text).span(error.start, error.start + 1)
        return text, Problem(ProblemKind.ENCODING, message, span)


def _wide(content: bytes, codec: str, message: str) -> tuple[str, Problem]:
    return content.decode(codec, "replace"), Problem(ProblemKind.ENCODING, message, _FIRST_CHARACTER)


def _unmarked_utf16(sample: bytes) -> str | None:
    # Text in Latin letters has a zero in every second byte; nothing else we read has any.
    even, odd = sample[::2], sample[1::2]
    if not even.count(0) and odd.count(0) * 2 > len(odd):
        return "utf-16-le"
    if not odd.count(0) and even.count(0) * 2 > len(even):
        return "utf-16-be"
    return None
