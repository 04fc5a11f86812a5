package proof

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A Standing is how busy a node says it is.
type Standing struct {
	Goroutines  int
	Connections int // From clients.
	Database    int // Connections to the database.
	Working     int // Requests that hold a slot.
	Waiting     int // Requests that wait for one.
	Refused     int // For want of one, since the start.

	Index string // What its search rests on; "" before it is read.
}

var standingLine = regexp.MustCompile(`msg=standing goroutines=(\d+) connections=(\d+) database=(\d+) streams=\d+ working=(\d+) waiting=(\d+) refused=(\d+) index="?([0-9a-f]*)"?\n`)

// Standing asks the node how busy it is: by a signal, to which it answers in
// its log.
func (n *Node) Standing() (s Standing, err error) {
	from := len(n.Log())
	if err := n.Signal(syscall.SIGUSR1); err != nil {
		return s, err
	}
	for give := time.Now().Add(patience); time.Now().Before(give); time.Sleep(5 * time.Millisecond) {
		if m := standingLine.FindStringSubmatch(n.Log()[from:]); m != nil {
			for i, to := range []*int{&s.Goroutines, &s.Connections, &s.Database, &s.Working, &s.Waiting, &s.Refused} {
				*to, _ = strconv.Atoi(m[i+1])
			}
			s.Index = m[7]
			return s, nil
		}
	}
	return s, errors.New("the node does not say how busy it is")
}

// Settles asks the node how busy it is until it is as asked, and fails if that
// does not come. It returns the last answer.
func (n *Node) Settles(what string, as func(Standing) bool) (s Standing, err error) {
	for give := time.Now().Add(patience); time.Now().Before(give); time.Sleep(100 * time.Millisecond) {
		if s, err = n.Standing(); err != nil || as(s) {
			return s, err
		}
	}
	return s, fmt.Errorf("the node does not come to %s: %s", what, strings.TrimPrefix(fmt.Sprintf("%+v", s), "Standing"))
}
