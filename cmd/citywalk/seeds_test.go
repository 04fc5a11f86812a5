//go:build !race

package main

// seeds is how many the simulator lives.
const seeds = 500
