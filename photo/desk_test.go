package photo

import (
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
)

// Never are more pictures decoded, nor dearer ones, than the package promises;
// everybody who is let in comes to an end, in turn.
func TestQueueKeepsItsBounds(t *testing.T) {
	q := newQueue()
	var mu sync.Mutex
	working, used := 0, int64(0)
	var all sync.WaitGroup
	busy := 0
	for i := range 200 {
		cost := int64(i%5) * budget / 4
		all.Go(func() {
			leave, err := q.enter(cost)
			if err != nil {
				mu.Lock()
				busy++
				mu.Unlock()
				return
			}
			mu.Lock()
			working, used = working+1, used+cost
			if working > workingMax || used > budget {
				t.Errorf("%d work at a cost of %d", working, used)
			}
			mu.Unlock()
			runtime.Gosched()
			mu.Lock()
			working, used = working-1, used-cost
			mu.Unlock()
			leave()
		})
	}
	all.Wait()
	if q.working != 0 || q.used != 0 || len(q.waiting) != 0 {
		t.Errorf("left behind: %+v, after %d were refused", q, busy)
	}
}

func TestTooManyAtOnceAreRefused(t *testing.T) {
	q := newQueue()
	leave, err := q.enter(budget)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	errs := make(chan error, waitingMax+1)
	for range waitingMax + 1 {
		all.Go(func() {
			leave, err := q.enter(1)
			if err == nil {
				leave()
			}
			errs <- err
		})
	}
	if err := <-errs; !errors.Is(err, ErrBusy) {
		t.Errorf("the first to be answered got %v", err)
	}
	leave()
	all.Wait()
	for range waitingMax {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

// Four are decoded however cheap they are, and the fifth when one has left.
func TestFifthWaitsForItsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		var leave [workingMax]func()
		for i := range leave {
			leave[i], _ = q.enter(0)
		}
		in := false
		go func() {
			last, err := q.enter(0)
			in = err == nil
			last()
		}()
		synctest.Wait()
		if in {
			t.Error("the fifth did not wait")
		}
		for _, l := range leave {
			l()
		}
		synctest.Wait()
		if !in {
			t.Error("the fifth was not let in")
		}
	})
}
