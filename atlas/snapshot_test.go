package atlas

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// written is the snapshot of a small city with changes behind it.
func written(t testing.TB) []byte {
	t.Helper()
	m := maker{rand.New(rand.NewPCG(9, 9))}
	x := New(1)
	for _, b := range []Batch{{}, {}, {Delete: []string{"id3", "id5"}, Mark: []byte("mark")}} {
		for range 60 {
			b.Put = append(b.Put, m.doc(m.of("id", 150)))
		}
		if err := x.Apply(b); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if _, err := x.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Every truncation and every flipped byte is refused.
func TestDamagedSnapshotIsRefused(t *testing.T) {
	whole := written(t)
	for cut := range whole {
		if _, err := Read(bytes.NewReader(whole[:cut]), 1); !errors.Is(err, ErrSnapshot) {
			t.Fatalf("the first %d of %d bytes: %v", cut, len(whole), err)
		}
	}
	accepted := 0
	for i := range whole {
		flipped := bytes.Clone(whole)
		flipped[i] ^= 1 << (i % 8)
		if _, err := Read(bytes.NewReader(flipped), 1); err == nil {
			accepted++ // Only what fills up to eight bytes has no meaning.
		} else if !errors.Is(err, ErrSnapshot) {
			t.Fatalf("byte %d flipped: %v", i, err)
		}
	}
	if fill := filling(whole); accepted > fill {
		t.Errorf("%d flipped bytes were accepted, and %d only fill", accepted, fill)
	}
	if _, err := Read(bytes.NewReader(append(bytes.Clone(whole), 0)), 1); !errors.Is(err, ErrSnapshot) {
		t.Errorf("with a byte more: %v", err)
	}
}

// filling counts the bytes between slices.
func filling(whole []byte) int {
	fill := 0
	each(whole, func(head, body []byte, after int) { fill += after })
	return fill
}

// each calls with the head, the body and the fill of every slice of a snapshot.
func each(whole []byte, do func(head, body []byte, fill int)) {
	for b := whole; len(b) >= 16; {
		n := binary.NativeEndian.Uint64(b)
		if n > uint64(len(b)-16) {
			return
		}
		fill := int(-n & 7)
		do(b[:16], b[16:16+n], fill)
		b = b[min(len(b), 16+int(n)+fill):]
	}
}

func TestSavedIndexIsOpened(t *testing.T) {
	x := smallCity(t)
	path := filepath.Join(t.TempDir(), "city.atlas")
	if _, err := Open(path, 1); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	for range 2 {
		if err := x.Save(path); err != nil {
			t.Fatal(err)
		}
	}
	y, err := Open(path, 1)
	if err != nil || y.Digest() != x.Digest() || string(y.Mark()) != "7" {
		t.Fatalf("%v", err)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("%v, %v", left, err)
	}
}

// FuzzRead gives the reader what somebody forged, with checksums that hold: it
// is refused or can be searched, changed and merged without a fault.
func FuzzRead(f *testing.F) {
	whole := written(f)
	for at := range uint32(120) {
		f.Add(at, uint64(at)*0x01010101, at/2, uint64(0))
	}
	f.Fuzz(func(t *testing.T, at uint32, with uint64, at2 uint32, with2 uint64) {
		data := bytes.Clone(whole)
		forge(data, int(at), with)
		forge(data, int(at2), with2)
		x, err := Read(bytes.NewReader(data), 1)
		if err != nil {
			if !errors.Is(err, ErrSnapshot) {
				t.Fatal(err)
			}
			return
		}
		m := maker{rand.New(rand.NewPCG(1, uint64(at)))}
		for range 20 {
			if _, err := x.Search(m.query()); err != nil {
				t.Fatal(err)
			}
		}
		x.Suggest("t", 0, 5)
		x.Apply(Batch{Put: []Doc{m.doc("id1")}, Delete: []string{"id2", "id7"}})
		x.Compact()
	})
}

// forge writes over eight bytes of the slice with a number, and mends all
// checksums.
func forge(data []byte, number int, with uint64) {
	i := 0
	each(data, func(head, body []byte, _ int) {
		if i++; i-1 == number && len(body) >= 8 {
			binary.NativeEndian.PutUint64(body[with%uint64(len(body)-7):], with)
		}
		binary.NativeEndian.PutUint32(head[8:], crc32.Checksum(body, castagnoli))
		binary.NativeEndian.PutUint32(head[12:], crc32.Checksum(head[:12], castagnoli))
	})
}
