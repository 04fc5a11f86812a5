package photo

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// BenchmarkClean is what an ordinary photo costs: 12 million pixels, as a
// telephone takes it.
func BenchmarkClean(b *testing.B) {
	data := asJPEG(b, scene(4000, 3000))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Clean(bytes.NewReader(data), Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBomb is what the refusal of a PNG of 50,000 by 50,000 costs.
func BenchmarkBomb(b *testing.B) {
	size := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, 50_000), 50_000)
	data := append([]byte("\x89PNG\r\n\x1A\n"), chunk("IHDR", append(size, 8, 6, 0, 0, 0))...)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Clean(bytes.NewReader(data), Options{}); err == nil {
			b.Fatal("taken")
		}
	}
}
