package atlas

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"unsafe"
)

// ErrSnapshot refuses a snapshot that is cut short, altered, or of another
// version or byte order. Nothing of it is used; the index is built anew.
var ErrSnapshot = errors.New("atlas: not a whole snapshot")

// Magic says what the file is and of which version. The order of its bytes
// tells whether the numbers in it are as this machine has them.
const magic = uint64('A')<<56 | uint64('T')<<48 | uint64('L')<<40 | uint64('A')<<32 | uint64('S')<<24 | 4

// A tape is a snapshot that is written or read: slices one after the other as
// they stand in memory, each behind its length in bytes and its checksum
// (CRC-32C), filled up to eight bytes. One list of slices serves both ways.
type tape struct {
	w    io.Writer // One of the two is nil.
	r    io.Reader
	size int64 // Of what is read, if it is known.
	n    int64
	err  error
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// raw is the memory of a slice of numbers or of structs of numbers that have
// no gaps.
func raw[T any](s []T) []byte {
	var zero T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(zero)))
}

// slice writes a slice, or reads one.
func slice[T any](t *tape, s *[]T) {
	switch {
	case t.err != nil:
	case t.w != nil:
		t.write(raw(*s))
	default:
		read(t, s)
	}
}

func (t *tape) write(b []byte) {
	var head [16]byte
	binary.NativeEndian.PutUint64(head[:], uint64(len(b)))
	binary.NativeEndian.PutUint32(head[8:], crc32.Checksum(b, castagnoli))
	binary.NativeEndian.PutUint32(head[12:], crc32.Checksum(head[:12], castagnoli))
	for _, part := range [][]byte{head[:], b, make([]byte, -len(b)&7)} {
		if t.err == nil {
			var n int
			n, t.err = t.w.Write(part)
			t.n += int64(n)
		}
	}
}

// read reads a slice. A length is believed only as far as there are bytes, or
// are known to be, so that a damaged one takes no memory.
func read[T any](t *tape, s *[]T) {
	var head [16]byte
	if t.full(head[:]); t.err != nil {
		return
	}
	length, size := binary.NativeEndian.Uint64(head[:]), uint64(unsafe.Sizeof(*new(T)))
	if crc32.Checksum(head[:12], castagnoli) != binary.NativeEndian.Uint32(head[12:]) || length%size != 0 || length > 1<<40 {
		t.fail("a length is wrong")
		return
	}
	trusted := max(uint64(1<<20), uint64(max(t.size-t.n, 0)))
	all := huge(make([]T, min(length, trusted)/size))
	for done := uint64(0); ; {
		if t.full(raw(all[done:])); t.err != nil {
			return
		}
		if done = uint64(len(all)); done == length/size {
			break
		}
		more := huge(make([]T, min(length/size, 2*done+1)))
		copy(more, all)
		all = more
	}
	var fill [8]byte
	t.full(fill[:-length&7])
	if t.err == nil && crc32.Checksum(raw(all), castagnoli) != binary.NativeEndian.Uint32(head[8:]) {
		t.fail("a checksum does not hold")
	}
	if len(all) > 0 {
		*s = all
	}
}

// full reads as many bytes as b has.
func (t *tape) full(b []byte) {
	if t.err != nil {
		return
	}
	n, err := io.ReadFull(t.r, b)
	t.n += int64(n)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		t.fail("it is cut short")
	} else if err != nil {
		t.err = fmt.Errorf("atlas: read a snapshot: %w", err)
	}
}

func (t *tape) fail(why string) {
	if t.err == nil {
		t.err = fmt.Errorf("%w: %s", ErrSnapshot, why)
	}
}

// WriteTo writes a snapshot of all that stands in the index now; searches and
// changes go on meanwhile.
func (x *Index) WriteTo(w io.Writer) (int64, error) {
	s := x.now.Load()
	t := &tape{w: w}
	head := []uint64{magic, uint64(len(s.views))}
	slice(t, &head)
	sum, mark := s.sum[:], s.mark
	slice(t, &sum)
	slice(t, &mark)
	for _, v := range s.views {
		v := *v
		v.onto(t)
	}
	if t.err != nil {
		return t.n, fmt.Errorf("atlas: write a snapshot: %w", t.err)
	}
	return t.n, nil
}

