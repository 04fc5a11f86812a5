package proof

import (
	"encoding/json"
	"strings"
)

// A Check is one line of the doctor's or of a drill's.
type Check struct{ Name, State, Detail string }

// Doctor examines the installation. It returns the doctor's lines by name, and
// whether he is content.
func (i *Installation) Doctor(flags ...string) (checks map[string]Check, content bool) {
	i.t.Helper()
	out, err := i.Try(append([]string{"doctor", "--json"}, flags...)...)
	var all []Check
	if err := json.NewDecoder(strings.NewReader(out)).Decode(&all); err != nil {
		i.t.Fatalf("the doctor: %v\n%s", err, out)
	}
	checks = map[string]Check{}
	for _, c := range all {
		checks[c.Name] = c
	}
	return checks, err == nil
}
