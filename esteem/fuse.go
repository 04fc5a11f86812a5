package esteem

import "math"

// An own is what one signal says of a shop together with the others, for the
// list of that signal, on the scale of regard.
type own struct{ mean, sd float64 }

// A factor is how the signals hang together: z_k = load_k q + u_k + e_k, with
// Var(u_k) = rest_k and Var(e_k) the shop's own.
type factor struct{ load, rest [signals]float64 }

// fuse finds what the signals have in common and how much of it each shop has.
func (r *Result) fuse() {
	r.temper()
	f := r.factor()
	r.Loadings, r.rest = f.load, f.rest
	for s := range r.Shops {
		sh := &r.Shops[s]
		mean, precision := f.posterior(sh.Signals, signals)
		sh.Regard, sh.SD = mean, 1/math.Sqrt(precision)
		sh.Score = normal(sh.Regard - Caution*sh.SD)
		sh.deeds, _ = f.posterior(sh.Signals, notes)
		for k := range sh.own {
			sh.own[k] = f.own(sh.Signals, k)
		}
	}
}

// posterior is the mean and the precision of q, without the signal left.
func (f *factor) posterior(z [signals]Signal, left int) (mean, precision float64) {
	precision = 1
	for k, sg := range z {
		if sg.Var > 0 && k != left {
			mean += f.load[k] * sg.Value / (sg.Var + f.rest[k])
			precision += f.load[k] * f.load[k] / (sg.Var + f.rest[k])
		}
	}
	return mean / precision, precision
}

// own is the posterior of q + Unsupported u_k/load_k: what the signal k says,
// of which the part that no other signal shares counts less.
func (f *factor) own(z [signals]Signal, k int) own {
	m, precision := f.posterior(z, k)
	l, v := f.load[k], 1/precision
	u := Unsupported * Unsupported * f.rest[k]
	if z[k].Var <= 0 {
		return own{m, math.Sqrt(v + u/(l*l))}
	}
	seen := l*l*v + f.rest[k] + z[k].Var
	common := l*l*v + Unsupported*f.rest[k]
	t := l*m + common/seen*(z[k].Value-l*m)
	return own{t / l, math.Sqrt(math.Max(1e-9, l*l*v+u-common*common/seen)) / l}
}

// factor finds the loadings by the triads: with one thing in common, the
// covariances are c_jk = load_j load_k. Each is drawn a little to what signals of
// one thing would have, so that a young city, where covariances are noise, still
// has an order.
func (r *Result) factor() factor {
	var c [signals][signals]float64
	var noise [signals]float64
	for j := range signals {
		for k := range j + 1 {
			c[j][k], noise[j] = r.covariance(j, k)
			c[k][j] = c[j][k]
		}
	}
	var f factor
	for k := range signals {
		c[k][k] = math.Max(1e-4, c[k][k])
	}
	for k := range signals {
		whole := math.Max(0.1*c[k][k], c[k][k]-noise[k])
		a, b := (k+1)%signals, (k+2)%signals
		load := 0.0
		if c[a][b] > 0 && c[k][a] > 0 && c[k][b] > 0 {
			load = c[k][a] * c[k][b] / c[a][b]
		}
		load = math.Max(0.1*whole, math.Min(0.9*whole, load))
		load = (3*load + 0.5*whole) / 4
		f.load[k] = math.Sqrt(load)
		f.rest[k] = whole - load
	}
	return f
}

// covariance of two signals over ranked shops, weighted by how much is known of
// them, and the mean variance of what is not known of the first.
func (r *Result) covariance(j, k int) (c, noise float64) {
	sum := 1e-9
	for s := range r.Shops {
		a, b := r.Shops[s].Signals[j], r.Shops[s].Signals[k]
		if !r.Shops[s].Ranked || a.Var <= 0 || b.Var <= 0 {
			continue
		}
		w := 1 / ((a.Var + 0.1) * (b.Var + 0.1))
		c, noise, sum = c+w*a.Value*b.Value, noise+w*a.Var, sum+w
	}
	return c / sum, noise / sum
}

// normal is the distribution function of the standard normal.
func normal(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) }