// Read reads what WriteTo wrote. The index works on so many cores. A snapshot
// that is not whole gives ErrSnapshot.
func Read(r io.Reader, cores int) (*Index, error) { return (&tape{r: r}).index(cores) }

// index reads all views.
func (t *tape) index(cores int) (*Index, error) {
	var head, sum []uint64
	var mark []byte
	slice(t, &head)
	if t.err == nil && (len(head) != 2 || head[0] != magic || head[1] > viewsMax) {
		t.fail("it is of another version, or of another machine")
	}
	slice(t, &sum)
	slice(t, &mark)
	if t.err == nil && len(sum) != len(Sum{}) {
		t.fail("it has no sum")
	}
	if t.err != nil {
		return nil, t.err
	}
	var views []*view
	for range head[1] {
		v := &view{segment: new(segment)}
		if v.onto(t); t.err == nil {
			t.err = v.restore()
		}
		if t.err != nil {
			return nil, t.err
		}
		views = append(views, v)
	}
	if n, err := t.r.Read(make([]byte, 1)); n > 0 || err != io.EOF {
		return nil, fmt.Errorf("%w: something follows it", ErrSnapshot)
	}
	x := New(cores)
	x.now.Store(newState(views, Sum(sum), mark))
	return x, nil
}

// viewsMax is more segments than an index ever has.
const viewsMax = 4096

// onto is the list of what a view consists of. What follows from the rest is
// left out, and made by restore.
func (v *view) onto(t *tape) {
	slice(t, &v.rows)
	slice(t, &v.lying.spots)
	for k := range v.names {
		slice(t, &v.label[k])
		v.names[k].onto(t)
	}
	slice(t, &v.hours)
	slice(t, &v.cards)
	slice(t, &v.flags)
	slice(t, &v.segment.score)
	slice(t, &v.segment.save)
	slice(t, &v.ids)
	slice(t, &v.pay)
	slice(t, &v.rungs)
	slice(t, &v.clocks)
	v.plans.onto(t)
	slice(t, &v.dict.terms)
	slice(t, &v.listOf)
	slice(t, &v.starts)
	slice(t, &v.posts)
	slice(t, &v.most)
	slice(t, &v.least)
	v.segment.terms.onto(t)
	slice(t, &v.trees)
	slice(t, &v.treeOf)
	for k := range v.sheaves {
		slice(t, &v.sheaves[k].treeOf)
	}
	slice(t, &v.boxes)
	slice(t, &v.firsts)
	v.says.onto(t)
	slice(t, &v.dead)
	v.terms.onto(t)
	v.said.onto(t)
}

func (x *texts) onto(t *tape) {
	slice(t, &x.ends)
	slice(t, &x.bytes)
}

func (s *speech) onto(t *tape) {
	slice(t, &s.kinds)
	s.words.onto(t)
	slice(t, &s.ranks)
	s.keys.onto(t)
	slice(t, &s.owner)
	slice(t, &s.peaks)
	slice(t, &s.starts)
	slice(t, &s.list)
	slice(t, &s.gives)
}

// onto writes a tally as one map, or reads one.
func (y *tally) onto(t *tape) {
	var keys []uint32
	var values []int64
	for k, n := range add(y.old, y.fresh) {
		keys, values = append(keys, k), append(values, n)
	}
	slice(t, &keys)
	slice(t, &values)
	if t.r == nil || t.err != nil {
		return
	}
	if len(keys) != len(values) {
		t.fail("a tally is uneven")
		return
	}
	*y = tally{old: make(map[uint32]int64, len(keys))}
	for i, k := range keys {
		y.old[k] = values[i]
	}
}

// Save writes a snapshot to a file, which is the old one until the new one is
// whole and on disk.
func (x *Index) Save(path string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("atlas: save: %w", err)
	}
	defer os.Remove(f.Name())
	w := bufio.NewWriterSize(f, 1<<20)
	_, err = x.WriteTo(w)
	for _, step := range []func() error{w.Flush, f.Sync, f.Close} {
		if e := step(); err == nil {
			err = e
		}
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("atlas: save: %w", err)
	}
	return nil
}

// Open reads the snapshot in a file. The errors are ErrSnapshot and those of
// the file, fs.ErrNotExist among them.
func Open(path string, cores int) (*Index, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("atlas: open: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("atlas: open: %w", err)
	}
	return (&tape{r: bufio.NewReaderSize(f, 1<<16), size: info.Size()}).index(cores)
}
