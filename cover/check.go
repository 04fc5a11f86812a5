package cover

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"math/big"
	"math/bits"

	"citywalk/fault"
)

// Refusals of certificates.
var (
	ErrForm    = fault.New(fault.Invalid, "cover.form", fault.Operator, "第 {line} 行不符合证书格式，文件可能不完整或被改动过，请重新生成。", "Line {line} is not as a certificate has it. The file may be cut off or changed; make it again.")
	ErrVersion = fault.New(fault.Unsupported, "cover.version", fault.Operator, "这不是本程序能核验的证书，请用生成它的版本核验。", "This is no certificate that this program can check. Use the version that made it.")
	ErrSum     = fault.New(fault.Mismatch, "cover.sum", fault.Operator, "文件内容与校验和不符，已被改动，请重新生成。", "The content does not match its checksum: the file was changed. Make it again.")
	ErrExcess  = fault.New(fault.Mismatch, "cover.excess", fault.Operator, "方案超出限制“{limit}”：用了 {used}，上限 {cap}。", "The choice exceeds the limit \"{limit}\": it uses {used} of {cap}.")
	ErrClaim   = fault.New(fault.Mismatch, "cover.claim", fault.Operator, "证书声称{zh}为 {claimed}，重新计算得到 {found}，不成立。", "The certificate claims that {en} is {claimed}, but it comes to {found}.")
)

// A Verdict is what a certificate proves, as it was recomputed.
type Verdict struct {
	Head   Head
	Total  int64  // Weight of all elements.
	Given  int64  // Covered by the signed shops.
	Value  int64  // Covered by the signed and the chosen, at least.
	Bound  int64  // What no choice exceeds.
	Exact  bool   // Every chance is one, and nothing was rounded.
	Digest string // Of the file without its last line: whoever plans may publish it.
}

// Gap is (Bound - Value) / (Value - Given), as Plan.Gap.
func (v Verdict) Gap() float64 { return gap(v.Bound, v.Value, v.Given) }

// Bounds of what is read, so that a hostile file costs no more memory than an
// honest one, and no sum leaves 64 bits.
const (
	lineBytesMax   = 16 << 20
	checkWeightMax = 1_000_000_000_000_000 // Of all elements together.
	checkLimitMax  = 1 << 20
	checkCountMax  = 1 << 30
	one            = 1 << 40 // Probability one, in the fixed point of this file.
	thousand       = 1000
)

// Check reads a certificate once and recomputes what it claims, in whole
// numbers. Where a product of chances has to be rounded, it is rounded so that
// the value comes out smaller and the bound greater. It keeps a few numbers
// for each element and forgets each shop once it is read.
func Check(r io.Reader) (Verdict, error) {
	c := &checker{in: bufio.NewReaderSize(r, 64<<10), sum: sha256.New()}
	for _, part := range []func() error{c.readHead, c.readLimits, c.readElements, c.readShops, c.readSum} {
		if err := part(); err != nil {
			return Verdict{}, err
		}
	}
	return c.judge()
}

// A checker is a certificate that is being read.
type checker struct {
	in     *bufio.Reader
	sum    hash.Hash
	number int // Of the line.
	head   Head
	digest string

	names     []string
	caps      []int64
	prices    []int64 // Of limits, thousandths.
	used      []int64
	worth     []int64   // Weights of elements.
	rates     []int64   // Prices of elements.
	miss      []uint64  // Probability that no chosen shop signs, rounded up.
	greatest  []chances // Among the shops that may be chosen.
	reached   []int32   // How many those are.
	signed    []bool
	total     int64
	chosen    int
	uncertain bool
	excess    *big.Int // What the shops add to the bound, thousandths.
}

func (c *checker) bad() error { return ErrForm.With("line", c.number) }

