package opinion

import (
	"bytes"
	"testing"
	"unicode/utf8"
)

// TestNegation: a negated word says its opposite, and what only looks like a
// negation does not.
func TestNegation(t *testing.T) {
	m := Default()
	for text, content := range map[string]bool{
		"不难吃": true, "没有不满意": true, "not bad": true, "好吃": true, "不好吃": false,
		"味道不错": true, "not good at all": false, "The food was not very good": false,
		"没有什么特别好吃的": false, "毫不失望": true, "I was not disappointed": true,
	} {
		if got := m.Polarity(text); got > 0.5 != content {
			t.Errorf("%s: %.3f", text, got)
		}
	}
}

// TestOffsetsAreOfTheText: whatever was folded, clauses and dishes are parts of
// the text as it was given.
func TestOffsetsAreOfTheText(t *testing.T) {
	text := "環境：很好！\n味道ＯＫ，但是服务太慢😡\xff"
	var got []string
	for _, c := range Default().Clauses(text) {
		got = append(got, text[c.From:c.To])
	}
	want := []string{"環境", "很好", "味道ＯＫ", "但是服务太慢😡"}
	if len(got) != len(want) {
		t.Fatalf("%q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("clause %d: %q, want %q", i, got[i], want[i])
		}
	}
}

// TestModelsAreWrittenAndRead: reading what was written gives the same bytes.
func TestModelsAreWrittenAndRead(t *testing.T) {
	var one, two bytes.Buffer
	if err := Default().Write(&one); err != nil {
		t.Fatal(err)
	}
	m, err := Read(bytes.NewReader(one.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Write(&two); err != nil || !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Errorf("%d bytes became %d, %v", one.Len(), two.Len(), err)
	}
	if a, b := Default().Polarity("很好吃"), m.Polarity("很好吃"); a != b {
		t.Errorf("%f became %f", a, b)
	}
}

func FuzzClauses(f *testing.F) {
	for _, text := range []string{"", "好吃", "😋👍", "12345", "\xff\xfe", "環境：很好！\n味道ＯＫ", "not bad, but slow"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at := 0
		for _, c := range Default().Clauses(text) {
			if c.From < at || c.To <= c.From || c.To > len(text) {
				t.Fatalf("%q: clause %+v after %d", text, c, at)
			}
			if !(c.Polarity >= 0 && c.Polarity <= 1) {
				t.Fatalf("%q: %+v", text, c)
			}
			at = c.To
		}
		if !utf8.ValidString(Fold(text)) {
			t.Fatalf("%q folds to what is no UTF-8", text)
		}
	})
}

// FuzzRead: no file makes Read panic or take much memory, neither as a whole
// nor as what a right checksum protects; and what is read is written as it was.
func FuzzRead(f *testing.F) {
	h := header{Bits: 8, Weights: 2, Step: 0.03, Norm: 0.7, Curve: []float64{1, 5}, Dishes: 1}
	body := []byte{1, 5, 3, 0xff, 9}
	file, err := pack(h, body)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file, body)
	f.Add([]byte(magic), []byte{0xff, 0xff, 0xff, 0xff, 0x0f, 1})
	f.Fuzz(func(t *testing.T, file, body []byte) {
		packed, err := pack(h, body)
		if err != nil {
			t.Skip() // More than a file may hold.
		}
		for _, data := range [][]byte{file, packed} {
			m, err := Read(bytes.NewReader(data))
			if err != nil {
				continue
			}
			if p := m.Polarity("很好吃"); !(p >= 0 && p <= 1) {
				t.Fatalf("polarity %f", p)
			}
			var one, two bytes.Buffer
			if err := m.Write(&one); err != nil {
				t.Fatal(err)
			}
			again, err := Read(bytes.NewReader(one.Bytes()))
			if err != nil || again.Write(&two) != nil || !bytes.Equal(one.Bytes(), two.Bytes()) {
				t.Fatalf("written and read: %v", err)
			}
		}
	})
}
