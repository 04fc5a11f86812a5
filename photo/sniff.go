package photo

import (
	"bytes"
	"strings"
)

// sniffed is how many bytes decide what a file is.
const sniffed = 512

// marks are how files that people try begin, at an offset. The order matters
// only where one beginning holds another.
var marks = []struct {
	kind   kind
	offset int
	mark   string
}{
	{jpegKind, 0, "\xFF\xD8\xFF"},
	{pngKind, 0, "\x89PNG\r\n\x1A\n"},
	{"GIF", 0, "GIF8"},
	{"WebP", 8, "WEBP"},
	{"HEIC", 4, "ftyphei"},
	{"HEIC", 4, "ftyphev"},
	{"HEIC", 4, "ftypmif1"},
	{"HEIC", 4, "ftypmsf1"},
	{"AVIF", 4, "ftypavi"},
	{"MP4", 4, "ftyp"},
	{"TIFF", 0, "II*\x00"},
	{"TIFF", 0, "MM\x00*"},
	{"BMP", 0, "BM"},
	{"PDF", 0, "%PDF"},
	{"ZIP", 0, "PK\x03\x04"},
}

// sniff returns the kind of the file that begins with head, or the refusal of
// it. The name under which it was sent and the type that it claims do not count.
func sniff(head []byte) (kind, error) {
	for _, m := range marks {
		if len(head) >= m.offset && bytes.HasPrefix(head[m.offset:], []byte(m.mark)) {
			if m.kind == jpegKind || m.kind == pngKind {
				return m.kind, nil
			}
			return "", ErrKind.With("kind", m.kind)
		}
	}
	text := strings.ToLower(string(head))
	for _, k := range []string{"svg", "html"} {
		if strings.Contains(text, "<"+k) || strings.Contains(text, "<!doctype "+k) {
			return "", ErrKind.With("kind", strings.ToUpper(k))
		}
	}
	return "", ErrNone
}
