package score

import (
	"encoding/csv"
	"hash/fnv"
	"math"
	"os"
	"strconv"
	"testing"
	"time"

	"citywalk/db/dbtest"
)

// realNotes are real ones with stars, of 68 shops that nobody knows. Nothing is
// known of their authors.
func realNotes(t *testing.T) (shops int, notes []Note) {
	f, err := os.Open(dbtest.Data(t, "dianping-reviews-wuhan/reviews.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]int32{}
	for _, row := range rows[1:] {
		rating, err := strconv.ParseFloat(row[4], 64)
		if err != nil || rating < 1 {
			continue // Blank.
		}
		at, err := time.Parse("2006-01-02", row[3][:min(len(row[3]), len("2006-01-02"))])
		if err != nil {
			t.Fatal(err)
		}
		s, ok := ids[row[0]]
		if !ok {
			s = int32(len(ids))
			ids[row[0]] = s
		}
		h := fnv.New64a()
		h.Write([]byte(row[1]))
		notes = append(notes, Note{Shop: s, Day: float64(at.Unix()) / 86400, Rating: rating, Starred: true, Likes: -1, Hash: h.Sum64()})
	}
	return len(ids), notes
}

// Real notes say as much of held-out real notes of the same shops as the shrunk
// mean does, in five folds, and next to nothing of them is taken for bought. The
// held-out notes are of all times, so what is compared leaves changes out.
func TestRealNotesAreBelieved(t *testing.T) {
	shops, notes := realNotes(t)
	const folds = 5
	var ours, plain, today [folds]float64
	for fold := range folds {
		town := &Town{Shops: make([]Shop, shops)}
		held, count := make([]float64, shops), make([]float64, shops)
		for s := range town.Shops {
			town.Shops[s].Chain = -1
		}
		for i, n := range notes {
			if i%folds == fold {
				held[n.Shop], count[n.Shop] = held[n.Shop]+n.Rating, count[n.Shop]+1
				continue
			}
			n.Author = int32(len(town.Authors))
			town.Authors = append(town.Authors, Author{-1, math.NaN()})
			town.Notes = append(town.Notes, n)
		}
		_, r := fit(t, town, Options{})
		taken := 0.0
		for _, f := range r.Notes {
			taken += f.PFake / float64(len(r.Notes))
		}
		if taken > 0.03 {
			t.Errorf("fold %d: %.3f of the notes are taken for bought", fold, taken)
		}
		today[fold], plain[fold] = agreement(r.Shops, held, count), agreement(shrunk(town), held, count)
		for s := range r.Shops {
			r.Shops[s].Mean = r.Shops[s].Settled
		}
		ours[fold] = agreement(r.Shops, held, count)
	}
	t.Logf("correlation with held-out means %.3f (%.3f of today's quality), of the shrunk mean %.3f", meanOf(ours[:]), meanOf(today[:]), meanOf(plain[:]))
	if a, b := meanOf(ours[:]), meanOf(plain[:]); a < b-0.02 {
		t.Errorf("correlation with held-out means %.3f, of the shrunk mean %.3f", a, b)
	}
}

// agreement is the correlation of estimates with held-out means of at least
// five notes.
func agreement(shops []Estimate, held, count []float64) float64 {
	var x, y []float64
	for s := range shops {
		if count[s] >= 5 {
			x, y = append(x, shops[s].Mean), append(y, held[s]/count[s])
		}
	}
	mx, my := meanOf(x), meanOf(y)
	var xx, yy, xy float64
	for i := range x {
		xx, yy, xy = xx+(x[i]-mx)*(x[i]-mx), yy+(y[i]-my)*(y[i]-my), xy+(x[i]-mx)*(y[i]-my)
	}
	return xy / math.Sqrt(xx*yy)
}

func meanOf(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}
