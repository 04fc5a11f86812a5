package cover

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
)

// The format of a certificate, version 1: UTF-8 text, one JSON value a line,
// every line ended by a line feed.
//
//	{"format": ..., "version": 1, "says": [...], ...}     the head, see Head
//	["shops",60,1234]                                     each limit: name, cap, price in thousandths of a weight unit
//	[1000000,52000]                                       each element: weight, price in weight units
//	["shp_1",1,1000,[0,1],[4,1,7]]                        each shop: id, 0 left out or 1 chosen or 2 signed, chance in a
//	                                                      thousand, limits with what it uses of each, elements that it covers:
//	                                                      the first by its number, the others by how much further they are
//	{"sha256": "..."}                                     of every byte before this line
const (
	certificateFormat  = "citywalk coverage certificate"
	certificateVersion = 1
)

// Head is the first line of a certificate.
type Head struct {
	Format   string   `json:"format"`
	Version  int      `json:"version"`
	Says     []string `json:"says"` // For people, in Chinese and English.
	City     string   `json:"city"`
	Unit     int64    `json:"unit"` // Weight units of one visit.
	Limits   int      `json:"limits"`
	Elements int      `json:"elements"`
	Shops    int      `json:"shops"`
	Chosen   int      `json:"chosen"`
	Given    int64    `json:"given"` // Covered by the signed shops.
	Value    int64    `json:"value"` // Covered by the signed and the chosen ones, at least.
	Bound    int64    `json:"bound"` // What no choice within the limits exceeds.
}

// Of a shop in a certificate.
const (
	leftOut = 0
	taken   = 1
	signed  = 2
)

// Write writes the certificate of a plan.
func Write(w io.Writer, in *Instance, p *Plan) error {
	sum := sha256.New()
	out := bufio.NewWriter(io.MultiWriter(w, sum))
	c := certificate{in: in, plan: p, out: out}
	if err := c.head(); err != nil {
		return fmt.Errorf("cover: write certificate: %w", err)
	}
	c.limits()
	for e, weight := range in.Weights {
		c.line = strconv.AppendInt(append(c.line, '['), weight, 10)
		c.line = strconv.AppendInt(append(c.line, ','), p.Prices.Elements[e], 10)
		c.end("]")
	}
	c.shops()
	if err := out.Flush(); err != nil {
		return fmt.Errorf("cover: write certificate: %w", err)
	}
	if _, err := fmt.Fprintf(w, "{\"sha256\":%q}\n", hex.EncodeToString(sum.Sum(nil))); err != nil {
		return fmt.Errorf("cover: write certificate: %w", err)
	}
	return nil
}

// A certificate is one that is being written, line by line. What goes wrong
// stays with the writer until it is flushed.
type certificate struct {
	in   *Instance
	plan *Plan
	out  *bufio.Writer
	line []byte
}

func (c *certificate) end(s string) {
	c.line = append(append(c.line, s...), '\n')
	c.out.Write(c.line)
	c.line = c.line[:0]
}

func (c *certificate) head() error {
	p := c.plan
	h := Head{Format: certificateFormat, Version: certificateVersion, City: c.in.City, Unit: Unit,
		Limits: len(p.Limits), Elements: len(c.in.Weights), Shops: len(c.in.Shops), Chosen: len(p.Chosen),
		Given: p.Given, Value: p.Value, Bound: p.Bound}
	visits := func(w int64) string { return strconv.FormatFloat(float64(w)/Unit, 'f', 2, 64) }
	h.Says = []string{
		fmt.Sprintf("选 %d 家店，与已签门店一起覆盖 %s 次出行；任何方案都不超过 %s 次。", len(p.Chosen), visits(p.Value), visits(p.Bound)),
		fmt.Sprintf("The %d chosen shops cover, with those that signed, %s visits; no choice covers more than %s.", len(p.Chosen), visits(p.Value), visits(p.Bound)),
		"核验 / check: citywalk coverage check FILE",
	}
	data, err := json.Marshal(h)
	c.line = append(c.line, data...)
	c.end("")
	return err
}

func (c *certificate) limits() {
	for i, l := range c.plan.Limits {
		c.text(l.Name)
		c.line = strconv.AppendInt(append(c.line, ','), l.Cap, 10)
		c.line = strconv.AppendInt(append(c.line, ','), c.plan.Prices.Limits[i], 10)
		c.end("]")
	}
}

// text begins a line with a text.
func (c *certificate) text(s string) {
	quoted, err := json.Marshal(s)
	if err != nil {
		panic(err) // A string has a JSON form.
	}
	c.line = append(append(c.line, '['), quoted...)
}

func (c *certificate) shops() {
	chosen := map[int]bool{}
	for _, s := range c.plan.Chosen {
		chosen[s.Shop] = true
	}
	uses := map[int][]use{}
	for j, i := range c.plan.problem.shop {
		uses[int(i)] = c.plan.problem.uses[j]
	}
	for j, s := range c.in.Shops {
		state, chance := leftOut, s.Chance
		if s.Signed {
			state, chance = signed, Certain
		} else if chosen[j] {
			state = taken
		}
		c.text(s.ID)
		c.line = fmt.Appendf(c.line, ",%d,%d,[", state, chance)
		for i, u := range uses[j] {
			if i > 0 {
				c.line = append(c.line, ',')
			}
			c.line = fmt.Appendf(c.line, "%d,%d", u.limit, u.amount)
		}
		c.line = append(c.line, "],["...)
		last := int32(0)
		for i, e := range c.in.Covered(j) {
			if i > 0 {
				c.line = append(c.line, ',')
			}
			c.line = strconv.AppendInt(c.line, int64(e-last), 10)
			last = e
		}
		c.end("]]")
	}
}
