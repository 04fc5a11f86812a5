package score

import "math"

// Priority is the knowledge gradient of a shop in the review queue: how much a
// visit is expected to better the decision whether the shop is above the bar,
// for all who come to it. mean and sd are the Estimate's, noise is the standard
// deviation of a reviewer's visit, traffic how many people the decision
// concerns. (Frazier, Powell and Dayanik, A knowledge-gradient policy for
// sequential information collection, 2008, for one alternative and a standard.)
func Priority(mean, sd, bar, traffic, noise float64) float64 {
	if sd <= 0 || traffic <= 0 {
		return 0
	}
	learnt := sd * sd / math.Hypot(sd, noise)
	z := -math.Abs(mean-bar) / learnt
	return traffic * learnt * (math.Exp(-z*z/2)/math.Sqrt(2*math.Pi) + z*math.Erfc(-z/math.Sqrt2)/2)
}

// Fallen reports whether a shop is below the bar with a probability of 95 %.
func (e Estimate) Fallen() bool { return e.Above <= 0.05 }
