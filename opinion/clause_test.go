package opinion

import (
	"strings"
	"testing"

	"citywalk/fault"
)

// TestClausesKnowTheirAspects: which sides a clause speaks of, and how.
func TestClausesKnowTheirAspects(t *testing.T) {
	set := func(aspects ...Aspect) (s Set) {
		for _, a := range aspects {
			s = s.With(a)
		}
		return s
	}
	for text, want := range map[string]struct {
		aspects Set
		good    bool
	}{
		"味道很好":                    {set(Taste), true},
		"菜太咸了":                    {set(Taste), false},
		"服务员很热情":                  {set(Service), true},
		"态度恶劣":                    {set(Service), false},
		"价格实惠":                    {set(Price), true},
		"性价比太低":                   {set(Price), false},
		"環境優雅":                    {set(Environment), true},
		"包间很吵":                    {set(Environment), false},
		"不用排队":                    {set(Waiting), true},
		"卫生很差":                    {set(Cleanliness), false},
		"The waiter was rude":     {set(Service), false},
		"delicious dumplings":     {set(Taste), true},
		"way overpriced":          {set(Price), false},
		"cozy atmosphere":         {set(Environment), true},
		"the restroom was filthy": {set(Cleanliness), false},
		"ＴＨＥ ＳＴＡＦＦ ＷＡＳ ＦＲＩＥＮＤＬＹ": {set(Service), true},
	} {
		got := Default().Clauses(text)
		if len(got) != 1 || got[0].Aspects != want.aspects || got[0].Polarity > 0.5 != want.good {
			t.Errorf("%s: %+v, want %06b %v", text, got, want.aspects, want.good)
		}
	}
}

// TestMixedNotesAreCut: each side of a mixed note keeps its own polarity, and
// a heading gives its aspect to what follows.
func TestMixedNotesAreCut(t *testing.T) {
	m := Default()
	got := m.Ratings(m.Clauses("味道很好吃，但是服务态度太差了，价格还行\n更新于 2023-05-01\n[服务铃]服务：叫了半天没人理。环境：特别温馨"))
	if got[Taste] < 3.5 || got[Service] == 0 || got[Service] > 2.5 || got[Price] < 3 || got[Environment] < 3.5 || got[Waiting] != 0 {
		t.Errorf("%v", got)
	}
	if bare := m.Clauses("服务，没得说"); len(bare) != 2 || !bare[1].Aspects.Has(Service) {
		t.Errorf("%+v", bare)
	}
	got = m.Ratings(m.Clauses("The food was delicious but the service was terribly slow and rude."))
	if got[Taste] < 3.5 || got[Service] == 0 || got[Service] > 2.5 {
		t.Errorf("%v", got)
	}
}

// TestAnyTextIsRead: what is no sentence is read as well, and says little.
func TestAnyTextIsRead(t *testing.T) {
	m := Default()
	for text, want := range map[string][2]float64{
		"":             {0.5, 0.5},
		"12345":        {0.45, 0.55},
		"。。。！":         {0.3, 0.7},
		"\xff\xfe\x00": {0.5, 0.5},
		"😋👍":           {0.6, 1},
		"😡":            {0, 0.4},
		"好吃":           {0.7, 1},
	} {
		if p := m.Polarity(text); p < want[0] || p > want[1] {
			t.Errorf("%q: %.3f, want %v", text, p, want)
		}
	}
	long := strings.Repeat("这家店的牛肉面味道不错，就是环境有点吵。", 500)
	if p := m.Polarity(long); !(p > 0.5 && p < 1) {
		t.Errorf("10,000 characters: %f", p)
	}
	if n := len(m.Clauses(long)); n != 1000 {
		t.Errorf("10,000 characters: %d clauses", n)
	}
}

// TestAspectsAreSaid: each aspect has a name in both languages, and nothing
// else has one.
func TestAspectsAreSaid(t *testing.T) {
	for a := range Aspects {
		if a.Say(fault.Zh) == "" || a.Say(fault.En) == "" || a.Say(fault.Zh) == a.Say(fault.En) {
			t.Errorf("%d: %q, %q", a, a.Say(fault.Zh), a.Say(fault.En))
		}
	}
	if Aspects.Say(fault.Zh) != "" || Aspect(-1).Say(fault.En) != "" {
		t.Error("what is no aspect has a name")
	}
}
