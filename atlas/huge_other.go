//go:build !linux

package atlas

// huge does nothing where pages cannot be asked for.
func huge[T any](s []T) []T { return s }
