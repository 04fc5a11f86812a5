package opinion

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// judged are a few made-up notes, enough to learn two words that no lexicon has.
func judged(name string, n int) Source {
	s := Source{Name: name}
	for i := range n {
		s.Notes = append(s.Notes,
			Note{Text: fmt.Sprintf("第%d次来，嘎嘎脆，zabba", i), Content: 1, Stars: 5, Group: fmt.Sprint(i % 9)},
			Note{Text: fmt.Sprintf("第%d次来，唧唧软，wubble", i), Content: 0, Stars: 2, Group: fmt.Sprint(i % 9)})
	}
	return s
}

// TestTrainingIsTheSameForASeed: the same seed and notes give the same bytes,
// and what is learned on top of a model keeps what it knew.
func TestTrainingIsTheSameForASeed(t *testing.T) {
	s := Usual()
	s.Epochs, s.Prior = 4, Default()
	var files [2]bytes.Buffer
	for i := range files {
		m, err := Train([]Source{judged("own", 120)}, nil, s)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Write(&files[i]); err != nil {
			t.Fatal(err)
		}
		if good, bad := m.Polarity("zabba"), m.Polarity("wubble"); good < 0.6 || bad > 0.4 {
			t.Errorf("learned %.3f and %.3f", good, bad)
		}
		if good, bad := m.Polarity("很好吃，下次还来"), m.Polarity("太难吃了，再也不来"); good < 0.7 || bad > 0.3 {
			t.Errorf("forgot: %.3f and %.3f", good, bad)
		}
		if n := len(Default().Origin.Trained); len(m.Origin.Trained) != n+1 || m.Origin.Trained[n].Notes != 240 {
			t.Errorf("origin %+v", m.Origin)
		}
	}
	if !bytes.Equal(files[0].Bytes(), files[1].Bytes()) {
		t.Error("two runs gave different bytes")
	}
}

// TestTrainingNeedsBothSides: of nothing, or of praise alone, nothing is
// learned.
func TestTrainingNeedsBothSides(t *testing.T) {
	praise := judged("praise", 20)
	for i := range praise.Notes {
		praise.Notes[i].Stars = 5
	}
	for name, sources := range map[string][]Source{"nothing": nil, "praise": {praise}} {
		if _, err := Train(sources, nil, Usual()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestRatingRisesWithPolarity: what is more content has no fewer stars.
func TestRatingRisesWithPolarity(t *testing.T) {
	m := Default()
	last := 0.0
	for logit := -8.0; logit <= 8; logit += 0.1 {
		stars := m.stars(logit)
		if stars < last || stars < 1 || stars > 5 {
			t.Errorf("%.2f stars at %.1f after %.2f", stars, logit, last)
		}
		last = stars
	}
}

// TestNotesAreReadStrictly: what is wrong is told with its line.
func TestNotesAreReadStrictly(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		form Form
		want string
	}{
		"stars beyond five":  {"text,stars\n好,4\n\"两\n行\",6\n", Form{}, "line 3: stars 6: want 1 to 5"},
		"stars in words":     {"text,stars\n好,五\n", Form{}, `line 2: stars "五" is no number`},
		"no stars":           {"text,stars\n好,\n", Form{}, "line 2: there is no stars"},
		"a label of two":     {"label,review\n2,好\n", Form{Labels: true}, "line 2: label 2: want 1"},
		"no column of texts": {"a,stars\n好,4\n", Form{}, "line 2: there is no text"},
		"a column twice":     {"text,text\n", Form{}, `line 1: column "text" stands there twice`},
		"a named column":     {"text,stars\n", Form{Columns: map[string]string{"stars": "五星"}}, `line 1: there is no column "五星"`},
		"an unknown name":    {"text,stars\n", Form{Columns: map[string]string{"star": "x"}}, `column "star" is not one of`},
		"a short row":        {"text,stars\n好\n", Form{}, "record on line 2"},
		"an empty file":      {"", Form{}, "line 1: no head"},
		"no object":          {"{\"text\":\"好\",\"stars\":4}\n[]\n", Form{JSON: true}, "line 2: json"},
		"NaN":                {"text,stars\n好,NaN\n", Form{}, "is no number"},
	} {
		if _, _, err := ReadNotes(strings.NewReader(c.file), c.form); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	notes, left, err := ReadNotes(strings.NewReader("\ufeff评论内容,用户总分,_id\n好吃,4.5,a\n,5,a\n一般,,b\n"), Form{Partly: true})
	if err != nil || left != 2 || len(notes) != 1 || notes[0].Stars != 4.5 || notes[0].Group != "a" {
		t.Errorf("%+v, %d left out, %v", notes, left, err)
	}
	if notes, _, err = ReadNotes(strings.NewReader(`{"text":"ok","stars":4.5,"shop":7}`), Form{JSON: true}); err != nil || len(notes) != 1 || notes[0].Group != "7" {
		t.Errorf("%+v, %v", notes, err)
	}
}
