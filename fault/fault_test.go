package fault

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var errUsed = New(Conflict, "faulttest.used", Member, "{shop}的码用过了，{n} 分钟后再试。", "The code of {shop} was used. Try again in {n} minutes.")

func TestCopiesLeaveTheDeclaredFaultAlone(t *testing.T) {
	before := *errUsed
	changed := errUsed.With("shop", "沈大成", "n", 5).In("code").After(5 * time.Minute)
	if errUsed.Field != before.Field || errUsed.Retry != before.Retry || len(errUsed.args) != 0 {
		t.Errorf("the declared fault is now %+v", errUsed)
	}
	if changed.Field != "code" || changed.Retry != 5*time.Minute || changed.Kind != Conflict || changed.Move != Member {
		t.Errorf("%+v", changed)
	}
	for lang, want := range map[Lang]string{
		Zh: "沈大成的码用过了，5 分钟后再试。", En: "The code of 沈大成 was used. Try again in 5 minutes.", "fr": "The code of 沈大成 was used. Try again in 5 minutes.",
	} {
		if got := changed.Say(lang); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
	one := errUsed.With("shop", "A")
	two := one.With("n", 1)
	three := one.With("n", 2)
	if two.Say(En) == three.Say(En) {
		t.Error("copies of one copy share their values")
	}
}

// TestValuesAreNotTemplates shows that a value which looks like a placeholder
// is shown as it is.
func TestValuesAreNotTemplates(t *testing.T) {
	if got := errUsed.With("shop", "{n}", "n", "{shop}").Say(En); got != "The code of {n} was used. Try again in {shop} minutes." {
		t.Error(got)
	}
}

func TestFaultsAreFoundInChains(t *testing.T) {
	other := New(Gone, "faulttest.other", Us, "没了。", "Gone.")
	err := fmt.Errorf("redeem: commit: %w", errUsed.With("shop", "A").In("x"))
	if !errors.Is(err, errUsed) || errors.Is(err, other) || errors.Is(errors.New(errUsed.Error()), errUsed) {
		t.Error("errors.Is does not tell faults by their code")
	}
	if f, ok := From(err); !ok || f.Field != "x" {
		t.Errorf("From: %v, %v", f, ok)
	}
	if _, ok := From(errors.New("ours")); ok {
		t.Error("an error of ours passes for a fault")
	}
}

func TestCodesAreDeclaredOnce(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a code was declared twice")
		}
	}()
	New(Gone, "faulttest.used", Us, "没了。", "Gone.")
}

func TestAllIsInOrder(t *testing.T) {
	all := All()
	found := false
	for i, e := range all {
		found = found || e == errUsed
		if i > 0 && all[i-1].Code >= e.Code {
			t.Errorf("%s stands before %s", all[i-1].Code, e.Code)
		}
	}
	if !found {
		t.Error("a declared fault is missing")
	}
}

// TestKeptFaultsSayTheSame keeps a fault as JSON and reads it back.
func TestKeptFaultsSayTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := errUsed.With("shop", rapid.String().Draw(t, "shop")).
			In(rapid.StringMatching(`[a-z]*`).Draw(t, "field")).
			After(time.Duration(rapid.Int64Range(0, 1e15).Draw(t, "retry")))
		b, err := Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Unmarshal(b)
		if err != nil {
			t.Fatal(err)
		}
		if !errors.Is(got, errUsed) || got.Say(Zh) != e.Say(Zh) || got.Say(En) != e.Say(En) ||
			got.Kind != e.Kind || got.Move != e.Move || got.Field != e.Field || got.Retry != e.Retry {
			t.Fatalf("%+v, want %+v", got, e)
		}
	})
	if _, err := Unmarshal([]byte("{")); err == nil {
		t.Error("half a record was read")
	}
}
