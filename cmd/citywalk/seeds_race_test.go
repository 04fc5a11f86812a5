//go:build race

package main

// seeds are fewer with the race detector: each is one goroutine at a time, and
// takes ten times as long.
const seeds = 50
