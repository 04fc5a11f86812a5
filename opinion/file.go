package opinion

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"
)

// A model file is a line of magic, the length of the header, the header as
// JSON, the length of the body, the body and its CRC-32. The body is deflated:
// the weights that are not zero as (gap, weight) in the order of the table,
// then the gaps between the sorted keys of the dishes.
const (
	magic      = "citywalk-opinion 1\n"
	headerMost = 1 << 16
	bodyMost   = 2 << 20
	bitsMost   = 22
	dishesMost = 1 << 17
)

// A header is what stands before the weights.
type header struct {
	Origin
	Bits    int       `json:"bits"`
	Weights int       `json:"weights"` // How many are not zero.
	Step    float64   `json:"step"`
	Norm    float64   `json:"norm"`
	Curve   []float64 `json:"curve"`
	Dishes  int       `json:"dishes"`
}

func (h header) check() error {
	finite := func(x float64) bool { return !math.IsNaN(x) && math.Abs(x) < 100 }
	switch {
	case h.Bits < 8 || h.Bits > bitsMost:
		return fmt.Errorf("a table of 2^%d weights", h.Bits)
	case h.Weights < 0 || h.Weights > 1<<h.Bits+toldPlaces:
		return fmt.Errorf("%d weights in a table of 2^%d", h.Weights, h.Bits)
	case h.Dishes < 0 || h.Dishes > dishesMost:
		return fmt.Errorf("%d dishes", h.Dishes)
	case !finite(h.Step) || h.Step <= 0 || !finite(h.Norm) || h.Norm < 0:
		return errors.New("a scale that is no number")
	case len(h.Curve) < 2 || len(h.Curve) > 1000:
		return fmt.Errorf("a curve of %d points", len(h.Curve))
	}
	for _, stars := range h.Curve {
		if !(stars >= 1 && stars <= 5) {
			return errors.New("a curve that leaves 1 to 5 stars")
		}
	}
	return nil
}

// Write writes the model so that Read returns an equal one. Equal models give
// equal bytes.
func (m *Model) Write(w io.Writer) error {
	h := header{Origin: m.Origin, Bits: 32 - int(m.shift), Step: m.step, Norm: m.norm, Curve: m.curve, Dishes: len(m.dishes)}
	var plain []byte
	last := -1
	for i, w := range m.weights {
		if w != 0 {
			plain = binary.AppendUvarint(plain, uint64(i-last))
			plain = append(plain, byte(w))
			last = i
			h.Weights++
		}
	}
	keys := make([]uint64, 0, len(m.dishes))
	for k := range m.dishes {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	before := uint64(0)
	for _, k := range keys {
		plain = binary.AppendUvarint(plain, k-before)
		before = k
	}
	file, err := pack(h, plain)
	if err != nil {
		return err
	}
	_, err = w.Write(file)
	return err
}

// pack makes a file of a header and of what follows it, not yet deflated.
func pack(h header, plain []byte) ([]byte, error) {
	var body bytes.Buffer
	z, err := flate.NewWriter(&body, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(plain); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	head, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	if len(head) > headerMost || body.Len() > bodyMost {
		return nil, fmt.Errorf("opinion: a header of %d and weights of %d bytes are too much", len(head), body.Len())
	}
	file := binary.AppendUvarint([]byte(magic), uint64(len(head)))
	file = append(file, head...)
	file = binary.AppendUvarint(file, uint64(body.Len()))
	file = append(file, body.Bytes()...)
	return binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(body.Bytes())), nil
}

// Read reads a model file. It needs at most about 10 MB of memory whatever it
// is given, and says what is wrong with a file that it refuses.
func Read(r io.Reader) (*Model, error) {
	m, err := readModel(bufio.NewReader(r))
	if err != nil {
		return nil, fmt.Errorf("opinion: no model: %w", err)
	}
	return m, nil
}

func readModel(r *bufio.Reader) (*Model, error) {
	start := make([]byte, len(magic))
	if _, err := io.ReadFull(r, start); err != nil || string(start) != magic {
		return nil, errors.New("the file does not begin with " + magic[:len(magic)-1])
	}
	head, err := portion(r, headerMost)
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	var h header
	if err := json.Unmarshal(head, &h); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	if err := h.check(); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	body, err := portion(r, bodyMost)
	if err != nil {
		return nil, fmt.Errorf("weights: %w", err)
	}
	var sum [4]byte
	if _, err := io.ReadFull(r, sum[:]); err != nil || binary.BigEndian.Uint32(sum[:]) != crc32.ChecksumIEEE(body) {
		return nil, errors.New("weights: the checksum does not fit")
	}
	m := &Model{Origin: h.Origin, shift: uint8(32 - h.Bits), step: h.Step, norm: h.Norm, curve: h.Curve}
	if err := m.fill(bufio.NewReader(flate.NewReader(bytes.NewReader(body))), h); err != nil {
		return nil, err
	}
	m.ready()
	return m, nil
}

// portion reads a length and so many bytes.
func portion(r *bufio.Reader, most uint64) ([]byte, error) {
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return nil, err
	}
	if n > most {
		return nil, fmt.Errorf("%d bytes, more than %d", n, most)
	}
	all := make([]byte, n)
	_, err = io.ReadFull(r, all)
	return all, err
}

// fill reads the weights and the dishes.
func (m *Model) fill(r *bufio.Reader, h header) error {
	m.weights = make([]int8, 1<<h.Bits+toldPlaces)
	at := -1
	for range h.Weights {
		gap, err := binary.ReadUvarint(r)
		if err != nil {
			return fmt.Errorf("weights: %w", err)
		}
		w, err := r.ReadByte()
		if err != nil {
			return fmt.Errorf("weights: %w", err)
		}
		if gap == 0 || gap > uint64(len(m.weights)-1-at) {
			return errors.New("weights: one is outside the table")
		}
		at += int(gap)
		m.weights[at] = int8(w)
	}
	m.dishes = make(dishes, h.Dishes)
	key := uint64(0)
	for i := range h.Dishes {
		gap, err := binary.ReadUvarint(r)
		if err != nil {
			return fmt.Errorf("dishes: %w", err)
		}
		if key += gap; gap >= 1<<40 || key >= 1<<40 || gap == 0 && i > 0 {
			return errors.New("dishes: the keys are out of order")
		}
		m.dishes[key] = struct{}{}
	}
	if _, err := r.ReadByte(); err != io.EOF {
		return errors.New("more follows than the header says")
	}
	return nil
}
