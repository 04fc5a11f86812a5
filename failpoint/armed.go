//go:build failpoint

package failpoint

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A charge is what one passage in so many sets off.
type charge struct {
	action string
	oneIn  int
}

var armed = sync.OnceValue(func() map[Place][]charge { return arm(os.Getenv("CITYWALK_FAILPOINTS")) })

// arm reads the setting. What it cannot read is a slip of the test's.
func arm(setting string) map[Place][]charge {
	all := map[Place][]charge{}
	for _, one := range strings.FieldsFunc(setting, func(r rune) bool { return r == ',' }) {
		place, rest, _ := strings.Cut(one, "=")
		action, rate, _ := strings.Cut(rest, "/")
		n, err := strconv.Atoi(rate)
		if err != nil || n < 1 || !slices.Contains(Places, Place(place)) || !slices.Contains(Actions, action) {
			panic("failpoint: cannot read " + one)
		}
		all[Place(place)] = append(all[Place(place)], charge{action, n})
	}
	return all
}

// At is passed by whoever comes to a place.
func At(p Place) error {
	for _, c := range armed()[p] {
		if rand.IntN(c.oneIn) > 0 {
			continue
		}
		fmt.Fprintf(os.Stderr, "failpoint %s: %s\n", p, c.action)
		switch c.action {
		case "exit":
			os.Exit(137)
		case "panic":
			panic("failpoint " + string(p))
		case "sleep":
			time.Sleep(time.Second)
		case "error":
			return fmt.Errorf("%w %s", Err, p)
		}
	}
	return nil
}
