package photo

import "sync"

const (
	budget     = 384 * MB // What all pictures that are decoded at one time may cost.
	workingMax = 4        // How many these may be.
	waitingMax = 16       // How many more may wait.
)

// desk is where every picture of the process is decoded.
var desk = newQueue()

// A queue lets in who came first when there is room.
type queue struct {
	mu      sync.Mutex
	working int
	used    int64
	waiting []turnOf
}

type turnOf struct {
	cost int64
	come chan struct{}
}

func newQueue() *queue { return &queue{} }

// enter waits for room for cost and returns the function that gives it back,
// to be called once. It refuses if too many wait. No cost is above budget.
func (q *queue) enter(cost int64) (leave func(), err error) {
	q.mu.Lock()
	if len(q.waiting) >= waitingMax {
		q.mu.Unlock()
		return nil, ErrBusy
	}
	t := turnOf{cost: cost, come: make(chan struct{})}
	q.waiting = append(q.waiting, t)
	q.call()
	q.mu.Unlock()
	<-t.come
	return func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.working--
		q.used -= cost
		q.call()
	}, nil
}

// call lets in those in front for whom there is room.
func (q *queue) call() {
	for len(q.waiting) > 0 && q.working < workingMax && q.used+q.waiting[0].cost <= budget {
		q.working++
		q.used += q.waiting[0].cost
		close(q.waiting[0].come)
		q.waiting = q.waiting[1:]
	}
}