// next returns the next line without its end; it is gone at the next call.
func (c *checker) next() ([]byte, error) {
	c.number++
	var line []byte
	for {
		part, err := c.in.ReadSlice('\n')
		if len(line)+len(part) > lineBytesMax {
			return nil, c.bad()
		}
		line = append(line, part...)
		if err == nil {
			return line[:len(line)-1], nil
		}
		if errors.Is(err, io.EOF) {
			return nil, c.bad()
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
	}
}

// take is next for a line that the checksum covers.
func (c *checker) take() ([]byte, error) {
	line, err := c.next()
	if err == nil {
		c.sum.Write(line)
		c.sum.Write([]byte{'\n'})
	}
	return line, err
}

func (c *checker) readHead() error {
	line, err := c.take()
	if err != nil {
		return err
	}
	var kind struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if json.Unmarshal(line, &kind) != nil || kind.Format != certificateFormat || kind.Version != certificateVersion {
		return ErrVersion
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	h := &c.head
	if d.Decode(h) != nil || d.More() || h.Limits < 0 || h.Limits > checkLimitMax || h.Elements < 0 || h.Elements > checkCountMax ||
		h.Shops < 0 || h.Shops > checkCountMax || h.Unit <= 0 {
		return c.bad()
	}
	c.excess = new(big.Int)
	return nil
}

func (c *checker) readLimits() error {
	for range c.head.Limits {
		line, err := c.take()
		if err != nil {
			return err
		}
		p := parser{line: line}
		p.want('[')
		name := p.text()
		p.want(',')
		most := p.whole()
		p.want(',')
		price := p.whole()
		p.want(']')
		if !p.done() {
			return c.bad()
		}
		c.names, c.caps, c.prices, c.used = append(c.names, name), append(c.caps, most), append(c.prices, price), append(c.used, 0)
	}
	return nil
}

func (c *checker) readElements() error {
	for range c.head.Elements {
		line, err := c.take()
		if err != nil {
			return err
		}
		p := parser{line: line}
		p.want('[')
		weight := p.whole()
		p.want(',')
		price := p.whole()
		p.want(']')
		if !p.done() || weight > checkWeightMax-c.total || price > weight {
			return c.bad()
		}
		c.total += weight
		c.worth, c.rates, c.miss = append(c.worth, weight), append(c.rates, price), append(c.miss, one)
		c.greatest, c.reached, c.signed = append(c.greatest, chances{}), append(c.reached, 0), append(c.signed, false)
	}
	return nil
}

func (c *checker) readShops() error {
	for range c.head.Shops {
		line, err := c.take()
		if err != nil {
			return err
		}
		if err := c.readShop(&parser{line: line}); err != nil {
			return err
		}
	}
	return nil
}

// readShop reads one shop and adds it to the value and the bound.
func (c *checker) readShop(p *parser) error {
	p.want('[')
	p.text()
	p.want(',')
	state := p.whole()
	p.want(',')
	chance := p.whole()
	p.want(',')
	if p.broken || state > signed || chance < 1 || chance > thousand || state == signed && chance != thousand {
		return c.bad()
	}
	if state != signed && chance < thousand {
		c.uncertain = true
	}
	cost := new(big.Int)
	p.want('[')
	for first := true; !p.end(']'); first = false {
		if !first {
			p.want(',')
		}
		limit := p.whole()
		p.want(',')
		amount := p.whole()
		if p.broken || limit >= int64(len(c.caps)) || state == signed || amount > checkWeightMax {
			return c.bad()
		}
		cost.Add(cost, new(big.Int).Mul(big.NewInt(c.prices[limit]), big.NewInt(amount)))
		if state == taken {
			if c.used[limit] += amount; c.used[limit] > c.caps[limit] {
				return ErrExcess.With("limit", c.names[limit], "used", c.used[limit], "cap", c.caps[limit])
			}
		}
	}
	p.want(',')
	rates, ok := c.readCovered(p, state, chance)
	p.want(']')
	if !ok || !p.done() {
		return c.bad()
	}
	if state == taken {
		c.chosen++
	}
	// At most 10^15 times 1000.
	if worth := big.NewInt(rates * chance); state != signed && worth.Cmp(cost) > 0 {
		c.excess.Add(c.excess, worth.Sub(worth, cost))
	}
	return nil
}

// readCovered reads the elements of a shop and returns the sum of their prices.
func (c *checker) readCovered(p *parser, state, chance int64) (rates int64, ok bool) {
	at := int64(0)
	p.want('[')
	for first := true; !p.end(']'); first = false {
		if !first {
			p.want(',')
		}
		further := p.whole()
		if p.broken || further >= int64(len(c.worth)) || !first && further == 0 {
			return 0, false
		}
		if at += further; at >= int64(len(c.worth)) {
			return 0, false
		}
		if state == signed {
			c.signed[at] = true
			continue
		}
		rates += c.rates[at]
		c.greatest[at].put(int16(chance))
		c.reached[at]++
		if state == taken {
			c.miss[at] = (c.miss[at]*uint64(thousand-chance) + thousand - 1) / thousand
		}
	}
	return rates, !p.broken
}

func (c *checker) readSum() error {
	c.digest = hex.EncodeToString(c.sum.Sum(nil))
	line, err := c.next()
	if err != nil {
		return err
	}
	if _, err := c.in.ReadByte(); !errors.Is(err, io.EOF) {
		c.number++
		return c.bad()
	}
	if string(line) != `{"sha256":"`+c.digest+`"}` {
		return ErrSum
	}
	return nil
}

// judge compares what was claimed with what it comes to.
func (c *checker) judge() (Verdict, error) {
	v := Verdict{Head: c.head, Total: c.total, Exact: !c.uncertain, Digest: c.digest}
	sum := new(big.Int).Set(c.excess)
	for l, most := range c.caps {
		sum.Add(sum, new(big.Int).Mul(big.NewInt(c.prices[l]), big.NewInt(most)))
	}
	for e, w := range c.worth {
		if c.signed[e] {
			v.Given += w
			v.Value += w
			sum.Add(sum, big.NewInt(w*thousand))
			continue
		}
		high, low := bits.Mul64(uint64(w), one-c.miss[e])
		part, _ := bits.Div64(high, low, one)
		v.Value += int64(part)
		sum.Add(sum, big.NewInt(c.maximum(e)))
	}
	if c.uncertain {
		sum.Add(sum, big.NewInt(thousand-1))
	}
	sum.Div(sum, big.NewInt(thousand))
	if !sum.IsInt64() {
		return v, ErrClaim.With("zh", "上界", "en", "the bound", "claimed", c.head.Bound, "found", sum)
	}
	v.Bound = sum.Int64()
	switch {
	case c.chosen != c.head.Chosen:
		return v, ErrClaim.With("zh", "所选门店数", "en", "the number of chosen shops", "claimed", c.head.Chosen, "found", c.chosen)
	case c.head.Given != v.Given:
		return v, ErrClaim.With("zh", "已签门店的覆盖", "en", "what the signed shops cover", "claimed", c.head.Given, "found", v.Given)
	case c.head.Value > v.Value:
		return v, ErrClaim.With("zh", "方案的覆盖", "en", "what the choice covers", "claimed", c.head.Value, "found", v.Value)
	case c.head.Bound < v.Bound:
		return v, ErrClaim.With("zh", "上界", "en", "the bound", "claimed", c.head.Bound, "found", v.Bound)
	}
	return v, nil
}

// chances are the eight greatest at an element, falling; those after count as
// the eighth.
type chances [8]int16

func (c *chances) put(chance int16) {
	at := len(c)
	for at > 0 && c[at-1] < chance {
		at--
	}
	if at < len(c) {
		copy(c[at+1:], c[at:])
		c[at] = chance
	}
}

// maximum is the greatest over k of w (1 - prod (1 - P_i)) - u sum P_i for the k
// greatest chances at an element, in thousandths, rounded up.
func (c *checker) maximum(e int) int64 {
	w := uint64(c.worth[e]) * thousand
	most, cost, left := uint64(0), uint64(0), uint64(one)
	for k := range int(c.reached[e]) {
		chance := uint64(c.greatest[e][min(k, len(chances{})-1)])
		if cost += uint64(c.rates[e]) * chance; cost >= w {
			break
		}
		left = left * (thousand - chance) / thousand // Rounded down: more is covered.
		high, low := bits.Mul64(w, one-left)
		low, carry := bits.Add64(low, one-1, 0)
		part, _ := bits.Div64(high+carry, low, one)
		if part > cost {
			most = max(most, part-cost)
		}
		if left == 0 {
			break
		}
	}
	return int64(most)
}

// A parser reads a line of the format; once something is amiss it is broken.
type parser struct {
	line   []byte
	at     int
	broken bool
}

func (p *parser) done() bool { return !p.broken && p.at == len(p.line) }

func (p *parser) want(b byte) {
	if p.at >= len(p.line) || p.line[p.at] != b {
		p.broken = true
		return
	}
	p.at++
}

// end reports whether a list ends here, and passes its end; what is broken has
// ended too.
func (p *parser) end(b byte) bool {
	if p.broken {
		return true
	}
	if p.at < len(p.line) && p.line[p.at] == b {
		p.at++
		return true
	}
	return false
}

// whole reads a whole number of at most 18 digits, without superfluous zeros.
func (p *parser) whole() int64 {
	from := p.at
	n := uint64(0)
	for ; p.at < len(p.line) && p.line[p.at] >= '0' && p.line[p.at] <= '9'; p.at++ {
		if n = n*10 + uint64(p.line[p.at]-'0'); p.at-from > 17 {
			p.broken = true
			return 0
		}
	}
	if p.at == from || p.at > from+1 && p.line[from] == '0' {
		p.broken = true
	}
	return int64(n)
}

// text reads a JSON text.
func (p *parser) text() string {
	from := p.at
	p.want('"')
	for p.at < len(p.line) && p.line[p.at] != '"' {
		if p.line[p.at] == '\\' {
			p.at++
		}
		p.at++
	}
	if p.at >= len(p.line) {
		p.broken = true
		return ""
	}
	p.at++
	var s string
	if json.Unmarshal(p.line[from:p.at], &s) != nil {
		p.broken = true
		return ""
	}
	return s
}
