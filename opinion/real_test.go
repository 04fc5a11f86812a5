package opinion

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"io"
	"os"
	"path"
	"testing"

	"citywalk/db/dbtest"
)

var long = flag.Bool("opinion.long", false, "validate on the whole of the public sets")

// The files that the embedded model learned from, and how they are written.
var realFiles = []struct {
	path string
	form Form
}{
	{"dianping-reviews-wuhan/reviews.csv", Form{Partly: true}},
	{"waimai-10k/waimai_10k.csv", Form{Labels: true}},
	{"chnsenticorp-htl/ChnSentiCorp_htl_all.csv", Form{Labels: true}},
}

// TestEmbeddedModelNamesItsSources: each file that it learned from is there
// and has not changed.
func TestEmbeddedModelNamesItsSources(t *testing.T) {
	trained := Default().Origin.Trained
	if len(trained) != len(realFiles) || len(embedded) > bodyMost {
		t.Fatalf("%d bytes of %+v", len(embedded), trained)
	}
	for i, f := range realFiles {
		data, err := os.ReadFile(dbtest.Data(t, f.path))
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(data); trained[i].Name != path.Base(f.path) || trained[i].SHA256 != hex.EncodeToString(sum[:]) {
			t.Errorf("%s is not %+v: run make opinion-model", f.path, trained[i])
		}
	}
}

// TestRealAspects: on 300 reviews that people labelled, from which nothing was
// learned. The figures stand in docs/curation.md; this is what they must not
// fall below.
func TestRealAspects(t *testing.T) {
	var all []Judged
	for _, part := range []string{"train", "dev", "test"} {
		f, err := os.Open(dbtest.Data(t, "asap-sample/"+part+"_sample.csv"))
		if err != nil {
			t.Fatal(err)
		}
		some, err := ReadJudged(f, Form{})
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, some...)
	}
	if len(all) != 300 {
		t.Fatalf("%d reviews", len(all))
	}
	floors := [Aspects][2]float64{{0.95, 0.80}, {0.88, 0.80}, {0.85, 0.75}, {0.82, 0.80}, {0.65, 0.45}, {0.55, 0.75}}
	for a, got := range Default().Appraise(all) {
		t.Logf("%-12s %d mentions: precision %.3f, recall %.3f, F1 %.3f; right side %.3f of %d, right third %.3f of %d",
			Aspect(a).Say(""), got.Mentions, got.Precision, got.Recall, got.F1, got.Sided, got.Sides, got.Thirds, got.Found)
		if got.F1 < floors[a][0] || got.Sided < floors[a][1] {
			t.Errorf("%s: F1 %.3f and %.3f on the right side, want %v", Aspect(a).Say(""), got.F1, got.Sided, floors[a])
		}
	}
}

// TestRealNotes validates each set by itself, five times on a fifth: how often
// takeaway and hotel reviews are judged rightly, and how well three stars and
// less are known from the text in shops that were not learned from. In its
// short form it takes every eighth note, from which less can be learned.
func TestRealNotes(t *testing.T) {
	s := Usual()
	s.Balanced = false
	every, floors := 8, [...][2]float64{{0.89, 0.84}, {0.87, 0.91}, {0.85, 0.92}}
	if *long {
		every, floors = 1, [...][2]float64{{0.90, 0.88}, {0.905, 0.88}, {0.89, 0.88}}
	}
	for i, f := range realFiles {
		var notes []Note
		for j, n := range realNotes(t, i) {
			if j%every == 0 {
				notes = append(notes, n)
			}
		}
		v, err := Validate(Source{Name: f.path, Notes: notes}, s)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d notes, accuracy %.4f, AUC %.4f", f.path, v.Notes, v.Accuracy, v.AUC)
		if v.Accuracy < floors[i][0] || v.AUC < floors[i][1] {
			t.Errorf("%s: accuracy %.4f, AUC %.4f, want %v", f.path, v.Accuracy, v.AUC, floors[i])
		}
	}
}

func realNotes(t *testing.T, i int) []Note {
	t.Helper()
	f, err := os.Open(dbtest.Data(t, realFiles[i].path))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	notes, _, err := ReadNotes(bytes.NewReader(data), realFiles[i].form)
	if err != nil {
		t.Fatal(err)
	}
	return notes
}
